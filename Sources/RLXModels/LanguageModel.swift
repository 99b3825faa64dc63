import RLXTensor

/// A network, its tokenizer, and what ends its texts: what a session calls a model.
package final class LanguageModel {
  package let name: String
  package let family: any ModelFamily
  package let tokenizer: Tokenizer
  /// The tokens that end a text in generation.
  package let stopTokens: [Int32]
  /// generation_config.json as it was read, to be saved again as it is.
  let generationConfig: [UInt8]?

  package init(
    name: String, family: any ModelFamily, tokenizer: Tokenizer, stopTokens: [Int32],
    generationConfig: [UInt8]? = nil
  ) {
    self.name = name
    self.family = family
    self.tokenizer = tokenizer
    self.stopTokens = stopTokens
    self.generationConfig = generationConfig
  }

  package var config: ModelConfig { family.config }
  package var parameters: [Parameter] { family.parameters }
  package var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.count } }

  /// How its products read the weights. Of one that is not float32 a frozen model keeps nothing else of
  /// its matrices; norms, biases and tables of positions are float32 in any.
  package var dtype: DType { config.dtype }

  /// A model of its own with the same values, not frozen unless its dtype never trains.
  package func copy() -> LanguageModel {
    LanguageModel(
      name: name, family: family.duplicate(), tokenizer: tokenizer, stopTokens: stopTokens,
      generationConfig: generationConfig)
  }

  /// From now on nothing records gradients for this model.
  package func freeze() {
    for parameter in parameters {
      parameter.isFrozen = true
      parameter.compact()
    }
  }

  package var isFrozen: Bool { parameters.allSatisfy(\.isFrozen) }

  /// Throws unless `ids` is a sequence of at least `atLeast` tokens this model can read.
  package func check(_ ids: [Int32], _ what: String, atLeast: Int = 1) throws(ModelError) {
    guard ids.count >= atLeast else {
      throw .tooFewTokens(what: what, found: ids.count, wanted: atLeast)
    }
    guard ids.count <= config.context else {
      throw .contextExceeded(tokens: ids.count, context: config.context)
    }
    for id in ids where id < 0 || Int(id) >= config.vocabulary {
      throw .tokenOutsideVocabulary(token: Int(id), vocabulary: config.vocabulary)
    }
  }
}
