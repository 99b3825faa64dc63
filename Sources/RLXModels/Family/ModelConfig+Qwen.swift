import RLXData

extension FamilyDescription {
  /// Qwen2 and 2.5 (Yang et al., 2024): Llama's network with biases for queries, keys and values; later
  /// layers may look through a window.
  static let qwen2 = FamilyDescription(
    network: LlamaModel.self, className: "Qwen2", read: ModelConfig.init(qwen2:),
    write: \.qwen2Fields, settle: { $0.attentionBias = true })

  /// Qwen3 (Yang et al., 2025): Llama's network with a norm over each head's queries and keys.
  static let qwen3 = FamilyDescription(
    network: LlamaModel.self, className: "Qwen3", read: ModelConfig.init(qwen3:),
    write: \.qwen3Fields, settle: { _ in })
}

/// config.json of Qwen2.
extension ModelConfig {
  init(qwen2 fields: JSONFields) throws(ModelError) {
    try self.init(decoder: fields, Standards(context: 32_768, kvHeads: 32))
    attentionBias = true
    try setQwenWindow(fields)
    try Self.refuseUnknown(fields, butFor: Self.qwenWindow)
  }

  var qwen2Fields: JSONObject { decoderFields(and: qwenWindowFields) }
}

/// config.json of Qwen3.
extension ModelConfig {
  init(qwen3 fields: JSONFields) throws(ModelError) {
    try self.init(decoder: fields, Standards(context: 32_768, kvHeads: 32, headSize: 128))
    attentionBias = try fields.bool("attention_bias")
    attentionOutputBias = attentionBias
    try setQwenWindow(fields)
    try Self.refuseUnknown(fields, butFor: Self.qwenWindow)
  }

  var qwen3Fields: JSONObject {
    var fields = decoderFields(and: qwenWindowFields)
    fields["attention_bias"] = .bool(attentionBias)
    return fields
  }
}

extension ModelConfig {
  private static let qwenWindow: Set<String> = [
    "sliding_window", "use_sliding_window", "layer_types",
  ]

  /// A window only where `use_sliding_window` says so, from layer `max_window_layers` on.
  private mutating func setQwenWindow(_ fields: JSONFields) throws(ModelError) {
    let size = try fields.int("sliding_window", in: Self.contexts) ?? 4096
    let first = try fields.int("max_window_layers", in: 0...1 << 24) ?? 28
    try setWindow(fields, try fields.bool("use_sliding_window") ? size : nil) { $0 >= first }
  }

  private var qwenWindowFields: JSONObject {
    [
      "use_sliding_window": .bool(window > 0), "sliding_window": windowField,
      "max_window_layers": .int(windowedLayers.firstIndex(of: true) ?? (window > 0 ? 0 : layers)),
      "layer_types": layerTypes,
    ]
  }
}
