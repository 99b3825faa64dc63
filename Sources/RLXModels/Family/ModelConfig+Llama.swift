import RLXData

extension FamilyDescription {
  /// Llama (Touvron et al., 2023), and all that calls itself so.
  static let llama = FamilyDescription(
    network: LlamaModel.self, className: "Llama", read: ModelConfig.init(llama:),
    write: \.llamaFields, settle: { _ in })
}

/// config.json of the Llama family.
extension ModelConfig {
  init(llama fields: JSONFields) throws(ModelError) {
    try self.init(decoder: fields, Standards())
    attentionBias = try fields.bool("attention_bias")
    attentionOutputBias = attentionBias
    mlpBias = try fields.bool("mlp_bias")
    try Self.refuseUnknown(fields)
  }

  var llamaFields: JSONObject {
    decoderFields(and: ["attention_bias": .bool(attentionBias), "mlp_bias": .bool(mlpBias)])
  }
}
