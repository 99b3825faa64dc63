import RLXData

extension FamilyDescription {
  /// GPT-NeoX (Black et al., 2022), Pythia among it.
  static let gptNeoX = FamilyDescription(
    network: GPTNeoXModel.self, className: "GPTNeoX", tokenHead: "classifier",
    read: ModelConfig.init(gptNeoX:), write: \.gptNeoXFields,
    settle: { config in
      config.normEps = 1e-5
      config.activation = .gelu
      config.attentionBias = true
      config.parallelResidual = true
      config.rope.share = 0.25
    }, isGated: false, sharesKeys: false)
}

/// config.json of GPT-NeoX.
extension ModelConfig {
  /// Passed over: `hidden_dropout`, `attention_dropout` and `classifier_dropout` (dropout is never applied
  /// here).
  init(gptNeoX fields: JSONFields) throws(ModelError) {
    self.init(
      vocabulary: try Self.size(fields, "vocab_size"), width: try Self.size(fields, "hidden_size"),
      innerWidth: try Self.size(fields, "intermediate_size"),
      layers: try Self.size(fields, "num_hidden_layers"),
      heads: try Self.size(fields, "num_attention_heads"))
    normEps = Float(try fields.positive("layer_norm_eps") ?? 1e-5)
    tiesEmbeddings = try fields.bool("tie_word_embeddings")
    attentionBias = try fields.bool("attention_bias", default: true)
    parallelResidual = try fields.bool("use_parallel_residual", default: true)
    activation = try Self.activation(fields, "hidden_act") ?? .gelu
    var sources = RotaryConfig.Sources(
      objects: [], theta: ("rotary_emb_base", 10_000), share: ("rotary_pct", 0.25))
    for name in ["rope_scaling", "rope_parameters"] {
      if let object = try fields.fields(name) { sources.objects.append(object) }
    }
    let trained = try fields.int("max_position_embeddings", in: Self.contexts) ?? 2048
    try setRope(fields, RotaryConfig(fields, sources, trained: trained), isWidthGiven: false)
    try Self.refuseUnknown(
      fields,
      butFor: ["hidden_act", "use_parallel_residual", "rotary_pct", "attention_dropout"])
  }

  var gptNeoXFields: JSONObject {
    var fields: JSONObject = [
      "hidden_size": .int(width), "intermediate_size": .int(innerWidth),
      "num_hidden_layers": .int(layers), "num_attention_heads": .int(heads),
      "max_position_embeddings": .int(rope.trained), "layer_norm_eps": Self.shortest(normEps),
      "hidden_act": activationName, "attention_bias": .bool(attentionBias),
      "use_parallel_residual": .bool(parallelResidual), "hidden_dropout": 0.0,
      "attention_dropout": 0.0,
    ]
    for (name, value) in rope.fields where name != "rope_theta" { fields[name] = value }
    fields["rotary_emb_base"] = Self.shortest(rope.theta)
    fields["rotary_pct"] = .double(rope.share)
    fields["rope_parameters"] = .object(rope.object(withShare: true))
    return fields
  }
}
