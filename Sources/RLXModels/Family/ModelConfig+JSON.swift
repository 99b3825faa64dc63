import RLXData

extension ModelConfig {
  /// Reads a Hugging Face config.json.
  ///
  /// The rotary base is understood in both spellings: `rope_theta` beside `rope_scaling`, and
  /// `rope_parameters` as of transformers 5. A field that changes the arithmetic in a way this
  /// project does not follow is an error that names it.
  package static func load(_ path: String) throws(ModelError) -> ModelConfig {
    guard let bytes = try MappedFile.contents(ifPresent: path) else {
      throw .missingFile(path: path)
    }
    return try ModelConfig(JSONFields(bytes: bytes, file: path))
  }

  /// Sizes beyond this are taken for a broken file.
  private static let size = 1...1 << 24

  init(_ fields: JSONFields) throws(ModelError) {
    guard let type = try fields.string("model_type") else { throw fields.missing("model_type") }
    guard let family = Family(rawValue: type) else {
      throw .unknownFamily(found: type, file: fields.file, known: Families.known)
    }
    func required(_ name: String) throws(ModelError) -> Int {
      guard let value = try fields.int(name, in: Self.size) else { throw fields.missing(name) }
      return value
    }
    self.init(
      vocabulary: try required("vocab_size"), width: try required("hidden_size"),
      innerWidth: try required("intermediate_size"), layers: try required("num_hidden_layers"),
      heads: try required("num_attention_heads"),
      kvHeads: try fields.int("num_key_value_heads", in: Self.size),
      headSize: try fields.int("head_dim", in: Self.size),
      context: try fields.int("max_position_embeddings", in: 1...1 << 30) ?? 2048)
    self.family = family
    normEps = Float(try fields.positive("rms_norm_eps") ?? 1e-6)
    tiesEmbeddings = try fields.bool("tie_word_embeddings")
    attentionBias = try fields.bool("attention_bias")
    mlpBias = try fields.bool("mlp_bias")
    initialRange = Float(try fields.positive("initializer_range") ?? 0.02)
    beginningToken = try fields.tokens("bos_token_id").first
    endTokens = try fields.tokens("eos_token_id")
    paddingToken = try fields.tokens("pad_token_id").first
    ropeTheta = try Self.ropeTheta(fields)
    try checkHeads(fields)
    try Self.refuseUnsupported(fields)
  }

  private func checkHeads(_ fields: JSONFields) throws(ModelError) {
    guard heads % kvHeads == 0 else {
      throw fields.wrong(
        "num_key_value_heads", .int(kvHeads), wanted: "a divisor of the \(heads) attention heads")
    }
    guard fields["head_dim"] != nil || width % heads == 0 else {
      throw fields.wrong(
        "hidden_size", .int(width), wanted: "a multiple of the \(heads) attention heads")
    }
    guard headSize > 0, headSize % 2 == 0 else {
      throw fields.wrong("head_dim", .int(headSize), wanted: "an even number, for rotary positions")
    }
  }

  private static func ropeTheta(_ fields: JSONFields) throws(ModelError) -> Float {
    let outer = try fields.positive("rope_theta")
    var inner: Double?
    for name in ["rope_scaling", "rope_parameters"] {
      guard let rope = try fields.fields(name) else { continue }
      for key in ["rope_type", "type"] {
        if let type = try rope.string(key), !type.isExactly("default") {
          throw .unsupportedField(
            name: rope.place + key, file: fields.file, found: "\"\(type)\"",
            supported: "\"default\"")
        }
      }
      try refuse(rope, "partial_rotary_factor", unless: [.int(1), .double(1)])
      inner = try rope.positive("rope_theta") ?? inner
    }
    if let outer, let inner, outer != inner {
      throw fields.wrong(
        "rope_theta", .double(outer), wanted: "\(inner), which rope_parameters.rope_theta says")
    }
    return Float(inner ?? outer ?? 10_000)
  }

  /// Fields that would change the arithmetic, with the values that do not.
  private static let neutral: [(name: String, values: [JSON])] = [
    ("hidden_act", ["silu", "swish"]),
    ("pretraining_tp", [1]),
    ("attention_dropout", [0, 0.0]),
    ("partial_rotary_factor", [1, 1.0]),
    ("sliding_window", []),
    ("use_sliding_window", [false]),
    ("attn_logit_softcapping", []),
    ("final_logit_softcapping", []),
    ("query_pre_attn_scalar", []),
    ("attention_multiplier", []),
    ("embedding_multiplier", [1, 1.0]),
    ("residual_multiplier", [1, 1.0]),
    ("logits_scaling", [1, 1.0]),
    ("use_qk_norm", [false]),
    ("qk_layernorm", [false]),
    ("quantization_config", []),
    ("num_local_experts", [1]),
  ]

  private static func refuseUnsupported(_ fields: JSONFields) throws(ModelError) {
    for (name, values) in neutral { try refuse(fields, name, unless: values) }
    for kind in try fields.array("layer_types") ?? [] where kind != "full_attention" {
      throw .unsupportedField(
        name: "layer_types", file: fields.file, found: JSONFields.shown(kind),
        supported: "\"full_attention\"")
    }
  }

  private static func refuse(
    _ fields: JSONFields, _ name: String, unless values: [JSON]
  ) throws(ModelError) {
    guard let value = fields[name], !values.contains(value) else { return }
    let supported = (values.map(JSONFields.shown) + ["null"]).joined(separator: " or ")
    throw .unsupportedField(
      name: fields.place + name, file: fields.file, found: JSONFields.shown(value),
      supported: supported)
  }
}

extension ModelConfig {
  /// What goes into config.json: every field of this project, the rotary base in both spellings.
  package var json: JSON {
    let theta = Self.shortest(ropeTheta)
    var fields: JSONObject = [
      "architectures": ["LlamaForCausalLM"], "model_type": .string(family.rawValue),
      "vocab_size": .int(vocabulary), "hidden_size": .int(width),
      "intermediate_size": .int(innerWidth), "num_hidden_layers": .int(layers),
      "num_attention_heads": .int(heads), "num_key_value_heads": .int(kvHeads),
      "head_dim": .int(headSize), "max_position_embeddings": .int(context),
      "rms_norm_eps": Self.shortest(normEps), "rope_theta": theta,
      "rope_parameters": ["rope_type": "default", "rope_theta": theta], "hidden_act": "silu",
      "tie_word_embeddings": .bool(tiesEmbeddings), "attention_bias": .bool(attentionBias),
      "mlp_bias": .bool(mlpBias), "initializer_range": Self.shortest(initialRange),
      "dtype": "float32", "torch_dtype": "float32",
    ]
    fields["bos_token_id"] = beginningToken.map { .int(Int($0)) }
    fields["eos_token_id"] = endTokens.isEmpty ? nil : Self.ids(endTokens)
    fields["pad_token_id"] = paddingToken.map { .int(Int($0)) }
    return .object(fields)
  }

  /// One id as a number, several as an array.
  static func ids(_ tokens: [Int32]) -> JSON {
    tokens.count == 1 ? .int(Int(tokens[0])) : .array(tokens.map { .int(Int($0)) })
  }

  /// The shortest decimal that reads back as this float32: 1e-05, not 9.999999747378752e-06.
  private static func shortest(_ value: Float) -> JSON {
    .double(Double("\(value)") ?? Double(value))
  }
}
