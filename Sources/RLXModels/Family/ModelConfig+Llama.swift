import RLXData

/// config.json of the Llama family.
extension ModelConfig {
  /// The rotary base is understood in both spellings: `rope_theta` beside `rope_scaling`, and
  /// `rope_parameters` as of transformers 5.
  init(llama fields: JSONFields) throws(ModelError) {
    self.init(
      vocabulary: try Self.size(fields, "vocab_size"), width: try Self.size(fields, "hidden_size"),
      innerWidth: try Self.size(fields, "intermediate_size"),
      layers: try Self.size(fields, "num_hidden_layers"),
      heads: try Self.size(fields, "num_attention_heads"),
      kvHeads: try fields.int("num_key_value_heads", in: Self.sizes),
      headSize: try fields.int("head_dim", in: Self.sizes),
      context: try fields.int("max_position_embeddings", in: Self.contexts) ?? 2048)
    normEps = Float(try fields.positive("rms_norm_eps") ?? 1e-6)
    tiesEmbeddings = try fields.bool("tie_word_embeddings")
    attentionBias = try fields.bool("attention_bias")
    mlpBias = try fields.bool("mlp_bias")
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

  /// The family's own part of config.json, the rotary base in both spellings.
  var llamaFields: JSONObject {
    let theta = Self.shortest(ropeTheta)
    return [
      "architectures": ["LlamaForCausalLM"], "hidden_size": .int(width),
      "intermediate_size": .int(innerWidth), "num_hidden_layers": .int(layers),
      "num_attention_heads": .int(heads), "num_key_value_heads": .int(kvHeads),
      "head_dim": .int(headSize), "max_position_embeddings": .int(context),
      "rms_norm_eps": Self.shortest(normEps), "rope_theta": theta,
      "rope_parameters": ["rope_type": "default", "rope_theta": theta], "hidden_act": "silu",
      "attention_bias": .bool(attentionBias), "mlp_bias": .bool(mlpBias),
    ]
  }
}
