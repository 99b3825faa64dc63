/// The characters that byte-level tokenizers write bytes as (Radford et al., 2019, GPT-2): printable
/// bytes stand for themselves, the others for U+0100 and up; a space is `Ġ`.
enum ByteAlphabet {
  /// The code point of each byte's character.
  static let scalars: [UInt16] = {
    var next: UInt16 = 256
    return (0..<256 as Range<UInt16>).map { byte in
      if (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174 { return byte }
      defer { next += 1 }
      return next
    }
  }()

  /// The character of each byte, as UTF-8.
  static let characters: [[UInt8]] = scalars.map { scalar in
    scalar < 128 ? [UInt8(scalar)] : [UInt8(0xC0 | scalar >> 6), UInt8(0x80 | scalar & 0x3F)]
  }

  /// The byte of each character by its code point, -1 where it is none of the alphabet.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: Int(scalars.max() ?? 0) + 1)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar)] = Int16(byte) }
    return bytes
  }()

  /// Bytes written in the alphabet.
  static func spelled(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(2 * bytes.count)
    for byte in bytes { result += characters[Int(byte)] }
    return result
  }

  /// The bytes a token spells, nil if it has a character that is none of the alphabet.
  static func bytes(of token: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(token.count)
    var at = token.startIndex
    while at < token.endIndex {
      var scalar = Int(token[at])
      at += 1
      if scalar >= 0x80 {
        guard scalar < 0xE0, at < token.endIndex else { return nil }
        scalar = (scalar & 0x1F) << 6 | Int(token[at] & 0x3F)
        at += 1
      }
      guard scalar < bytes.count, bytes[scalar] >= 0 else { return nil }
      result.append(UInt8(bytes[scalar]))
    }
    return result
  }
}
