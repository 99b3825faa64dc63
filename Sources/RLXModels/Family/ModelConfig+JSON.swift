import RLXData
import RLXTensor

extension ModelConfig {
  /// Reads a Hugging Face config.json. Each family's part stands in a file of its own.
  ///
  /// A field that changes the arithmetic in a way this project does not follow is an error that names
  /// it; what only training elsewhere would read, such as dropout, is passed over.
  package static func load(_ path: String) throws(ModelError) -> ModelConfig {
    try ModelConfig(JSONFields(file: path))
  }

  init(_ fields: JSONFields) throws(ModelError) {
    guard let type = try fields.string("model_type") else { throw fields.missing("model_type") }
    guard let family = Family(rawValue: type) else {
      throw .unknownFamily(found: type, file: fields.file, known: Families.known)
    }
    self = try family.description.read(fields)
    self.family = family
    initialRange = Float(try fields.positive("initializer_range") ?? 0.02)
    beginningToken = try fields.tokens("bos_token_id").first
    endTokens = try fields.tokens("eos_token_id")
    paddingToken = try fields.tokens("pad_token_id").first
    dtype = try Self.dtype(fields)
  }

  /// What goes into config.json.
  package var json: JSON {
    var fields = family.description.write(self)
    fields["architectures"] = [.string(family.causalLanguageModel)]
    fields["model_type"] = .string(family.rawValue)
    fields["vocab_size"] = .int(vocabulary)
    fields["tie_word_embeddings"] = .bool(tiesEmbeddings)
    fields["initializer_range"] = Self.shortest(initialRange)
    // Both spellings: transformers 5 has the first, those before the second.
    fields["dtype"] = "float32"
    fields["torch_dtype"] = "float32"
    // Null where there is none: what is missing transformers takes for a token of the family's own models.
    fields["bos_token_id"] = beginningToken.map { JSON.int(Int($0)) } ?? JSON.null
    fields["eos_token_id"] = endTokens.isEmpty ? JSON.null : Self.ids(endTokens)
    fields["pad_token_id"] = paddingToken.map { JSON.int(Int($0)) } ?? JSON.null
    fields[Self.dtypeName] = dtype == .float32 ? nil : .string(dtype.rawValue)
    return .object(fields)
  }

  /// How this project read the weights of a model that it wrote; files hold float32 all the same.
  private static let dtypeName = "rlx_dtype"

  private static func dtype(_ fields: JSONFields) throws(ModelError) -> DType {
    guard let name = try fields.string(dtypeName) else { return .float32 }
    guard let dtype = DType(rawValue: name) else {
      throw .unsupportedField(
        name: dtypeName, file: fields.file, found: "\"\(name)\"",
        supported: DType.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
    }
    return dtype
  }

  // MARK: What families share

  /// A size that must be given, under the first of its names that is there. Sizes beyond 2^24 are
  /// taken for a broken file.
  static func size(_ fields: JSONFields, _ names: String...) throws(ModelError) -> Int {
    for name in names {
      if let value = try fields.int(name, in: sizes) { return value }
    }
    throw fields.missing(names[0])
  }

  static let sizes = 1...1 << 24
  /// The most tokens a sequence may have.
  static let contexts = 1...1 << 30

  /// Throws `unsupportedField` unless a field is missing, null or has one of `values`.
  static func refuse(
    _ fields: JSONFields, _ name: String, unless values: [JSON]
  ) throws(ModelError) {
    guard let value = fields[name], !values.contains(value) else { return }
    let supported = (values.map(JSONFields.shown) + ["null"]).joined(separator: " or ")
    throw .unsupportedField(
      name: fields.place + name, file: fields.file, found: JSONFields.shown(value),
      supported: supported)
  }

  /// One id as a number, several as an array.
  static func ids(_ tokens: [Int32]) -> JSON {
    tokens.count == 1 ? .int(Int(tokens[0])) : .array(tokens.map { .int(Int($0)) })
  }

  /// The shortest decimal that reads back as this float32: 1e-05, not 9.999999747378752e-06.
  static func shortest(_ value: Float) -> JSON {
    .double(Double("\(value)") ?? Double(value))
  }
}
