/// A string of the language: a sequence of Unicode scalars.
///
/// Equality, order and hashing go by scalars (which is the order of UTF-8 bytes), never by Swift's
/// canonical equivalence: tokens that merely look alike stay distinct.
package struct Text: Hashable, Comparable, Sendable, ExpressibleByStringLiteral,
  CustomStringConvertible
{
  package var string: String

  package init(_ string: String) { self.string = string }
  package init(stringLiteral value: String) { string = value }

  package var description: String { string }
  package var scalars: String.UnicodeScalarView { string.unicodeScalars }
  /// The number of scalars.
  package var count: Int { string.unicodeScalars.count }
  package var isEmpty: Bool { string.isEmpty }

  package static func == (a: Text, b: Text) -> Bool {
    a.string.utf8.count == b.string.utf8.count && a.string.utf8.elementsEqual(b.string.utf8)
  }

  package static func < (a: Text, b: Text) -> Bool {
    a.string.utf8.lexicographicallyPrecedes(b.string.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    var copy = string
    copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }

  /// The scalars in `range`, which must lie within `0..<count`.
  package func slice(_ range: Range<Int>) -> Text {
    let view = string.unicodeScalars
    let start = view.index(view.startIndex, offsetBy: range.lowerBound)
    let end = view.index(start, offsetBy: range.count)
    return Text(String(view[start..<end]))
  }
}
