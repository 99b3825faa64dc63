import RLXData

extension FamilyDescription {
  /// Gemma 2 (Gemma Team, 2024).
  static let gemma2 = FamilyDescription(
    network: GemmaModel.self, className: "Gemma2", read: ModelConfig.init(gemma2:),
    write: \.gemma2Fields,
    settle: { config in
      config.settleGemma()
      config.scoreCap = 50
      config.logitCap = 30
      if config.layers >= 2 { config.windowedLayers = (0..<config.layers).map { $0 % 2 == 0 } }
    })

  /// The text part of Gemma 3 (Gemma Team, 2025): norms over queries and keys for Gemma 2's caps, and
  /// windows in five layers of six.
  static let gemma3 = FamilyDescription(
    network: GemmaModel.self, className: "Gemma3", classifierName: "Gemma3Text",
    read: ModelConfig.init(gemma3:), write: \.gemma3Fields,
    settle: { config in
      config.settleGemma()
      config.rope.theta = 1e6
      config.localRope = RotaryConfig(theta: 10_000, trained: config.context)
      if config.layers >= 6 {
        config.windowedLayers = (0..<config.layers).map { ($0 + 1) % 6 != 0 }
      }
    })
}

extension ModelConfig {
  fileprivate mutating func settleGemma() {
    tiesEmbeddings = true
    activation = .geluTanh
    queryScalar = Float(headSize)
    window = max(1, context / 2)
  }

  /// What both have: the fields but for rotary positions and the pattern of windows.
  private init(gemma fields: JSONFields, context: Int) throws(ModelError) {
    try self.init(
      decoder: fields, Standards(context: context, kvHeads: 4, headSize: 256, ties: true))
    attentionBias = try fields.bool("attention_bias")
    attentionOutputBias = attentionBias
    activation = try Self.activation(fields, "hidden_activation") ?? .geluTanh
    queryScalar = Float(try fields.positive("query_pre_attn_scalar") ?? 256)
  }

  private static let gemmaFields: Set<String> = [
    "hidden_act", "hidden_activation", "sliding_window", "layer_types", "query_pre_attn_scalar",
    "attn_logit_softcapping", "final_logit_softcapping", "rope_local_base_freq",
  ]

  private func gemmaFields(and others: JSONObject) -> JSONObject {
    var fields = decoderFields
    fields["hidden_act"] = nil
    let common: JSONObject = [
      "hidden_activation": activationName, "attention_bias": .bool(attentionBias),
      "query_pre_attn_scalar": Self.whole(queryScalar ?? Float(headSize)),
      "sliding_window": windowField, "layer_types": layerTypes,
      "attn_logit_softcapping": Self.cap(scoreCap), "final_logit_softcapping": Self.cap(logitCap),
    ]
    for (name, value) in common { fields[name] = value }
    for (name, value) in others { fields[name] = value }
    return fields
  }

  /// A number as a whole one, if it is: transformers 5 takes no other here.
  private static func whole(_ value: Float) -> JSON {
    Int(exactly: value).map { .int($0) } ?? shortest(value)
  }

  /// A cap as config.json has it: null for none.
  private static func cap(_ value: Float) -> JSON { value > 0 ? shortest(value) : .null }

  /// A cap that may be missing (then `standard`) or null (then none).
  private static func cap(
    _ fields: JSONFields, _ name: String, standard: Float
  ) throws(ModelError) -> Float {
    guard fields.object[name] != nil else { return standard }
    return Float(try fields.positive(name) ?? 0)
  }
}

/// config.json of Gemma 2.
extension ModelConfig {
  init(gemma2 fields: JSONFields) throws(ModelError) {
    try self.init(gemma: fields, context: 8192)
    scoreCap = try Self.cap(fields, "attn_logit_softcapping", standard: 50)
    logitCap = try Self.cap(fields, "final_logit_softcapping", standard: 30)
    let size =
      fields.object["sliding_window"] == nil
      ? 4096 : try fields.int("sliding_window", in: Self.contexts)
    try setWindow(fields, size) { $0 % 2 == 0 }
    try Self.refuseUnknown(fields, butFor: Self.gemmaFields.subtracting(["rope_local_base_freq"]))
  }

  var gemma2Fields: JSONObject { gemmaFields(and: [:]) }
}

/// config.json of the text part of Gemma 3.
extension ModelConfig {
  init(gemma3 fields: JSONFields) throws(ModelError) {
    let rest = JSONFields(object: Self.withoutRope(fields.object), file: fields.file)
    try self.init(gemma: rest, context: 131_072)
    scoreCap = try Self.cap(fields, "attn_logit_softcapping", standard: 0)
    logitCap = try Self.cap(fields, "final_logit_softcapping", standard: 0)
    let parameters = try fields.fields("rope_parameters")
    let global = try parameters?.fields("full_attention")
    let local = try parameters?.fields("sliding_attention")
    var sources = RotaryConfig.Sources(objects: [], theta: ("rope_theta", 1e6))
    for object in [try fields.fields("rope_scaling"), global].compactMap(\.self) {
      sources.objects.append(object)
    }
    try setRope(
      fields, RotaryConfig(fields, sources, trained: rope.trained), isWidthGiven: true)
    localRope = try RotaryConfig(
      fields,
      RotaryConfig.Sources(
        objects: [local].compactMap(\.self), theta: ("rope_local_base_freq", 10_000)),
      trained: rope.trained)
    let size =
      fields.object["sliding_window"] == nil
      ? 4096 : try fields.int("sliding_window", in: Self.contexts)
    let pattern = try fields.int("sliding_window_pattern", in: Self.sizes) ?? 6
    try setWindow(fields, size) { ($0 + 1) % pattern != 0 }
    try Self.refuseUnknown(fields, butFor: Self.gemmaFields)
  }

  private static func withoutRope(_ object: JSONObject) -> JSONObject {
    var object = object
    for name in ["rope_theta", "rope_scaling", "rope_parameters"] { object[name] = nil }
    return object
  }

  /// Rotary positions of two kinds: in transformers 5 one object with both, before that fields of their
  /// own.
  var gemma3Fields: JSONObject {
    let local = localRope ?? rope
    return gemmaFields(and: [
      "rope_local_base_freq": Self.shortest(local.theta),
      "rope_parameters": [
        "full_attention": .object(rope.object()), "sliding_attention": .object(local.object()),
      ],
    ])
  }
}
