import RLXData

extension ModelConfig {
  /// The families this project knows; raw values are those of `model_type`.
  package enum Family: String, Sendable, CaseIterable {
    case gpt2, llama, mistral, qwen2, qwen3, smollm3, olmo2, phi3
    case gptNeoX = "gpt_neox"
    case gemma2
    case gemma3 = "gemma3_text"
  }
}

/// What is particular to a family, said beside its config.json (`ModelConfig+….swift`): how that is read
/// and written, what network it means, and what is customary where a fresh model leaves it open.
struct FamilyDescription: Sendable {
  /// The network's file of code.
  let network: any BuiltFamily.Type
  /// What the names of transformers' classes begin with: "Llama".
  let className: String
  /// Its class for language models, where that is not `…ForCausalLM`.
  var languageModel: String?
  /// What its class for sequences begins with, where that is different.
  var classifierName: String?
  /// What its class for tokens calls the head.
  var tokenHead = "score"
  /// Sizes and constants from config.json, but for what all families share.
  let read: @Sendable (JSONFields) throws(ModelError) -> ModelConfig
  /// The family's own part of config.json.
  let write: @Sendable (ModelConfig) -> JSONObject
  /// The constants of the family's published models, put into a configuration of which only sizes are
  /// known.
  let settle: @Sendable (inout ModelConfig) -> Void
  /// Whether the feed-forward part has three matrices, one of them a gate.
  var isGated = true
  /// Whether heads may share keys and values.
  var sharesKeys = true
  /// Whether positions turn queries and keys.
  var isRotary = true
}

extension ModelConfig.Family {
  /// Whether heads may share keys and values.
  package var sharesKeys: Bool { description.sharesKeys }

  /// Puts the constants of the family's published models into a configuration of which only sizes are
  /// known.
  package func settle(_ config: inout ModelConfig) { description.settle(&config) }

  var description: FamilyDescription {
    switch self {
    case .gpt2: .gpt2
    case .llama: .llama
    case .mistral: .mistral
    case .qwen2: .qwen2
    case .qwen3: .qwen3
    case .smollm3: .smollm3
    case .olmo2: .olmo2
    case .phi3: .phi3
    case .gptNeoX: .gptNeoX
    case .gemma2: .gemma2
    case .gemma3: .gemma3
    }
  }

  /// transformers' class for language models of this family.
  var causalLanguageModel: String {
    description.languageModel ?? description.className + "ForCausalLM"
  }

  /// transformers' class for reward models of this family.
  var sequenceClassifier: String {
    (description.classifierName ?? description.className) + "ForSequenceClassification"
  }

  /// transformers' class for process reward models of this family.
  var tokenClassifier: String { description.className + "ForTokenClassification" }
}
