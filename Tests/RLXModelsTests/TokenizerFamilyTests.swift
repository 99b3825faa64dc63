import Foundation
import RLXData
import RLXModels
import RLXTestSupport
import Testing

/// Tokenizers built as the families' files are, against Hugging Face tokenizers
/// (scripts/golden/tokenizer_families.py).
@Suite struct TokenizerFamilyTests {
  private static func tokenizer(_ json: JSON) throws -> Tokenizer {
    try Support.withFolder { folder in
      try Support.write(json.serialized(), folder + "/tokenizer.json")
      return try Tokenizer.load(folder: folder)
    }
  }

  private static func texts(_ json: JSON) throws -> [String] {
    try #require(json["texts"]?.arrayValue).map { $0.stringValue ?? "" }
  }

  @Test func eachFamilyAgreesWithHuggingFace() throws {
    let golden = try Support.json(Repository.golden("tokenizer/families.json"))
    let texts = try Self.texts(golden)
    let families = try #require(golden["families"]?.arrayValue)
    #expect(families.count >= 19 && texts.count > 120)
    for family in families {
      let name = try #require(family["name"]?.stringValue)
      let tokenizer = try Self.tokenizer(#require(family["tokenizer"]))
      let strings = try #require(family["reference"]?["strings"]?.arrayValue)
      for (text, entry) in zip(texts, strings) {
        let shown = "\(name): \(text.debugDescription.prefix(60))"
        let ids = Support.ids(entry["ids"])
        #expect(tokenizer.encode(text, special: false) == ids, "\(shown)")
        let around = entry["around"].map(Support.ids) ?? ids
        #expect(tokenizer.encode(text) == around, "around \(shown)")
        let decoded = entry["decoded"]?.stringValue ?? text
        #expect(tokenizer.decode(ids).isExactly(decoded), "decode \(shown)")
      }
      for entry in try #require(family["reference"]?["sequences"]?.arrayValue) {
        let ids = Support.ids(entry["ids"])
        let decoded = try #require(entry["decoded"]?.stringValue)
        #expect(tokenizer.decode(ids).isExactly(decoded), "decode \(name): \(ids)")
      }
    }
  }

  /// The characters of scripts/golden/tokenizer_families.py, in the same stretches.
  private static func surroundings() -> [String] {
    let scalars = [0..<0x33480, 0xE0000..<0xE0200, 0x10FFF0..<0x110000].joined()
      .compactMap { Unicode.Scalar(UInt32($0)) }
    return stride(from: 0, to: scalars.count, by: 128).flatMap { start -> [String] in
      let row = scalars[start..<min(start + 128, scalars.count)]
      func joined(_ body: (Unicode.Scalar) -> String) -> String { row.map(body).joined() }
      return [
        joined { String($0) }, joined { "a\($0)\u{301}" }, joined { "e\u{327}\u{301}\($0)\u{323}" },
        joined { "\u{1100}\($0)\u{11a8}가\($0) " },
      ]
    }
  }

  @Test func normalizersChangeEveryCharacterAsHuggingFaceDoes() throws {
    let golden = try Support.json(Repository.golden("tokenizer/normalizers.json"))
    let texts = try Self.texts(golden)
    let surroundings = Self.surroundings()
    for entry in try #require(golden["normalizers"]?.arrayValue) {
      let step = try #require(entry["normalizer"])
      let name = try step.serialized()
      let tokenizer = try Support.tokenizer("byte-level") { $0["normalizer"] = step }
      for (text, wanted) in zip(texts, try #require(entry["texts"]?.arrayValue)) {
        let found = try tokenizer.normalized(text)
        #expect(found.isExactly(wanted.stringValue ?? "?"), "\(name): \(text.debugDescription)")
      }
      guard let wanted = entry["sha256"]?.stringValue else { continue }
      let all = try surroundings.map { try tokenizer.normalized($0) }.joined()
      #expect(SHA256.hash(all).hex == wanted, "\(name)")
    }
  }
}
