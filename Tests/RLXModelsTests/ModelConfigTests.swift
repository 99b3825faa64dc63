import Foundation
import RLXData
import RLXModels
import RLXTestSupport
import Testing

@Suite struct ModelConfigTests {
  static let base: JSONObject = [
    "model_type": "llama", "vocab_size": 97, "hidden_size": 32, "intermediate_size": 48,
    "num_hidden_layers": 2, "num_attention_heads": 4,
  ]

  private func load(_ changes: [(String, JSON?)]) throws -> ModelConfig {
    var fields = Self.base
    for (name, value) in changes { fields[name] = value }
    let text = try JSON.object(fields).serialized()
    return try Support.withFolder { folder in
      try Support.write(text, folder + "/config.json")
      return try ModelConfig.load(folder + "/config.json")
    }
  }

  @Test func defaultsAreThoseOfTransformers() throws {
    let config = try load([])
    #expect(config.kvHeads == 4 && config.headSize == 8 && config.context == 2048)
    #expect(config.rope.theta == 10_000 && config.normEps == 1e-6 && !config.tiesEmbeddings)
  }

  @Test func bothSpellingsOfTheRotaryBaseAreUnderstood() throws {
    #expect(try load([("rope_theta", 500.0)]).rope.theta == 500)
    #expect(try load([("rope_theta", 500.0), ("rope_scaling", nil)]).rope.theta == 500)
    #expect(
      try load([("rope_scaling", ["type": "default"]), ("rope_theta", 700)]).rope.theta == 700)
    let new: JSON = ["rope_type": "default", "rope_theta": 5e5]
    #expect(try load([("rope_parameters", new)]).rope.theta == 500_000)
    #expect(try load([("rope_parameters", new), ("rope_theta", 500_000)]).rope.theta == 500_000)
    #expect(
      Support.error { try load([("rope_parameters", new), ("rope_theta", 10_000.0)]) } != nil)
  }

  /// What changes the arithmetic in a way this project does not follow, and the field to be named.
  @Test(
    arguments: [
      ("rope_scaling", ["rope_type": "longrope", "factor": 8.0], "rope_scaling.rope_type"),
      ("rope_scaling", ["type": "su", "factor": 2.0], "rope_scaling.type"),
      (
        "rope_scaling", ["type": "default", "mrope_section": [2, 2]], "rope_scaling.mrope_section"
      ),
      ("rope_parameters", ["partial_rotary_factor": 0.5], "rope_parameters.partial_rotary_factor"),
      ("partial_rotary_factor", 0.25, "partial_rotary_factor"),
      ("hidden_act", "gelu", "hidden_act"),
      ("sliding_window", 4096, "sliding_window"), ("pretraining_tp", 2, "pretraining_tp"),
      ("attention_dropout", 0.1, "attention_dropout"),
      ("quantization_config", ["bits": 4], "quantization_config"),
      ("layer_types", ["full_attention", "sliding_attention"], "layer_types"),
      ("final_logit_softcapping", 30.0, "final_logit_softcapping"),
    ] as [(String, JSON, String)])
  func unsupportedFieldsAreNamed(field: String, value: JSON, named: String) throws {
    let error = Support.error { try load([(field, value)]) }
    guard case .unsupportedField(named, _, _, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func neutralValuesOfSuchFieldsAreFine() throws {
    _ = try load([
      ("hidden_act", "silu"), ("sliding_window", .null), ("attention_dropout", 0.0),
      ("pretraining_tp", 1), ("layer_types", ["full_attention"]),
    ])
  }

  @Test(
    arguments: [
      ("vocab_size", nil), ("hidden_size", nil), ("vocab_size", 0), ("vocab_size", -3),
      ("vocab_size", "many"), ("vocab_size", 97.5), ("vocab_size", 4_611_686_018_427_387_904),
      ("num_attention_heads", 0), ("num_attention_heads", 5), ("num_key_value_heads", 3),
      ("head_dim", 7), ("rms_norm_eps", 0), ("rms_norm_eps", "small"), ("rope_theta", -1.0),
      ("tie_word_embeddings", "yes"), ("eos_token_id", "</s>"), ("eos_token_id", [1, -2]),
      ("model_type", nil), ("model_type", 3), ("rope_scaling", "default"), ("hidden_size", 33),
    ] as [(String, JSON?)])
  func wrongFieldsAreNamed(field: String, value: JSON?) throws {
    let error = try #require(Support.error { try load([(field, value)]) })
    let blamed = field == "num_attention_heads" && value == 5 ? "num_key_value_heads" : field
    #expect(error.description.contains(blamed) || error.description.contains("hidden_size"))
    #expect(error.description.contains("config.json"))
  }

  // MARK: GPT-2

  private func loadGPT2(_ changes: [(String, JSON?)]) throws -> ModelConfig {
    var fields: [(String, JSON?)] = [
      ("model_type", "gpt2"), ("n_embd", 32), ("n_layer", 2), ("n_head", 4), ("n_positions", 64),
    ]
    for name in [
      "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
    ] {
      fields.append((name, nil))
    }
    return try load(fields + changes)
  }

  @Test func defaultsOfGPT2AreThoseOfTransformers() throws {
    let config = try loadGPT2([])
    #expect(config.innerWidth == 128 && config.kvHeads == 4 && config.headSize == 8)
    #expect(config.context == 64 && config.normEps == 1e-5 && config.tiesEmbeddings)
    #expect(config.activation == .geluTanh && config.scalesAttention)
    #expect(!config.scalesAttentionByLayer)
  }

  @Test func sizesOfGPT2AreUnderstoodUnderBothNames() throws {
    let config = try loadGPT2([
      ("n_embd", nil), ("hidden_size", 48), ("n_layer", nil), ("num_hidden_layers", 3),
      ("n_positions", nil), ("n_ctx", 20),
    ])
    #expect(config.width == 48 && config.layers == 3 && config.context == 20)
  }

  @Test(
    arguments: [
      ("activation_function", "gelu_10", "activation_function"),
      ("add_cross_attention", true, "add_cross_attention"),
      ("quantization_config", ["bits": 4], "quantization_config"),
    ] as [(String, JSON, String)])
  func unsupportedFieldsOfGPT2AreNamed(field: String, value: JSON, named: String) throws {
    guard
      case .unsupportedField(named, _, _, _)? = Support.error(of: { try loadGPT2([(field, value)]) }
      )
    else {
      Issue.record("\(field) went through")
      return
    }
  }

  @Test func dropoutOfGPT2IsPassedOver() throws {
    let dropout: [(String, JSON?)] = [
      ("resid_pdrop", 0.1), ("embd_pdrop", 0.1), ("attn_pdrop", 0.1),
      ("reorder_and_upcast_attn", true),
    ]
    #expect(try loadGPT2(dropout) == loadGPT2([]))
  }

  @Test(
    arguments: [
      ("n_embd", nil), ("n_embd", 30), ("n_head", 0), ("n_positions", nil), ("n_inner", "wide"),
      ("scale_attn_weights", 1), ("layer_norm_epsilon", -1.0),
    ] as [(String, JSON?)])
  func wrongFieldsOfGPT2AreNamed(field: String, value: JSON?) throws {
    let error = try #require(Support.error { try loadGPT2([(field, value)]) })
    #expect(error.description.contains(field), "\(error)")
  }

  @Test func anUnknownFamilyIsNamedWithThoseThatAreKnown() throws {
    let error = try #require(Support.error { try load([("model_type", "mamba")]) })
    #expect(error.description.contains("mamba") && error.description.contains("llama"))
  }

  @Test func brokenFilesAreErrors() throws {
    for text in ["", "{", "[]", "3", "{\"model_type\": \"llama\"", "\u{0}"] {
      try Support.withFolder { folder in
        let path = folder + "/config.json"
        try Support.write(text, path)
        guard case .brokenFile(path, _, _)? = Support.error(of: { try ModelConfig.load(path) })
        else {
          Issue.record("\(text.debugDescription) went through")
          return
        }
      }
    }
  }

  @Test func whatIsWrittenReadsBackTheSame() throws {
    for name in ["untied", "tied", "biased", "gpt2", "gpt2-variant", "gpt2-unscaled"] {
      let config = try ModelConfig.load(Repository.golden("models/\(name)/config.json").path)
      let text = try config.json.serialized()
      try Support.withFolder { folder in
        try Support.write(text, folder + "/config.json")
        #expect(try ModelConfig.load(folder + "/config.json") == config)
      }
    }
  }
}
