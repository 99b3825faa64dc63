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
    hash(string)
  }

  /// A digest taken before. It stands for floats, so it is no part of the outline.
  package mutating func part(_ digest: String) {
    hash(digest)
  }

  private mutating func hash(_ string: String) {
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

  /// Texts enter without the floats that are written in them, such as `print` made: they may differ in
  /// their last digits, and count as numbers.
  mutating func text(_ string: String) {
    let bytes = Array(string.utf8)
    var (start, place) = (0, 0)
    while place < bytes.count {
      guard Self.isDigit(bytes, place) else {
        place += 1
        continue
      }
      let (end, isFloat) = Self.number(in: bytes, from: place)
      if isFloat, let number = Double(String(decoding: bytes[place..<end], as: UTF8.self)) {
        piece(bytes[start..<place])
        numbers.add(number)
        start = end
      }
      place = end
    }
    piece(bytes[start...])
    exact.update(word: UInt64.max)
  }

  /// Where the number that begins at `start` ends, and whether it has a point: `[0-9]+`, or
  /// `[0-9]+\.[0-9]+(e[-+]?[0-9]+)?`.
  private static func number(in bytes: [UInt8], from start: Int) -> (end: Int, isFloat: Bool) {
    func digits(from place: Int) -> Int {
      var place = place
      while isDigit(bytes, place) { place += 1 }
      return place
    }
    let whole = digits(from: start)
    guard whole < bytes.count, bytes[whole] == UInt8(ascii: "."), isDigit(bytes, whole + 1) else {
      return (whole, false)
    }
    let end = digits(from: whole + 1)
    guard end < bytes.count, bytes[end] == UInt8(ascii: "e") else { return (end, true) }
    let hasSign =
      end + 1 < bytes.count && [UInt8(ascii: "-"), UInt8(ascii: "+")].contains(bytes[end + 1])
    let exponent = end + (hasSign ? 2 : 1)
    return (isDigit(bytes, exponent) ? digits(from: exponent) : end, true)
  }

  private static func isDigit(_ bytes: [UInt8], _ place: Int) -> Bool {
    place < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place])
  }

  private mutating func piece(_ bytes: ArraySlice<UInt8>) {
    exact.update(word: UInt64(bytes.count))
    bytes.withUnsafeBytes { exact.update($0) }
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
