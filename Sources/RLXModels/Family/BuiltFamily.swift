import RLXTensor

/// What families have in common: how they come to their weights (fresh, from files, or as the copy of
/// another), and that hidden states lead to logits by one product.
protocol BuiltFamily: ModelFamily, SendableMetatype {
  /// The network of `make.config`, of parts made in checkpoint order.
  init<Failure: Error>(_ make: NetworkBuilder<Failure>) throws(Failure)

  /// The layer that gives logits, but for the cap that `config` may put on them.
  var output: Linear { get }

  /// The network over N tokens, up to the last norm: [N, C].
  func run(_ batch: PackedBatch, _ attend: BatchAttention) -> Tensor

  /// What `weights` calls the tensor that Hugging Face calls `name` today.
  static func stored(_ name: String, in weights: WeightFiles) -> String

  /// Whether files of this family may hold a tensor of this name that the network has no use for.
  static func isLeftOver(_ name: String) -> Bool
}

extension BuiltFamily {
  /// Fresh weights as transformers makes them: N(0, initialRange), where a family asks for it smaller
  /// by √(2 · layers) for what joins the residual stream; scales 1, biases 0.
  init(config: ModelConfig, draw: Draw) {
    var draw = draw
    self.init(
      NetworkBuilder<Never>(config) { _, shape, role in role.fresh(shape, config, &draw) })
  }

  /// The weights of a folder, which must have all of them, in these shapes, and no others.
  init(config: ModelConfig, weights: WeightFiles) throws(ModelError) {
    let make = NetworkBuilder<ModelError>(config) {
      (name, shape: Shape, _: ParameterRole) throws(ModelError) -> Tensor in
      try weights.tensor(named: Self.stored(name, in: weights), shape: shape)
    }
    try self.init(make)
    try weights.refuseOthers(than: parameters.map { Self.stored($0.name, in: weights) }) { name in
      // An output layer that says what the embedding says.
      Self.isLeftOver(name) || (name == "lm_head.weight" && config.tiesEmbeddings)
    }
  }

  package func duplicate() -> any ModelFamily { copy(config) }

  package func trunk() -> any ModelFamily {
    var config = config
    config.tiesEmbeddings = true
    return copy(config)
  }

  /// The output layer is the last parameter: where `config` has none, it is left out.
  private func copy(_ config: ModelConfig) -> Self {
    // One at a time: a compact one makes its value anew.
    var values = parameters.lazy.map(\.value).makeIterator()
    return Self(
      NetworkBuilder<Never>(config) { _, shape, _ in values.next() ?? Tensor.zeros(shape) })
  }

  package func adapted(by adapter: LoRA?, isTrunk: Bool) -> any ModelFamily {
    var config = config
    if isTrunk { config.tiesEmbeddings = true }
    return Self(sharing(config, adapter))
  }

  package var linearLayers: [LinearLayer] {
    let make = sharing(config, nil)
    _ = Self(make)
    return make.layers
  }

  /// Makes a network of this one's parameters themselves.
  private func sharing(_ config: ModelConfig, _ adapter: LoRA?) -> NetworkBuilder<Never> {
    var given = parameters.makeIterator()
    return NetworkBuilder<Never>(config, adapter: adapter) { name, _, _ in
      guard let parameter = given.next() else {
        preconditionFailure("no parameter is left for \(name)")
      }
      return parameter
    }
  }

  static func stored(_ name: String, in weights: WeightFiles) -> String { name }

  static func isLeftOver(_ name: String) -> Bool { false }

  // MARK: Forward

  package func hidden(_ batch: PackedBatch, recording: Bool) -> Tensor {
    run(batch, BatchAttention(batch, recording: recording))
  }

  package func decode(_ batch: PackedBatch, rows: [Int32], cache: KVCache) -> Tensor {
    run(batch, BatchAttention(batch, rows: rows, cache: cache))
  }

  package func head(_ hidden: Tensor, recording: Bool) -> Tensor {
    capped(output(hidden, recording ? .recording : .reading))
  }

  package func decodeHead(_ hidden: Tensor) -> Tensor { capped(output(hidden, .decoding)) }

  /// cap · tanh(logits / cap), if there is a cap (Gemma Team, 2024, 2.2).
  private func capped(_ logits: Tensor) -> Tensor {
    let cap = config.logitCap
    return cap > 0 ? (logits * (1 / cap)).tanh() * cap : logits
  }
}
