/// A string as a key, equal by its bytes.
///
/// `String ==` is canonical equivalence, under which two different tokens of a vocabulary can be
/// one key ("é" composed and decomposed).
struct ExactString: Hashable {
  let string: String

  static func == (left: Self, right: Self) -> Bool { left.string.isExactly(right.string) }

  func hash(into hasher: inout Hasher) {
    var copy = string
    copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension String {
  /// True if both strings have the same bytes.
  package func isExactly(_ other: String) -> Bool {
    utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
  }
}
