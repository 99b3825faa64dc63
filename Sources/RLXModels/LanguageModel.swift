import RLXTensor

/// A network, its tokenizer, and what ends its texts: what a session calls a model.
package final class LanguageModel {
  package let name: String
  package let tokenizer: Tokenizer
  /// The tokens that end a text in generation.
  package let stopTokens: [Int32]
  /// generation_config.json as it was read, to be saved again as it is.
  let generationConfig: [UInt8]?
  /// Its network, which adapting and merging replace.
  package var form: Form
  /// Whether a recorded pass keeps only what goes into each layer and computes the rest again for the
  /// gradient. It changes no bit, so it is no part of what a model is: a copy begins without.
  package var checkpointsLayers = false

  package init(
    name: String, family: any ModelFamily, tokenizer: Tokenizer, stopTokens: [Int32],
    generationConfig: [UInt8]? = nil, adapter: LoRA? = nil
  ) {
    self.name = name
    form = Form(family: family, adapter: adapter)
    self.tokenizer = tokenizer
    self.stopTokens = stopTokens
    self.generationConfig = generationConfig
  }

  package var config: ModelConfig { family.config }
  package var family: any ModelFamily { form.family }
  /// What is trained in place of the weights, if the model is adapted.
  package var adapter: LoRA? { form.adapter }
  /// The network's, then the adapter's.
  package var parameters: [Parameter] { family.parameters + (adapter?.parameters ?? []) }
  package var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.count } }

  /// Whole sequences as this model's passes take them.
  package func packed(_ sequences: [[Int32]]) -> PackedBatch {
    var batch = PackedBatch(sequences)
    batch.checkpointsLayers = checkpointsLayers
    return batch
  }

  /// How its products read the weights. Of one that is not float32 a frozen model keeps nothing else of
  /// its matrices; norms, biases and tables of positions are float32 in any.
  package var dtype: DType { config.dtype }

  /// A model of its own with the same values, not frozen unless its dtype never trains. One with an
  /// adapter gets an adapter of its own, on the same weights.
  package func copy() -> LanguageModel {
    guard let adapter else { return with(family.duplicate(), nil) }
    let own = adapter.copy()
    return with(family.adapted(by: own, isTrunk: false), own)
  }

  /// This model on another network.
  func with(_ family: any ModelFamily, _ adapter: LoRA?) -> LanguageModel {
    LanguageModel(
      name: name, family: family, tokenizer: tokenizer, stopTokens: stopTokens,
      generationConfig: generationConfig, adapter: adapter)
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
