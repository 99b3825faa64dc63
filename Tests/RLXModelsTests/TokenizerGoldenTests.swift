import Foundation
import RLXData
import RLXModels
import RLXTestSupport
import Testing

/// Ids and texts against Hugging Face tokenizers (scripts/golden/tokenizer.py).
@Suite struct TokenizerGoldenTests {
  struct Reference {
    struct Entry {
      let text: String
      let ids: [Int32]
      let plain: [Int32]
      let decoded: String
      let skipped: String
    }

    let strings: [Entry]
    let sequences: [Entry]

    init(_ url: URL) throws {
      let json = try JSON.parse([UInt8](Data(contentsOf: url)), file: url.path)
      func entries(_ name: String) throws -> [Entry] {
        try #require(json[name]?.arrayValue).map { entry in
          let ids = try #require(entry["ids"]?.arrayValue)
          return Entry(
            text: entry["text"]?.stringValue ?? "", ids: ids.compactMap(Self.id),
            plain: (entry["plain"]?.arrayValue ?? []).compactMap(Self.id),
            decoded: try #require(entry["decoded"]?.stringValue),
            skipped: try #require(entry["skipped"]?.stringValue))
        }
      }
      strings = try entries("strings")
      sequences = try entries("sequences")
    }

    private static func id(_ value: JSON) -> Int32? { value.intValue.map(Int32.init) }
  }

  @Test(arguments: [
    "llama", "marks", "metaspace-first", "metaspace-always", "metaspace-never", "unknown-fused",
    "unknown-single", "bare", "byte-level", "byte-prefix", "byte-split", "byte-cased",
    "byte-digits",
    "byte-whole", "byte-gaps",
  ])
  func agreesWithHuggingFace(configuration: String) throws {
    let folder = Repository.golden("tokenizer/" + configuration)
    try compare(
      Tokenizer.load(folder: folder.path),
      Reference(folder.appendingPathComponent("reference.json")))
  }

  @Test(arguments: [("models", "stories260K"), ("tokenizers", "gpt2")])
  func agreesWithHuggingFaceOnPublishedTokenizers(kind: String, name: String) throws {
    guard let folder = Repository.shared("\(kind)/\(name)") else {
      print("skipped: the folder of published tokenizers is not there")
      return
    }
    try compare(
      Tokenizer.load(folder: folder.path),
      Reference(Repository.golden("tokenizer/\(name).json")))
  }

  /// What each behaviour of Split makes of a pattern, piece by piece.
  @Test func cutsAsHuggingFaceDoes() throws {
    let golden = try Support.json(Repository.golden("tokenizer/pieces.json"))
    let texts = try #require(golden["texts"]?.arrayValue).map { $0.stringValue ?? "" }
    let cuts = try #require(golden["cuts"]?.arrayValue)
    #expect(texts.count > 150 && cuts.count == 90)
    for cut in cuts {
      let step = try #require(cut["split"])
      let name = try step.serialized()
      let tokenizer = try Support.tokenizer("byte-level") { $0["pre_tokenizer"] = step }
      let wanted = try #require(cut["pieces"]?.arrayValue)
      for (text, pieces) in zip(texts, wanted) {
        let found = try tokenizer.pieces(of: text)
        #expect(
          found == (pieces.arrayValue ?? []).map { Array(($0.stringValue ?? "").utf8) },
          "\(text.debugDescription) by \(name)")
      }
    }
  }

  private func compare(_ tokenizer: Tokenizer, _ reference: Reference) throws {
    #expect(reference.strings.count > 150)
    for entry in reference.strings {
      let shown = entry.text.debugDescription.prefix(60)
      #expect(tokenizer.encode(entry.text) == entry.ids, "encode \(shown)")
      #expect(tokenizer.encode(entry.text, special: false) == entry.plain, "encode plain \(shown)")
    }
    for entry in reference.strings + reference.sequences {
      let decoded = tokenizer.decode(entry.ids)
      #expect(decoded.isExactly(entry.decoded), "decode \(entry.ids.prefix(20))")
      let skipped = tokenizer.decode(entry.ids, skipSpecial: true)
      #expect(skipped.isExactly(entry.skipped), "decode without specials \(entry.ids.prefix(20))")
    }
  }
}
