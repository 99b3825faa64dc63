import RLXData

extension FamilyDescription {
  /// OLMo 2 (OLMo Team, 2025).
  static let olmo2 = FamilyDescription(
    network: Olmo2Model.self, className: "Olmo2", read: ModelConfig.init(olmo2:),
    write: \.olmo2Fields, settle: { $0.normEps = 1e-5 })
}

/// config.json of OLMo 2.
extension ModelConfig {
  init(olmo2 fields: JSONFields) throws(ModelError) {
    try self.init(decoder: fields, Standards(eps: 1e-5))
    attentionBias = try fields.bool("attention_bias")
    attentionOutputBias = attentionBias
    try Self.refuseUnknown(fields)
  }

  var olmo2Fields: JSONObject { decoderFields(and: ["attention_bias": .bool(attentionBias)]) }
}
