import RLXData

extension Tokenizer {
  /// The most tokens a tokenizer may have.
  package static let largestSize = Vocabulary.largestID + 1

  /// A byte-level tokenizer made for `texts`, as GPT-2's is laid out: any text comes back from its
  /// ids, and a special token such as `<|endoftext|>` is one id. The first special token begins and
  /// ends texts (`beginning`, `end`).
  ///
  /// The ids: `specialTokens`, the 256 bytes, then a token a merge until there are `size` of them or
  /// no pair of tokens occurs `minimum` times. Texts are taken as they are: special tokens in them
  /// are text. The merges are those of Hugging Face's BpeTrainer over ByteLevel's alphabet. `point`
  /// is called once a text, every 10,000 words and once a merge; it may throw to stop.
  ///
  /// Throws `ModelError.setting` for a size below that of the special tokens and the bytes, and for
  /// a special token that is empty or given twice.
  package static func train(
    on texts: some Sequence<String>, size: Int, specialTokens: [String] = ["<|endoftext|>"],
    minimum: Int = 0, point: () throws -> Void = {}
  ) throws -> Tokenizer {
    try check(size: size, specialTokens)
    var counts = WordCounts()
    for text in texts {
      try point()
      try counts.add(text, point: point)
    }
    var trainer = try BytePairTrainer(
      words: counts, specialTokens: specialTokens, point: point)
    try trainer.merge(upTo: size, minimum: minimum, point: point)
    return try Tokenizer(trainer, specialTokens)
  }

  private static func check(size: Int, _ specialTokens: [String]) throws(ModelError) {
    var seen: Set<[UInt8]> = []
    for token in specialTokens {
      let shown = JSONFields.shown(.string(token))
      let bytes = Array(token.utf8)
      guard !bytes.isEmpty, ByteAlphabet.characters.allSatisfy({ $0 != bytes }) else {
        throw .setting(
          name: "special_tokens", found: shown, wanted: "marks such as \"<|endoftext|>\"")
      }
      guard seen.insert(bytes).inserted else {
        throw .setting(
          name: "special_tokens", found: "\(shown) twice", wanted: "each special token once")
      }
    }
    let least = 256 + specialTokens.count
    guard size >= least, size <= largestSize else {
      throw .setting(
        name: "vocab_size", found: "\(size)",
        wanted: "at least \(least): a token for each byte and the special tokens")
    }
  }

  /// The tokenizer as its own files spell it, so that a saved one is the same.
  private convenience init(_ trainer: BytePairTrainer, _ specialTokens: [String])
    throws(ModelError)
  {
    let file = TokenizerFile(trainer, specialTokens)
    let parts = try TokenizerParts(JSONFields(bytes: file.tokenizer, file: "tokenizer.json"))
    var special = SpecialTokens()
    try special.read(
      JSONFields(bytes: file.config, file: "tokenizer_config.json"), parts.model.vocabulary)
    self.init(
      parts: parts, special: special,
      files: [("tokenizer.json", file.tokenizer), ("tokenizer_config.json", file.config)])
  }
}

extension WordCounts {
  /// How many pieces are counted between two points.
  private static let piecesPerPoint = 10_000

  /// Adds the words of a text as GPT-2's pattern cuts it.
  fileprivate mutating func add(_ text: String, point: () throws -> Void) throws {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty else { return }
    var left = Self.piecesPerPoint
    try PreTokenizer.byteLevel(prepends: false, cuts: true).cut(
      bytes[...], isFirst: true, dummy: false
    ) { piece in
      add(piece)
      left -= 1
      if left == 0 {
        try point()
        left = Self.piecesPerPoint
      }
    }
  }
}
