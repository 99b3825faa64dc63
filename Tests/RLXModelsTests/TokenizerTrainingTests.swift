import Foundation
import RLXData
import RLXModels
import RLXTestSupport
import Testing

/// Tokenizers made for texts, against Hugging Face tokenizers (scripts/golden/tokenizer_training.py).
@Suite struct TokenizerTrainingTests {
  private static let story = [
    "Once upon a time there was a small dog.", "The dog ran along the river to the boats.",
    "Once there was a river, and the river was small.", "é 日本 😀 <|endoftext|> 12 345",
  ]

  private struct Case {
    let texts: [String]
    let special: [String]
    let size: Int
    let minimum: Int
    let json: JSON

    init(_ json: JSON) throws {
      self.json = json
      texts = try Self.strings(json["texts"])
      special = try Self.strings(json["special"])
      size = try #require(json["size"]?.intValue)
      minimum = try #require(json["minimum"]?.intValue)
    }

    static func strings(_ value: JSON?) throws -> [String] {
      try #require(value?.arrayValue).map { try #require($0.stringValue) }
    }

    func train() throws -> Tokenizer {
      try Tokenizer.train(on: texts, size: size, specialTokens: special, minimum: minimum)
    }
  }

  private func file(_ tokenizer: Tokenizer) throws -> JSON {
    let file = try #require(tokenizer.files.first)
    return try JSON.parse(file.bytes, file: file.name)
  }

  @Test func makesTheMergesOfHuggingFace() throws {
    let golden = try Support.json(Repository.golden("tokenizer/trained.json"))
    let cases = try #require(golden["cases"]?.arrayValue).map(Case.init)
    #expect(cases.count >= 19)
    for (place, entry) in cases.enumerated() {
      let tokenizer = try entry.train()
      let wanted = try Case.strings(entry.json["vocabulary"])
      let found = (0..<Int32(tokenizer.vocabularySize)).map { tokenizer.token($0) ?? "" }
      #expect(found.elementsEqual(wanted) { $0.isExactly($1) }, "tokens of case \(place)")
      #expect(
        try file(tokenizer)["model"]?["merges"] == entry.json["merges"], "merges of case \(place)")
    }
    // The whole file of the last one.
    #expect(try file(#require(cases.last).train()) == golden["file"])
  }

  @Test func aSavedOneIsTheSame() throws {
    let made = try Tokenizer.train(on: Self.story, size: 300, specialTokens: ["<|end|>", "<|u|>"])
    #expect(made.vocabularySize == 300 && made.beginning == 0 && made.end == 0)
    try Support.withFolder { folder in
      try made.save(folder: folder + "/deep/er/")
      let read = try Tokenizer.load(folder: folder + "/deep/er")
      #expect(read.files.elementsEqual(made.files) { $0.name == $1.name && $0.bytes == $1.bytes })
      #expect(read.end == made.end)
      for text in Self.story + ["<|u|>Hi<|end|>", "\u{0} \u{31350}e\u{301}\r\n"] {
        #expect(made.encode(text) == read.encode(text))
        #expect(made.decode(made.encode(text)).isExactly(text))
      }
    }
    #expect(made.encode("<|end|><|u|>") == [0, 1])
  }

  @Test func theOrderOfTextsDoesNotMatter() throws {
    let made = try Tokenizer.train(on: Self.story, size: 320)
    let other = try Tokenizer.train(on: Self.story.reversed(), size: 320)
    #expect(made.files.elementsEqual(other.files) { $0.bytes == $1.bytes })
  }

  @Test func mayBeStoppedAtEveryPoint() throws {
    struct Stop: Error {}
    var points = 0
    _ = try Tokenizer.train(on: Self.story, size: 280) { points += 1 }
    #expect(points > Self.story.count)
    for last in 0..<points {
      var count = 0
      #expect(throws: Stop.self) {
        try Tokenizer.train(on: Self.story, size: 280) {
          if count == last { throw Stop() }
          count += 1
        }
      }
    }
  }

  @Test(
    arguments: [
      (256, ["<|endoftext|>"], "vocab_size"), (-1, [], "vocab_size"),
      (.max, [], "vocab_size"), (300, [""], "special_tokens"), (300, ["a"], "special_tokens"),
      (300, ["<a>", "<b>", "<a>"], "twice"),
    ] as [(Int, [String], String)])
  func settingsThatMakeNoTokenizerAreErrors(size: Int, special: [String], says: String) throws {
    let found = try #require(
      Support.error { try Tokenizer.train(on: ["a"], size: size, specialTokens: special) })
    #expect(found.description.contains(says), "\(found)")
  }
}
