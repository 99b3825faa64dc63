import RLXData

extension FamilyDescription {
  /// Mistral (Jiang et al., 2023): Llama's network, through a window in every layer.
  static let mistral = FamilyDescription(
    network: LlamaModel.self, className: "Mistral", read: ModelConfig.init(mistral:),
    write: \.mistralFields, settle: { _ in })
}

/// config.json of Mistral.
extension ModelConfig {
  init(mistral fields: JSONFields) throws(ModelError) {
    try self.init(decoder: fields, Standards(context: 131_072, kvHeads: 8))
    // Missing is not null: versions from 0.2 on say null, for none.
    window =
      fields.object["sliding_window"] == nil
      ? 4096 : try fields.int("sliding_window", in: Self.contexts) ?? 0
    try Self.refuseUnknown(fields, butFor: ["sliding_window"])
  }

  var mistralFields: JSONObject { decoderFields(and: ["sliding_window": windowField]) }
}
