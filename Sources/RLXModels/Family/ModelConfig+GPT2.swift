import RLXData

extension FamilyDescription {
  /// GPT-2 (Radford et al., 2019).
  static let gpt2 = FamilyDescription(
    network: GPT2Model.self, className: "GPT2", languageModel: "GPT2LMHeadModel",
    tokenHead: "classifier",
    read: ModelConfig.init(gpt2:), write: \.gpt2Fields,
    settle: { config in
      config.normEps = 1e-5
      config.tiesEmbeddings = true
      config.activation = .geluTanh
    }, isGated: false, sharesKeys: false, isRotary: false)
}

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
    try Self.refuseUnknown(fields, butFor: ["activation_function"])
  }

  /// The family's own part of config.json. Dropout is written as it was here: none.
  var gpt2Fields: JSONObject {
    [
      "n_embd": .int(width), "n_inner": .int(innerWidth), "n_layer": .int(layers),
      "n_head": .int(heads), "n_positions": .int(context),
      "layer_norm_epsilon": Self.shortest(normEps), "activation_function": activationName,
      "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0,
      "scale_attn_weights": .bool(scalesAttention),
      "scale_attn_by_inverse_layer_idx": .bool(scalesAttentionByLayer),
    ]
  }
}
