import RLXModels
import RLXScript
import RLXTensor

extension ModelMethods {
  /// `Model.new`: fresh weights from the session's draws.
  static func new(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "new",
      "A model with fresh weights over a tokenizer, to be trained from nothing. Weights are drawn as "
        + "transformers draws them: N(0, 0.02), scales 1, biases 0.",
      parameters: [
        ParameterSpec("family", .string, choices: Families.known, doc: "how its layers are built"),
        ParameterSpec(
          "tokenizer", .host(TokenizerObject.typeName), example: "Tokenizer(\"PATH\")",
          doc: "what makes ids of texts; its ids are the vocabulary"),
        ParameterSpec(
          "layers", .int, range: .atLeast(1), default: .int(4),
          aliases: ["num_hidden_layers", "n_layer"], doc: "attention and feed-forward layers"),
        ParameterSpec(
          "width", .int, range: .atLeast(1), default: .int(128),
          aliases: ["hidden_size", "n_embd"],
          doc: "width of the residual stream"),
        ParameterSpec(
          "heads", .int, range: .atLeast(1), default: .int(4),
          aliases: ["num_attention_heads", "n_head"], doc: "attention heads, a divisor of width"),
        ParameterSpec(
          "kv_heads", .int, range: .atLeast(1), optional: true, aliases: ["num_key_value_heads"],
          example: "2",
          doc: "heads of keys and values (not gpt2, gpt_neox); without it as many as heads"),
        ParameterSpec(
          "inner_width", .int, range: .atLeast(1), optional: true,
          aliases: ["intermediate_size", "n_inner"], example: "352",
          doc: "width of the feed-forward layers; without it the family's share of width"),
        ParameterSpec(
          "context", .int, range: .atLeast(2), default: .int(256),
          aliases: ["max_position_embeddings", "n_positions"], doc: "the most tokens it reads"),
        ParameterSpec(
          "tie_word_embeddings", .bool, optional: true, aliases: ["tie"], example: "true",
          doc: "whether the output layer is the embedding; without it as the family's models"),
        dtypeParameter(
          DType.allCases.filter(\.trains), "how products read the weights; without it f32"),
      ], effects: .draws, returns: "Model",
      example:
        "tok = \(model).tokenizer\nModel.new(family: \"llama\", layers: 2, width: 32, tokenizer: tok)"
    ) { [unowned core] call in
      let tokenizer = try call.host("tokenizer", as: TokenizerObject.self).tokenizer
      func given(_ name: String) throws -> Int? { try call.isGiven(name) ? call.int(name) : nil }
      guard let family = ModelConfig.Family(rawValue: try call.string("family")) else {
        throw call.wrong("family", "one of " + Families.known.joined(separator: ", "))
      }
      let shape = ModelShape(
        family: family, layers: try call.int("layers"), width: try call.int("width"),
        heads: try call.int("heads"), kvHeads: try given("kv_heads"),
        innerWidth: try given("inner_width"), context: try call.int("context"),
        tiesEmbeddings: try call.isGiven("tie_word_embeddings")
          ? call.bool("tie_word_embeddings") : nil,
        dtype: try ModelMethods.dtype(call) ?? .float32)
      let config = try shape.config(for: tokenizer)
      try ModelMemory.check(config, owner: call.spec.qualifiedName)
      return .host(
        ModelObject(
          LanguageModel(
            config, tokenizer: tokenizer, name: family.rawValue, draw: core.nextDraw(.initial))))
    }
  }
}
