import RLXData

extension ModelConfig {
  /// Throws for a field that would change the arithmetic, unless it has a value that does not, or the
  /// family reads it. Fields with no name here are taken for harmless.
  static func refuseUnknown(
    _ fields: JSONFields, butFor understood: Set<String> = []
  ) throws(ModelError) {
    for (name, values) in arithmetic where !understood.contains(name) {
      try refuse(fields, name, unless: values)
    }
    guard !understood.contains("layer_types") else { return }
    for kind in try fields.array("layer_types") ?? [] where kind != "full_attention" {
      throw .unsupportedField(
        name: "layer_types", file: fields.file, found: JSONFields.shown(kind),
        supported: "\"full_attention\"")
    }
  }

  /// Fields of one family or another that change what its network computes, with the values that do not.
  private static let arithmetic: [(name: String, values: [JSON])] = [
    ("activation_function", ["silu", "swish"]), ("add_cross_attention", [false]),
    ("alibi", [false]), ("attention_chunk_size", []), ("attention_dropout", [0, 0.0]),
    ("attention_multiplier", []), ("attn_logit_softcapping", []), ("clip_qkv", []),
    ("embedding_multiplier", [1, 1.0]), ("final_logit_softcapping", []),
    ("hidden_act", ["silu", "swish"]), ("hidden_activation", ["silu", "swish"]),
    ("is_encoder_decoder", [false]), ("logit_scale", [1, 1.0]), ("logits_scaling", [1, 1.0]),
    ("no_rope_layer_interval", []), ("no_rope_layers", []), ("num_experts", []),
    ("num_local_experts", [1]), ("parallel_attn", [false]), ("partial_rotary_factor", [1, 1.0]),
    ("pretraining_tp", [1]), ("qk_layernorm", [false]), ("quantization_config", []),
    ("query_pre_attn_scalar", []), ("residual_multiplier", [1, 1.0]),
    ("rope_local_base_freq", []), ("rotary_pct", [1, 1.0]), ("sliding_window", []),
    ("use_bidirectional_attention", [false]), ("use_mrope", [false]),
    ("use_parallel_residual", [false]), ("use_qk_norm", [false]),
    ("use_sliding_window", [false]),
  ]

  /// Which layers look through the window, by `layer_types`; nil if config.json does not say.
  static func windowedLayers(_ fields: JSONFields, _ layers: Int) throws(ModelError) -> [Bool]? {
    guard let kinds = try fields.array("layer_types") else { return nil }
    guard kinds.count == layers else {
      throw fields.wrong(
        "layer_types", .array(kinds), wanted: "a word for each of the \(layers) layers")
    }
    var windowed: [Bool] = []
    for kind in kinds {
      switch kind {
      case "full_attention": windowed.append(false)
      case "sliding_attention": windowed.append(true)
      default:
        throw .unsupportedField(
          name: "layer_types", file: fields.file, found: JSONFields.shown(kind),
          supported: "\"full_attention\" or \"sliding_attention\"")
      }
    }
    return windowed
  }

  /// Sets the window, and the layers that look through it: those of `layer_types`, else `standard`.
  mutating func setWindow(
    _ fields: JSONFields, _ size: Int?, _ standard: (Int) -> Bool
  ) throws(ModelError) {
    let said = try Self.windowedLayers(fields, layers)
    guard let size else {
      guard said?.contains(true) != true else {
        throw fields.wrong(
          "layer_types", .string("sliding_attention"),
          wanted: "\"full_attention\" in every layer, since no sliding_window is in use")
      }
      return
    }
    let windowed = said ?? (0..<layers).map(standard)
    guard windowed.contains(true) else { return }
    window = size
    windowedLayers = windowed.allSatisfy { $0 } ? [] : windowed
  }

  /// `layer_types` of every layer.
  var layerTypes: JSON {
    .array(
      (0..<layers).map { window(inLayer: $0) > 0 ? "sliding_attention" : "full_attention" })
  }
}
