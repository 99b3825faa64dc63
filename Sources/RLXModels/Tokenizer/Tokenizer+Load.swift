import RLXData

extension Tokenizer {
  /// The tokenizer of a model folder: tokenizer.json, and the names of special tokens in
  /// tokenizer_config.json if that is there.
  ///
  /// Errors name the file and the part: missing, of an unknown type, or not what it should be.
  package static func load(folder: String) throws(ModelError) -> Tokenizer {
    let path = folder + "/tokenizer.json"
    guard let bytes = try MappedFile.contents(ifPresent: path) else {
      throw .missingFile(path: path)
    }
    var files = [(name: "tokenizer.json", bytes: bytes)]
    let parts = try TokenizerParts(JSONFields(bytes: bytes, file: path))
    var special = SpecialTokens()
    let neighbour = folder + "/tokenizer_config.json"
    if let bytes = try MappedFile.contents(ifPresent: neighbour) {
      files.append((name: "tokenizer_config.json", bytes: bytes))
      special = try SpecialTokens(
        JSONFields(bytes: bytes, file: neighbour), parts.model.vocabulary)
    }
    return Tokenizer(parts: parts, special: special, files: files)
  }
}

/// The special tokens a tokenizer_config.json names.
struct SpecialTokens {
  var beginning: Int32?
  var end: Int32?
  var padding: Int32?

  init() {}

  init(_ fields: JSONFields, _ vocabulary: Vocabulary) throws(ModelError) {
    beginning = try Self.token("bos_token", fields, vocabulary)
    end = try Self.token("eos_token", fields, vocabulary)
    padding = try Self.token("pad_token", fields, vocabulary)
  }

  /// A token given as a string or as an object with `content`; nil if it is not in the vocabulary.
  private static func token(
    _ name: String, _ fields: JSONFields, _ vocabulary: Vocabulary
  ) throws(ModelError) -> Int32? {
    guard let value = fields[name] else { return nil }
    guard let text = value.stringValue ?? value["content"]?.stringValue else {
      throw fields.wrong(name, value, wanted: "a token")
    }
    return vocabulary.id(of: text)
  }
}

/// What a tokenizer.json holds, taken apart and checked.
struct TokenizerParts {
  let model: BytePairEncoder
  let added: AddedTokens
  let normalizer: Normalizer?
  let preTokenizer: PreTokenizer?
  let decoder: TokenDecoder?
  let before: [Int32]
  let after: [Int32]

  init(_ fields: JSONFields) throws(ModelError) {
    guard let modelFields = try fields.fields("model") else {
      throw .missingTokenizerPart(part: "model", file: fields.file)
    }
    var vocabulary = try Self.vocabulary(modelFields)
    let tokens = try Self.addedTokens(fields, &vocabulary)
    normalizer = try fields.fields("normalizer").map(Normalizer.init(_:))
    preTokenizer = try fields.fields("pre_tokenizer").map(PreTokenizer.init(_:))
    decoder = try fields.fields("decoder").map(TokenDecoder.init(_:))
    added = AddedTokens(tokens, normalizer: normalizer)
    var encoder = try BytePairEncoder(modelFields, vocabulary)
    if preTokenizer?.isByteLevel ?? false { encoder.bytes = ByteWords(encoder) }
    model = encoder
    let template = try fields.fields("post_processor").map { fields throws(ModelError) in
      try TextTemplate(fields, vocabulary)
    }
    before = template?.before ?? []
    after = template?.after ?? []
  }

  private static func vocabulary(_ model: JSONFields) throws(ModelError) -> Vocabulary {
    // Old files leave the type out.
    if let type = try model.string("type"), !type.isExactly("BPE") {
      throw .unknownTokenizerPart(part: "model", file: model.file, found: type, known: ["BPE"])
    }
    guard let entries = try model.fields("vocab")?.object else {
      throw .missingTokenizerPart(part: "model.vocab", file: model.file)
    }
    var vocabulary = Vocabulary(capacity: entries.count)
    for (token, value) in entries {
      try insert(token, value, into: &vocabulary, model, "vocab[\"\(token)\"]")
    }
    return vocabulary
  }

  private static func addedTokens(
    _ fields: JSONFields, _ vocabulary: inout Vocabulary
  ) throws(ModelError) -> [AddedTokens.Token] {
    var tokens: [AddedTokens.Token] = []
    for entry in try fields.objects("added_tokens") {
      guard let content = try entry.string("content") else { throw entry.missing("content") }
      guard let value = entry["id"] else { throw entry.missing("id") }
      let id = try insert(content, value, into: &vocabulary, entry, "id")
      let isSpecial = try entry.bool("special")
      tokens.append(
        AddedTokens.Token(
          id: id, content: Array(content.utf8), isSpecial: isSpecial,
          isSingleWord: try entry.bool("single_word"), stripsLeft: try entry.bool("lstrip"),
          stripsRight: try entry.bool("rstrip"),
          isNormalized: try entry.bool("normalized", default: !isSpecial)))
    }
    return tokens
  }

  @discardableResult
  private static func insert(
    _ token: String, _ value: JSON, into vocabulary: inout Vocabulary, _ fields: JSONFields,
    _ name: String
  ) throws(ModelError) -> Int32 {
    guard let int = value.intValue, (0...Vocabulary.largestID).contains(int) else {
      throw fields.wrong(name, value, wanted: "an id from 0 to \(Vocabulary.largestID)")
    }
    guard vocabulary.insert(Array(token.utf8), id: Int32(int)) else {
      throw fields.wrong(name, value, wanted: "one id for each token, and one token for each id")
    }
    return Int32(int)
  }
}
