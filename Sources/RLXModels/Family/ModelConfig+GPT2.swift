import RLXData

/// config.json of GPT-2.
extension ModelConfig {
  /// Sizes are understood under GPT-2's own names and under those that other families have.
  ///
  /// Passed over: `resid_pdrop`, `embd_pdrop`, `attn_pdrop` (dropout is never applied here) and
  /// `reorder_and_upcast_attn` (attention is float32 anyway, where that changes nothing but the
  /// order of roundings).
  init(gpt2 fields: JSONFields) throws(ModelError) {
    let width = try Self.size(fields, "n_embd", "hidden_size")
    self.init(
      vocabulary: try Self.size(fields, "vocab_size"), width: width,
      innerWidth: try fields.int("n_inner", in: Self.sizes) ?? 4 * width,
      layers: try Self.size(fields, "n_layer", "num_hidden_layers"),
      heads: try Self.size(fields, "n_head", "num_attention_heads"),
      context: try Self.size(fields, "n_positions", "max_position_embeddings", "n_ctx"))
    guard width % heads == 0 else {
      throw fields.wrong("n_embd", .int(width), wanted: "a multiple of the \(heads) heads")
    }
    normEps = Float(try fields.positive("layer_norm_epsilon") ?? 1e-5)
    tiesEmbeddings = try fields.bool("tie_word_embeddings", default: true)
    scalesAttention = try fields.bool("scale_attn_weights", default: true)
    scalesAttentionByLayer = try fields.bool("scale_attn_by_inverse_layer_idx")
    activation = try Self.activation(fields, "activation_function") ?? .geluTanh
    for (name, values) in Self.neutralForGPT2 { try Self.refuse(fields, name, unless: values) }
  }

  /// Fields that would change the arithmetic, with the values that do not.
  private static let neutralForGPT2: [(name: String, values: [JSON])] = [
    ("add_cross_attention", [false]),
    ("is_decoder", [false, true]),
    ("is_encoder_decoder", [false]),
    ("quantization_config", []),
    ("sliding_window", []),
  ]

  /// The family's own part of config.json. Dropout is written as it was here: none.
  var gpt2Fields: JSONObject {
    [
      "architectures": ["GPT2LMHeadModel"], "n_embd": .int(width), "n_inner": .int(innerWidth),
      "n_layer": .int(layers), "n_head": .int(heads), "n_positions": .int(context),
      "layer_norm_epsilon": Self.shortest(normEps), "activation_function": activationName,
      "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0,
      "scale_attn_weights": .bool(scalesAttention),
      "scale_attn_by_inverse_layer_idx": .bool(scalesAttentionByLayer),
    ]
  }
}
