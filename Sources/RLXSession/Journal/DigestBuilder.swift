import RLXData

/// Builds the digest of a statement: everything it gave, printed, named and changed.
///
/// Each item is written with a tag and a length before it, so that no two different sequences of
/// items have the same bytes. Floats enter by bit pattern: 0.0 and -0.0 differ, a NaN equals itself.
package struct DigestBuilder {
  private var hasher = SHA256.Hasher()

  package init(_ purpose: String) {
    tag(purpose)
  }

  /// A word of the format itself: the kind of what follows.
  package mutating func tag(_ word: String) {
    text(word)
  }

  package mutating func text(_ string: String) {
    var string = string
    string.withUTF8 { bytes in
      count(bytes.count)
      hasher.update(UnsafeRawBufferPointer(bytes))
    }
  }

  package mutating func count(_ value: Int) {
    word(UInt64(bitPattern: Int64(value)))
  }

  package mutating func word(_ value: UInt64) {
    withUnsafeBytes(of: value.littleEndian) { hasher.update($0) }
  }

  package mutating func flag(_ value: Bool) {
    word(value ? 1 : 0)
  }

  package mutating func number(_ value: Double) {
    word(value.bitPattern)
  }

  package mutating func floats(_ values: UnsafeBufferPointer<Float>) {
    count(values.count)
    hasher.update(UnsafeRawBufferPointer(values))
  }

  package mutating func floats(_ values: [Float]) {
    values.withUnsafeBufferPointer { floats($0) }
  }

  package mutating func integers(_ values: [Int32]) {
    count(values.count)
    values.withUnsafeBytes { hasher.update($0) }
  }

  package mutating func bytes(_ values: some Sequence<UInt8>) {
    let copy = Array(values)
    count(copy.count)
    copy.withUnsafeBytes { hasher.update($0) }
  }

  /// The digest as 64 hexadecimal digits. The builder is used up.
  package consuming func finish() -> String {
    hasher.finish().hex
  }
}
