import RLXData

extension Tokenizer {
  /// The tokenizer of a model folder: tokenizer.json and, where they are there, tokenizer_config.json
  /// and special_tokens_map.json for the names of special tokens, and chat templates in
  /// tokenizer_config.json or in files of their own.
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
    var templates = ChatTemplates()
    var hasOwnTokens = false
    for name in ["tokenizer_config.json", "special_tokens_map.json"] {
      let path = folder + "/" + name
      guard let bytes = try MappedFile.contents(ifPresent: path) else { continue }
      files.append((name, bytes))
      // Where the configuration lists the added tokens, its names stand.
      if hasOwnTokens { continue }
      let fields = try JSONFields(bytes: bytes, file: path)
      hasOwnTokens = fields["added_tokens_decoder"] != nil
      try special.read(fields, parts.model.vocabulary)
      if name == "tokenizer_config.json" { try templates.read(fields) }
    }
    try templates.read(folder: folder, into: &files)
    return Tokenizer(parts: parts, special: special, templates: templates, files: files)
  }

  /// The tokenizer of the bytes of a tokenizer.json alone.
  package static func read(_ bytes: [UInt8], file: String) throws(ModelError) -> Tokenizer {
    Tokenizer(
      parts: try TokenizerParts(JSONFields(bytes: bytes, file: file)), special: SpecialTokens(),
      files: [("tokenizer.json", bytes)])
  }

  /// The names of all files that may belong to a tokenizer, in its folder.
  package static let fileNames = [
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", ChatTemplates.file,
  ]
}

/// The special tokens that tokenizer_config.json and special_tokens_map.json name.
struct SpecialTokens: Sendable {
  /// The names and the tokens as they are written, for chat templates: `bos_token` and so on.
  private(set) var names: [(name: String, token: String)] = []
  private(set) var beginning: Int32?
  private(set) var end: Int32?
  private(set) var padding: Int32?

  private static let known = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  init() {}

  /// Reads the tokens of a file, which go before those read so far.
  mutating func read(_ fields: JSONFields, _ vocabulary: Vocabulary) throws(ModelError) {
    for name in Self.known {
      guard let value = fields[name] else { continue }
      guard let text = value.stringValue ?? value["content"]?.stringValue else {
        throw fields.wrong(name, value, wanted: "a token")
      }
      names.removeAll { $0.name == name }
      names.append((name, text))
      switch name {
      case "bos_token": beginning = vocabulary.id(of: text)
      case "eos_token": end = vocabulary.id(of: text)
      case "pad_token": padding = vocabulary.id(of: text)
      default: break
      }
    }
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
