import RLXData

/// PEFT's adapter_config.json: what it says of the arithmetic is read or refused, the rest is kept.
struct AdapterConfig {
  let object: JSONObject
  let rank: Int
  let alpha: Double
  let isRankStabilized: Bool
  /// Whether layers may have ranks of their own, which their tensors tell.
  let hasOtherRanks: Bool
  /// The list of targets; empty where PEFT was given a pattern.
  let targets: [String]

  /// Fields that say nothing about the arithmetic of a trained LoRA, or whose effect the tensors
  /// show: which layers have adapters, of which rank.
  private static let harmless: Set<String> = [
    "task_type", "auto_mapping", "peft_version", "base_model_name_or_path", "revision",
    "inference_mode", "target_modules", "exclude_modules", "layers_to_transform", "layers_pattern",
    "rank_pattern", "fan_in_fan_out", "lora_dropout", "megatron_core", "megatron_config",
    "qalora_group_size", "runtime_config", "ensure_weight_tying", "eva_config", "loftq_config",
    "r", "lora_alpha", "use_rslora",
  ]

  /// Ways of beginning that leave the base as it is.
  private static let beginnings: [JSON] = [
    true, false, "gaussian", "orthogonal", "eva",
  ]

  init(_ fields: JSONFields) throws(ModelError) {
    object = fields.object
    guard let kind = fields["peft_type"] else { throw fields.missing("peft_type") }
    try Self.refuse(fields, "peft_type", kind, unless: ["LORA"])
    guard let rank = try fields.int("r", in: 1...1 << 20) else { throw fields.missing("r") }
    guard let alpha = try fields.positive("lora_alpha") else { throw fields.missing("lora_alpha") }
    self.rank = rank
    self.alpha = alpha
    isRankStabilized = try fields.bool("use_rslora")
    hasOtherRanks = !Self.saysNothing(fields["rank_pattern"])
    targets = (fields["target_modules"]?.arrayValue ?? []).compactMap(\.stringValue)
    for (name, value) in fields.object where !Self.harmless.contains(name) {
      switch name {
      case "peft_type": break
      case "bias": try Self.refuse(fields, name, value, unless: ["none"])
      case "init_lora_weights": try Self.refuse(fields, name, value, unless: Self.beginnings)
      default:
        guard Self.saysNothing(value) else {
          throw .unsupportedField(
            name: name, file: fields.file, found: JSONFields.shown(value), supported: "null")
        }
      }
    }
  }

  /// Null, false, or nothing in it.
  private static func saysNothing(_ value: JSON?) -> Bool {
    switch value {
    case nil, .null, .bool(false): true
    case .string(let text): text.isEmpty
    case .array(let values): values.isEmpty
    case .object(let object): object.count == 0
    default: false
    }
  }

  private static func refuse(
    _ fields: JSONFields, _ name: String, _ value: JSON, unless values: [JSON]
  ) throws(ModelError) {
    guard !values.contains(value), !value.isNull else { return }
    throw .unsupportedField(
      name: name, file: fields.file, found: JSONFields.shown(value),
      supported: values.map(JSONFields.shown).joined(separator: " or "))
  }
}

extension LoRA {
  /// adapter_config.json: what PEFT has to know, and all that the file said it was read from.
  func json(layers: [LinearLayer], classifier: Bool) -> JSON {
    var fields = config?.object ?? JSONObject()
    let adapted = layers.filter { self[$0.name] != nil }
    fields["peft_type"] = "LORA"
    if config == nil {
      fields["task_type"] = classifier ? "SEQ_CLS" : "CAUSAL_LM"
      fields["base_model_name_or_path"] = .null
      fields["target_modules"] = .array(settings.targets.map { .string($0) })
      fields["lora_dropout"] = 0.0
      fields["bias"] = "none"
      fields["modules_to_save"] = .null
    }
    fields["r"] = .int(settings.rank)
    fields["lora_alpha"] =
      settings.alpha == settings.alpha.rounded()
      ? .int(Int(settings.alpha)) : .double(settings.alpha)
    fields["use_rslora"] = .bool(settings.isRankStabilized)
    fields["fan_in_fan_out"] = .bool(adapted.contains { $0.layout == .inputRows })
    fields["inference_mode"] = true
    return .object(fields)
  }
}
