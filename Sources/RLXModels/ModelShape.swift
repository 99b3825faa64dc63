import RLXTensor

/// The sizes of a model to be made from nothing; what is nil is the family's custom.
package struct ModelShape: Sendable {
  package var family: ModelConfig.Family
  package var layers: Int
  package var width: Int
  package var heads: Int
  /// Heads of keys and values; nil: as many as `heads`.
  package var kvHeads: Int?
  /// Width of the feed-forward layers; nil: the family's share of `width`.
  package var innerWidth: Int?
  package var context: Int
  /// Whether the output layer is the embedding; nil: as the family's published models have it.
  package var tiesEmbeddings: Bool?
  package var dtype: DType

  package init(
    family: ModelConfig.Family, layers: Int, width: Int, heads: Int, kvHeads: Int? = nil,
    innerWidth: Int? = nil, context: Int, tiesEmbeddings: Bool? = nil, dtype: DType = .float32
  ) {
    self.family = family
    self.layers = layers
    self.width = width
    self.heads = heads
    self.kvHeads = kvHeads
    self.innerWidth = innerWidth
    self.context = context
    self.tiesEmbeddings = tiesEmbeddings
    self.dtype = dtype
  }

  /// The configuration of a network of these sizes that reads what `tokenizer` gives.
  ///
  /// Throws `setting` for a size that does not go with the others.
  package func config(for tokenizer: Tokenizer) throws(ModelError) -> ModelConfig {
    for (name, size) in [
      ("layers", layers), ("width", width), ("heads", heads), ("kv_heads", kvHeads ?? heads),
      ("inner_width", innerWidth ?? 1), ("context", context),
    ] where !(1...1 << 24).contains(size) {
      throw wrong(name, size, "a whole number from 1 to \(1 << 24)")
    }
    guard width % heads == 0 else {
      throw wrong("width", width, "a multiple of the \(heads) heads")
    }
    var config = ModelConfig(
      vocabulary: tokenizer.vocabularySize, width: width, innerWidth: innerWidth ?? customary,
      layers: layers, heads: heads, kvHeads: kvHeads, context: context)
    config.family = family
    config.dtype = dtype
    let about = family.description
    about.settle(&config)
    if let tiesEmbeddings { config.tiesEmbeddings = tiesEmbeddings }
    guard heads % config.kvHeads == 0 else {
      throw wrong("kv_heads", config.kvHeads, "a divisor of the \(heads) heads")
    }
    guard about.sharesKeys || config.kvHeads == heads else {
      throw wrong(
        "kv_heads", config.kvHeads, "\(heads), as many as heads: \(about.className) shares none")
    }
    if about.isRotary {
      let turned = config.rope.width(of: config.headSize)
      guard turned > 0, turned % 2 == 0 else {
        throw wrong("width", width, turnable(config.rope.share))
      }
    }
    config.beginningToken = tokenizer.beginning
    config.endTokens = tokenizer.end.map { [$0] } ?? []
    config.paddingToken = tokenizer.padding
    return config
  }

  /// The inner width of the family's published models.
  private var customary: Int {
    // 8/3 of the width where there are three matrices instead of two (Shazeer 2020).
    family.description.isGated ? (8 * width / 3 + 31) / 32 * 32 : 4 * width
  }

  private func turnable(_ share: Double) -> String {
    share < 1
      ? "\(Int(2 / share)) or a multiple of it for each of the \(heads) heads, of which positions turn "
        + "\(Int(100 * share)) %"
      : "an even number for each of the \(heads) heads, for rotary positions"
  }

  private func wrong(_ name: String, _ found: Int, _ wanted: String) -> ModelError {
    .setting(name: name, found: "\(found)", wanted: wanted)
  }
}

extension LanguageModel {
  /// A model with fresh weights, drawn as transformers draws them; `save` writes a folder that
  /// transformers loads.
  package convenience init(
    _ config: ModelConfig, tokenizer: Tokenizer, name: String, draw: Draw
  ) {
    self.init(
      name: name, family: Families.fresh(config, draw: draw), tokenizer: tokenizer,
      stopTokens: config.endTokens)
  }
}

extension ModelConfig {
  /// How many numbers the weights of its matrices are, roughly: norms and biases left out.
  package var roughParameterCount: Double {
    let tables = Double(vocabulary) * Double(width) * (tiesEmbeddings ? 1 : 2)
    return Double(layers) * layerMatrices + tables
  }

  /// How many numbers the matrices of one layer are: those of attention, and two or (with a gate) three
  /// of the feed-forward part.
  package var layerMatrices: Double {
    let (C, I) = (Double(width), Double(innerWidth))
    return C * (2 * Double(queryWidth) + 2 * Double(kvWidth))
      + C * I * (isGated ? 3 : 2)
  }
}
