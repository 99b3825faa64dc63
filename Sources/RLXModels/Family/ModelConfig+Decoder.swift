import RLXData

/// What most families have under the same names in config.json.
extension ModelConfig {
  /// What transformers takes for a field that is missing.
  struct Standards {
    var context = 2048
    var eps = 1e-6
    /// nil: as many as heads.
    var kvHeads: Int?
    /// nil: the width over the heads.
    var headSize: Int?
    var ties = false
  }

  /// Sizes, and rotary positions of the usual spelling. `share` names the field that says how much of a
  /// head is turned, where the family has one.
  init(
    decoder fields: JSONFields, _ standards: Standards,
    share: (name: String, standard: Double)? = nil
  ) throws(ModelError) {
    let heads = try Self.size(fields, "num_attention_heads")
    self.init(
      vocabulary: try Self.size(fields, "vocab_size"), width: try Self.size(fields, "hidden_size"),
      innerWidth: try Self.size(fields, "intermediate_size"),
      layers: try Self.size(fields, "num_hidden_layers"), heads: heads,
      kvHeads: try fields.int("num_key_value_heads", in: Self.sizes) ?? standards.kvHeads,
      headSize: try fields.int("head_dim", in: Self.sizes) ?? standards.headSize)
    normEps = Float(try fields.positive("rms_norm_eps") ?? standards.eps)
    tiesEmbeddings = try fields.bool("tie_word_embeddings", default: standards.ties)
    let trained = try fields.int("max_position_embeddings", in: Self.contexts)
    var sources = RotaryConfig.Sources(objects: [], share: share)
    for name in ["rope_scaling", "rope_parameters"] {
      if let object = try fields.fields(name) { sources.objects.append(object) }
    }
    try setRope(
      fields, RotaryConfig(fields, sources, trained: trained ?? standards.context),
      isWidthGiven: fields["head_dim"] != nil || standards.headSize != nil)
  }

  /// Takes rotary positions over, and checks that heads go with them and with each other.
  mutating func setRope(
    _ fields: JSONFields, _ rope: RotaryConfig, isWidthGiven: Bool
  ) throws(ModelError) {
    guard heads % kvHeads == 0 else {
      throw fields.wrong(
        "num_key_value_heads", .int(kvHeads), wanted: "a divisor of the \(heads) attention heads")
    }
    guard isWidthGiven || width % heads == 0 else {
      throw fields.wrong(
        "hidden_size", .int(width), wanted: "a multiple of the \(heads) attention heads")
    }
    let turned = rope.width(of: headSize)
    guard turned > 0, turned % 2 == 0 else {
      throw fields.wrong("head_dim", .int(headSize), wanted: "an even number, for rotary positions")
    }
    self.rope = rope
    context = rope.context
  }

  /// The same as fields, the rotary positions in both spellings.
  var decoderFields: JSONObject {
    var fields: JSONObject = [
      "hidden_size": .int(width), "intermediate_size": .int(innerWidth),
      "num_hidden_layers": .int(layers), "num_attention_heads": .int(heads),
      "num_key_value_heads": .int(kvHeads), "head_dim": .int(headSize),
      "max_position_embeddings": .int(rope.trained), "rms_norm_eps": Self.shortest(normEps),
      "hidden_act": activationName,
    ]
    for (name, value) in rope.fields { fields[name] = value }
    return fields
  }

  /// `decoderFields` and others.
  func decoderFields(and others: JSONObject) -> JSONObject {
    var fields = decoderFields
    for (name, value) in others { fields[name] = value }
    return fields
  }

  /// `sliding_window`, null where there is none.
  var windowField: JSON { window > 0 ? .int(window) : .null }
}
