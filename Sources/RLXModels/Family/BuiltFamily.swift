import RLXTensor

/// What families have in common in how they come to their weights: fresh, from files, or as the copy
/// of another.
protocol BuiltFamily: ModelFamily {
  /// A network of the shape `config` says. `source` gives each tensor, in checkpoint order, for its
  /// name, shape and role.
  init<Failure: Error>(
    config: ModelConfig, source: (String, Shape, ParameterRole) throws(Failure) -> Tensor
  ) throws(Failure)

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
    self.init(config: config) { (_, shape: Shape, role: ParameterRole) -> Tensor in
      role.fresh(shape, config, &draw)
    }
  }

  /// The weights of a folder, which must have all of them, in these shapes, and no others.
  init(config: ModelConfig, weights: WeightFiles) throws(ModelError) {
    try self.init(config: config) {
      (name, shape: Shape, _: ParameterRole) throws(ModelError) -> Tensor in
      try weights.tensor(named: Self.stored(name, in: weights), shape: shape)
    }
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
    var values = parameters.map(\.value).makeIterator()
    return Self(config: config) { (_, shape: Shape, _: ParameterRole) -> Tensor in
      values.next() ?? Tensor.zeros(shape)
    }
  }

  static func stored(_ name: String, in weights: WeightFiles) -> String { name }
}
