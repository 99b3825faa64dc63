/// Lower case, character by character, as Hugging Face tokenizers have it.
enum LetterCase {
  private static let lower: [UInt32: [UInt32]] = {
    var table: [UInt32: [UInt32]] = [:]
    UnicodeTables.forEach(UnicodeTables.lowercase) { entry in
      for scalar in entry.scalars {
        switch entry.sign {
        case UInt8(ascii: ">"): table[scalar] = [scalar + entry.values[0]]
        case UInt8(ascii: "<"): table[scalar] = [scalar - entry.values[0]]
        default: table[scalar] = entry.values
        }
      }
    }
    return table
  }()

  static func lowercased(_ text: ArraySlice<UInt8>) -> [UInt8] {
    guard text.contains(where: { $0 >= 0x80 }) else {
      return text.map { (65...90).contains($0) ? $0 + 32 : $0 }
    }
    return ByteText.bytes(of: ByteText.scalars(of: text).flatMap { lower[$0] ?? [$0] })
  }
}
