import RLXData

extension FamilyDescription {
  /// SmolLM3 (2025): Llama's network, whose every fourth layer knows nothing of positions.
  static let smollm3 = FamilyDescription(
    network: LlamaModel.self, className: "SmolLM3", read: ModelConfig.init(smollm3:),
    write: \.smollm3Fields,
    settle: { config in
      config.tiesEmbeddings = true
      if config.layers >= 4 {
        config.rotaryLayers = (0..<config.layers).map { ($0 + 1) % 4 != 0 }
      }
    })
}

/// config.json of SmolLM3.
extension ModelConfig {
  init(smollm3 fields: JSONFields) throws(ModelError) {
    try self.init(decoder: fields, Standards(context: 32_768, kvHeads: 4, ties: true))
    attentionBias = try fields.bool("attention_bias")
    attentionOutputBias = attentionBias
    mlpBias = try fields.bool("mlp_bias")
    let turned = try Self.turnedLayers(fields, layers)
    rotaryLayers = turned.allSatisfy { $0 } ? [] : turned
    let size = try fields.int("sliding_window", in: Self.contexts)
    try setWindow(fields, try fields.bool("use_sliding_window") ? size : nil) { !turned[$0] }
    // It has `pretraining_tp` in its files and no use for it.
    try Self.refuseUnknown(
      fields,
      butFor: [
        "sliding_window", "use_sliding_window", "layer_types", "no_rope_layers",
        "no_rope_layer_interval", "pretraining_tp",
      ])
  }

  /// `no_rope_layers` has 1 for a layer with positions, 0 for one without.
  private static func turnedLayers(
    _ fields: JSONFields, _ layers: Int
  ) throws(ModelError) -> [Bool] {
    let every = try fields.int("no_rope_layer_interval", in: sizes) ?? 4
    guard let marks = try fields.array("no_rope_layers") else {
      return (0..<layers).map { ($0 + 1) % every != 0 }
    }
    guard marks.count == layers, marks.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      throw fields.wrong(
        "no_rope_layers", .array(marks), wanted: "1 or 0 for each of the \(layers) layers")
    }
    return marks.map { $0 == 1 }
  }

  var smollm3Fields: JSONObject {
    let turned = rotaryLayers.isEmpty ? Array(repeating: true, count: layers) : rotaryLayers
    return decoderFields(and: [
      "attention_bias": .bool(attentionBias), "mlp_bias": .bool(mlpBias),
      "no_rope_layers": .array(turned.map { $0 ? 1 : 0 }),
      "use_sliding_window": .bool(window > 0), "sliding_window": windowField,
      "layer_types": layerTypes,
    ])
  }
}
