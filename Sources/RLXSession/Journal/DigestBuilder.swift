import RLXData
import RLXTensor

/// Builds the digest of a statement: everything it gave, printed, named and changed.
///
/// Each item is written with a tag and a length before it, so that no two different sequences of
/// items have the same bytes. Floats enter by bit pattern: 0.0 and -0.0 differ, a NaN equals itself.
package struct DigestBuilder {
  private var hasher = SHA256.Hasher()
  /// The same without floats, and these in sketches, where an outline is wanted too.
  private var outline: OutlineBuilder?

  package init(_ purpose: String, isOutlined: Bool = false) {
    if isOutlined { outline = OutlineBuilder() }
    tag(purpose)
  }

  /// A word of the format itself: the kind of what follows.
  package mutating func tag(_ word: String) {
    text(word)
  }

  package mutating func text(_ string: String) {
    outline?.text(string)
    var string = string
    string.withUTF8 { bytes in
      hasher.update(word: UInt64(bytes.count))
      hasher.update(UnsafeRawBufferPointer(bytes))
    }
  }

  package mutating func count(_ value: Int) {
    word(UInt64(bitPattern: Int64(value)))
  }

  package mutating func word(_ value: UInt64) {
    outline?.exact.update(word: value)
    hasher.update(word: value)
  }

  package mutating func flag(_ value: Bool) {
    word(value ? 1 : 0)
  }

  package mutating func number(_ value: Double) {
    outline?.numbers.add(value)
    hasher.update(word: value.bitPattern)
  }

  package mutating func floats(_ values: UnsafeBufferPointer<Float>) {
    outline?.tensors.append(FloatSketch(values))
    hasher.update(word: UInt64(values.count))
    hasher.update(UnsafeRawBufferPointer(values))
  }

  package mutating func floats(_ values: [Float]) {
    values.withUnsafeBufferPointer { floats($0) }
  }

  package mutating func integers(_ values: [Int32]) {
    count(values.count)
    values.withUnsafeBytes { raw($0) }
  }

  package mutating func bytes(_ values: some Sequence<UInt8>) {
    let copy = Array(values)
    count(copy.count)
    copy.withUnsafeBytes { raw($0) }
  }

  private mutating func raw(_ bytes: UnsafeRawBufferPointer) {
    outline?.exact.update(bytes)
    hasher.update(bytes)
  }

  /// The digest as 64 hexadecimal digits. The builder is used up.
  package consuming func finish() -> String {
    hasher.finish().hex
  }

  /// The digest, and the outline if one was wanted. The builder is used up.
  package consuming func finishOutlined() -> (digest: String, outline: StatementOutline?) {
    (hasher.finish().hex, outline?.finish())
  }
}

/// Gathers a statement's outline beside its digest.
struct OutlineBuilder {
  var exact = SHA256.Hasher()
  var numbers = NumberSketch()
  var tensors: [FloatSketch] = []

  /// A number in a text, such as `print` made of a float: it may differ in its last digits.
  private static let float = /[0-9]+\.[0-9]+(e[-+]?[0-9]+)?/

  /// Texts enter without the floats that are written in them, which count as numbers.
  mutating func text(_ string: String) {
    var rest = string[...]
    if string.utf8.contains(UInt8(ascii: ".")) {
      while let found = rest.firstMatch(of: Self.float) {
        piece(rest[..<found.range.lowerBound])
        if let number = Double(String(found.output.0)) { numbers.add(number) }
        rest = rest[found.range.upperBound...]
      }
    }
    piece(rest)
    exact.update(word: UInt64.max)
  }

  private mutating func piece(_ text: Substring) {
    exact.update(word: UInt64(text.utf8.count))
    exact.update(String(text))
  }

  consuming func finish() -> StatementOutline {
    StatementOutline(exact: exact.finish().hex, numbers: numbers, tensors: tensors)
  }
}

extension SHA256.Hasher {
  fileprivate mutating func update(word: UInt64) {
    withUnsafeBytes(of: word.littleEndian) { update($0) }
  }
}
