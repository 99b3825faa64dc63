import Foundation
import RLXData
import RLXModels
import RLXTestSupport
import Testing

@Suite struct TokenizerTests {
  static let configurations = [
    "llama", "marks", "metaspace-first", "metaspace-always", "metaspace-never", "byte-level",
    "byte-split", "byte-cased",
  ]

  private func load(_ name: String) throws -> Tokenizer {
    try Tokenizer.load(folder: Repository.golden("tokenizer/" + name).path)
  }

  static let texts = [
    "Once upon a time", "the dog ran along the river", " and looked", "at  the   boats",
    "\n\nHuman: hi",
    "日本語", "é😀", "e\u{301}", "👨‍👩‍👧‍👦 family", " ", "a", "x\u{0}y", "The letter said: well!", "▁▁", "t",
    "he",
  ]

  // MARK: - Continuations

  @Test(arguments: configurations) func promptAndContinuationSpellTheWhole(name: String) throws {
    let tokenizer = try load(name)
    for prompt in Self.texts {
      for response in Self.texts {
        // A metaspace tokenizer reads ▁ as a space, so texts with one do not come back.
        if (prompt + response).contains("▁") { continue }
        let head = tokenizer.encode(prompt, special: false)
        let tail = tokenizer.encodeContinuation(prompt: prompt, response: response)
        let whole = tokenizer.decode(head + tail)
        #expect(
          whole.isExactly(tokenizer.decode(head) + response),
          "\(name): \(prompt.debugDescription) + \(response.debugDescription)")
        let text = tokenizer.decodeContinuation(prompt: head, tail)
        #expect(text.isExactly(response))
      }
    }
  }

  @Test func aContinuationIsWhatFollowsThePromptWhereItCan() throws {
    let tokenizer = try load("llama")
    let prompt = "the dog"
    let whole = tokenizer.encode("the dog ran along", special: false)
    let head = tokenizer.encode(prompt, special: false)
    #expect(whole.starts(with: head))
    let tail = tokenizer.encodeContinuation(prompt: prompt, response: " ran along")
    #expect(head + tail == whole)
    // Within a word the prompt's ids would not begin those of the whole: it keeps its own.
    let cut = tokenizer.encode("the riv", special: false)
    #expect(!tokenizer.encode("the river", special: false).starts(with: cut))
    #expect(
      tokenizer.decode(cut + tokenizer.encodeContinuation(prompt: "the riv", response: "er"))
        == "the river")
  }

  @Test func anEmptyPromptAndOneThatEndsWithAMarkGetNoDummySpace() throws {
    let tokenizer = try load("llama")
    for prompt in ["", "<s>", "the dog</s>"] {
      let tail = tokenizer.encodeContinuation(prompt: prompt, response: "river")
      let head = tokenizer.encode(prompt)
      #expect(tokenizer.decodeContinuation(prompt: head, tail) == "river")
    }
    #expect(tokenizer.encodeContinuation(prompt: "the", response: "").isEmpty)
  }

  @Test func anAnswerMayCompleteACharacterThePromptBegan() throws {
    let tokenizer = try load("llama")
    let bytes = tokenizer.encode("😀", special: false).suffix(4)
    #expect(bytes.count == 4)
    let head = [1] + bytes.prefix(2)
    #expect(tokenizer.decodeContinuation(prompt: Array(head), Array(bytes.suffix(2))) == "😀")
  }

  @Test(arguments: configurations) func textGrowsTokenByTokenToTheSame(name: String) throws {
    let tokenizer = try load(name)
    var numbers = SeededNumbers(seed: 31)
    for round in 0..<60 {
      // Byte tokens often, so that characters are cut and completed.
      let limit: Int32 = round % 2 == 0 ? 258 : Int32(tokenizer.vocabularySize)
      func ids(_ count: Int) -> [Int32] {
        (0..<count).map { _ in Int32.random(in: 0..<limit, using: &numbers) }
      }
      let prompt = [1] + ids(round % 4)
      var decoder = IncrementalDecoder(tokenizer, after: prompt)
      var answer: [Int32] = []
      var settled = ""
      for id in ids(25) + tokenizer.encode("é😀 日本", special: false) {
        decoder.append(id)
        answer.append(id)
        let now = String(decoding: decoder.text + decoder.tail, as: UTF8.self)
        #expect(now.isExactly(tokenizer.decodeContinuation(prompt: prompt, answer)))
        // What was settled stays.
        #expect(decoder.text.starts(with: settled.utf8))
        settled = String(decoding: decoder.text, as: UTF8.self)
      }
    }
  }

  // MARK: - Marks and ids

  @Test func marksInTheTextAreRecognisedWithAndWithoutSpecialTokens() throws {
    let tokenizer = try load("llama")
    #expect(tokenizer.encode("<s>", special: false) == [1])
    #expect(tokenizer.encode("<s>") == [1, 1])
    #expect(tokenizer.encode("") == [1])
    #expect(tokenizer.decode([1, 2]) == "<s></s>")
    #expect(tokenizer.decode([1, 2], skipSpecial: true) == "")
    #expect(tokenizer.isSpecial(2) && !tokenizer.isSpecial(300))
  }

  @Test func idsWithoutATokenHaveNoText() throws {
    let tokenizer = try load("llama")
    #expect(tokenizer.decode([-1, 99_999, .max, .min]) == "")
    #expect(tokenizer.token(-1) == nil && tokenizer.token(.max) == nil)
    #expect(tokenizer.token(1) == "<s>" && tokenizer.id(of: "</s>") == 2)
    #expect(tokenizer.id(of: "no such token") == nil)
    #expect(tokenizer.vocabularySize == 420)
  }

  @Test func namesOfSpecialTokensAreReadWhereTheyStand() throws {
    let bytes = try Support.read(Repository.golden("tokenizer/llama/tokenizer.json").path)
    try Support.withFolder { folder in
      try Support.write(bytes, folder + "/tokenizer.json")
      #expect(try Tokenizer.load(folder: folder).beginning == nil)
      try Support.write(
        #"{"bos_token": "<s>", "eos_token": {"content": "</s>"}, "pad_token": null}"#,
        folder + "/tokenizer_config.json")
      let tokenizer = try Tokenizer.load(folder: folder)
      #expect(tokenizer.beginning == 1 && tokenizer.end == 2 && tokenizer.padding == nil)
    }
  }

  @Test func aLongWordCostsNotMuchMoreThanItsLength() throws {
    let tokenizer = try load("llama")
    let text = String(repeating: "theriver", count: 20_000)
    let ids = tokenizer.encode(text, special: false)
    #expect(tokenizer.decode(ids) == text)
  }

  @Test func aPatternThatGoesBackAndForthEndsWithAnError() throws {
    let bytes: JSON = ["type": "ByteLevel", "add_prefix_space": false]
    let tokenizer = try Support.tokenizer("byte-level") {
      $0["pre_tokenizer"] = [
        "type": "Sequence",
        "pretokenizers": [Self.split("Isolated", "(?:a|aa)+b|x"), bytes],
      ]
    }
    let text = "x x" + String(repeating: "a", count: 60) + " é x"
    #expect(throws: ModelError.self) { try tokenizer.encoded(text) }
    #expect(throws: ModelError.self) {
      try tokenizer.encodedContinuation(prompt: "x", response: text)
    }
    // Without the error nothing is lost.
    #expect(tokenizer.decode(tokenizer.encode(text)) == text)
    #expect(try tokenizer.encoded("x aab é") == tokenizer.encode("x aab é"))
    let deep = try Support.tokenizer("byte-level") {
      $0["pre_tokenizer"] = Self.split("Isolated", #"(?:(?:\s|a)x?)+"#)
    }
    let long = String(repeating: "a ", count: 500_000)
    #expect(try deep.pieces(of: long).joined().elementsEqual(long.utf8))
  }

  @Test func aLongTextCostsNotMuchMoreThanItsLength() throws {
    let tokenizer = try load("byte-level")
    for unit in ["the river", "日本", " ", "\n ", "!", "x1"] {
      let text = String(repeating: unit, count: 20_000)
      #expect(tokenizer.decode(tokenizer.encode(text)) == text)
    }
  }

  // MARK: - Broken files

  private static func split(_ behavior: String, _ pattern: String) -> JSON {
    [
      "type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": .string(behavior),
      "invert": false,
    ]
  }

  /// The error of loading the small tokenizer with one value of its file changed.
  private func error(_ path: [String], _ value: JSON?) throws -> ModelError? {
    let file = Repository.golden("tokenizer/marks/tokenizer.json")
    let text = try changed(Support.json(file), path[...], value).serialized()
    return try Support.withFolder { folder in
      try Support.write(text, folder + "/tokenizer.json")
      return Support.error { try Tokenizer.load(folder: folder) }
    }
  }

  private func changed(_ json: JSON, _ path: ArraySlice<String>, _ value: JSON?) -> JSON {
    guard let name = path.first else { return value ?? .null }
    if var list = json.arrayValue, let place = Int(name) {
      list[place] = changed(list[place], path.dropFirst(), value)
      return .array(list)
    }
    var object = json.objectValue ?? JSONObject()
    object[name] = path.count == 1 ? value : changed(object[name] ?? .null, path.dropFirst(), value)
    return .object(object)
  }

  @Test(
    arguments: [
      (["model", "type"], "WordPiece", "WordPiece"), (["model"], nil, "model"),
      (["model", "vocab"], nil, "vocab"), (["model", "merges"], nil, "merges"),
      (["normalizer", "type"], "Nmt", "Nmt"), (["normalizer", "type"], nil, "type"),
      (["normalizer", "normalizers", "0", "type"], "Precompiled", "normalizers[0]"),
      (["normalizer", "normalizers", "1", "pattern"], ["Regex": "a("], "a group without )"),
      (["normalizer", "normalizers", "1", "pattern"], ["Glob": "a*"], "Glob"),
      (["pre_tokenizer"], ["type": "UnicodeScripts"], "UnicodeScripts"),
      (["pre_tokenizer"], ["type": "Punctuation", "behavior": "Never"], "Never"),
      (["pre_tokenizer"], ["type": "FixedLength", "length": 0], "length"),
      (["pre_tokenizer"], ["type": "CharDelimiterSplit"], "delimiter"),
      (["pre_tokenizer"], ["type": "ByteLevel", "use_regex": 1], "use_regex"),
      (["pre_tokenizer"], split("Sideways", "a"), "Sideways"),
      (["pre_tokenizer"], ["type": "Split", "behavior": "Removed"], "pattern"),
      (["pre_tokenizer"], split("Isolated", #"\bx"#), #"\b"#),
      (["pre_tokenizer"], split("Isolated", #"\p{Han}+"#), "Han"),
      (["pre_tokenizer"], split("Isolated", "日+"), "U+65E5"),
      (["pre_tokenizer"], split("Isolated", "(a"), "pattern.Regex"),
      (["pre_tokenizer"], split("Isolated", "a)"), "pattern.Regex"),
      (["pre_tokenizer"], split("Isolated", "[a"), "[ without ]"),
      (["pre_tokenizer"], split("Isolated", "[a[b]]"), "pattern.Regex"),
      (["pre_tokenizer"], split("Isolated", "[b-a]"), "range"),
      (["pre_tokenizer"], split("Isolated", "a{2}?"), "}?"),
      (["pre_tokenizer"], split("Isolated", "a**"), "nothing to repeat"),
      (["pre_tokenizer"], split("Isolated", "a{99999}"), "pattern.Regex"),
      (["pre_tokenizer"], split("Isolated", "(?i:st)"), "without regard to case"),
      (["pre_tokenizer"], split("Isolated", "(?<=a+)b"), "pattern.Regex"),
      (["pre_tokenizer"], split("Isolated", "\\"), "at the end"),
      (
        ["pre_tokenizer"],
        [
          "type": "Sequence",
          "pretokenizers": [["type": "ByteLevel"], ["type": "Digits"]],
        ], "last step"
      ),
      (["pre_tokenizer"], "x", "pre_tokenizer"),
      (["pre_tokenizer"], ["type": "Metaspace"], "replacement"),
      (
        ["pre_tokenizer"], ["type": "Metaspace", "replacement": "_", "prepend_scheme": "maybe"],
        "maybe"
      ),
      (["decoder", "type"], "CTC", "CTC"), (["decoder", "decoders"], nil, "decoders"),
      (["decoder", "decoders", "3", "start"], "one", "start"),
      (["post_processor", "processors", "0", "type"], "BertProcessing", "cls"),
      (["post_processor", "processors", "0", "type"], "PairProcessing", "PairProcessing"),
      (["post_processor", "processors", "0", "single"], [], "single"),
      (["post_processor", "processors", "0", "special_tokens"], nil, "special_tokens"),
      (["post_processor", "processors", "0", "special_tokens", "<s>", "ids"], [9_999], "9999"),
      (["model", "unk_token"], "<nope>", "<nope>"), (["model", "dropout"], 0.1, "dropout"),
      (["model", "continuing_subword_prefix"], "##", "merges["),
      (["model", "vocab", "<s>"], -1, "-1"),
      (["model", "vocab", "<s>"], 0, "vocab"),
      (["model", "vocab", "<s>"], 4_000_000_000, "4000000000"),
      (["model", "vocab", "<s>"], "one", "one"), (["model", "merges", "0"], "abc", "merges[0]"),
      (["model", "merges", "0"], ["a", "nowhere"], "merges[0]"),
      (["model", "merges"], 3, "merges"),
      (["added_tokens", "1", "id"], 7, "added_tokens[1]"),
      (["added_tokens", "1", "id"], nil, "id"),
      (["added_tokens", "1", "content"], nil, "content"),
      (["added_tokens"], ["x"], "added_tokens[0]"),
      (["added_tokens", "1", "lstrip"], "no", "lstrip"),
    ] as [([String], JSON?, String)])
  func aPartThatIsMissingOrUnknownIsNamed(path: [String], value: JSON?, says: String) throws {
    let found = try #require(try error(path, value), "\(path) went through")
    #expect(found.description.contains(says), "\(found)")
    #expect(found.file?.hasSuffix("tokenizer.json") == true)
  }

  @Test(arguments: ["marks", "byte-split"]) func survivesAnyBytes(name: String) throws {
    let whole = try Support.read(Repository.golden("tokenizer/\(name)/tokenizer.json").path)
    var numbers = SeededNumbers(seed: 23)
    try Support.withFolder { folder in
      for round in 0..<200 {
        var bytes = whole
        if round % 4 == 0 {
          bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &numbers)))
        }
        for _ in 0..<Int.random(in: 1...3, using: &numbers) where !bytes.isEmpty {
          let place = Int.random(in: 0..<bytes.count, using: &numbers)
          bytes[place] = UInt8.random(in: 0...127, using: &numbers)
        }
        try Support.write(bytes, folder + "/tokenizer.json")
        guard let tokenizer = try? Tokenizer.load(folder: folder) else { continue }
        for text in Self.texts {
          let ids = tokenizer.encode(text)
          #expect(ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabularySize })
          _ = tokenizer.decode(ids)
        }
      }
    }
  }
}
