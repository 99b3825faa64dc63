import RLXData

extension FamilyDescription {
  /// Phi-3 (Abdin et al., 2024).
  static let phi3 = FamilyDescription(
    network: Phi3Model.self, className: "Phi3", read: ModelConfig.init(phi3:),
    write: \.phi3Fields, settle: { $0.normEps = 1e-5 })
}

/// config.json of Phi-3.
extension ModelConfig {
  /// Passed over: `resid_pdrop` and `embd_pdrop` (dropout is never applied here), and
  /// `original_max_position_embeddings`, which says nothing without a `rope_scaling`.
  init(phi3 fields: JSONFields) throws(ModelError) {
    try self.init(
      decoder: fields, Standards(context: 4096, eps: 1e-5), share: ("partial_rotary_factor", 1))
    guard rope.scaling == .none else {
      throw .unsupportedField(
        name: "rope_scaling.type", file: fields.file, found: "\"\(rope.scaling.name)\"",
        supported: "\"default\"")
    }
    window = try fields.int("sliding_window", in: Self.contexts) ?? 0
    try Self.refuseUnknown(fields, butFor: ["sliding_window", "partial_rotary_factor"])
  }

  var phi3Fields: JSONObject {
    decoderFields(and: [
      "sliding_window": windowField, "partial_rotary_factor": .double(rope.share),
      "original_max_position_embeddings": .int(rope.trained),
      "rope_parameters": .object(rope.object(withShare: true)), "resid_pdrop": 0.0,
      "embd_pdrop": 0.0,
    ])
  }
}
