import RLXTensor

/// Makes the parts of a network, whose parameters come under their full names, in checkpoint order,
/// from wherever `source` has them. A family's initialiser asks for its parts one after the other, so
/// that it reads as the network's description.
final class NetworkBuilder<Failure: Error> {
  typealias Source = (String, Shape, ParameterRole) throws(Failure) -> Tensor
  typealias ParameterSource = (String, Shape, ParameterRole) throws(Failure) -> Parameter

  let config: ModelConfig
  /// All made so far.
  private(set) var parameters: [Parameter] = []
  /// The linear layers made so far, as adapters have to know them.
  private(set) var layers: [LinearLayer] = []
  private let source: ParameterSource
  private let adapter: LoRA?
  /// What stands before the names of the parts being made: "model.layers.3.".
  private var path = ""

  init(_ config: ModelConfig, _ source: @escaping Source) {
    self.config = config
    adapter = nil
    self.source = { (name, shape, role) throws(Failure) in
      Parameter(name, try source(name, shape, role))
    }
  }

  /// The same with parameters that are there, and an adapter for some layers.
  init(_ config: ModelConfig, adapter: LoRA?, _ source: @escaping ParameterSource) {
    self.config = config
    self.adapter = adapter
    self.source = source
  }

  func parameter(
    _ name: String, _ shape: Shape, _ role: ParameterRole = .weight
  ) throws(Failure) -> Parameter {
    let parameter = try source(path + name, shape, role)
    if !config.dtype.trains { parameter.isFrozen = true }
    parameters.append(parameter)
    return parameter
  }

  // MARK: Parts

  /// `name.weight` [M, K], for `layout` .inputRows [K, M], and `name.bias` [M] if there is one.
  func linear(
    _ name: String, in K: Int, out M: Int, bias: Bool = false, role: ParameterRole = .weight,
    layout: Linear.Layout = .outputRows
  ) throws(Failure) -> Linear {
    let shape: Shape = layout == .outputRows ? [M, K] : [K, M]
    let weight = try parameter(name + ".weight", shape, role)
    layers.append(LinearLayer(name: path + name, inputs: K, outputs: M, layout: layout))
    return Linear(
      weight: weight, bias: bias ? try parameter(name + ".bias", [M], .bias) : nil, layout: layout,
      dtype: config.dtype, adapter: adapter?[path + name])
  }

  /// `name.weight` [V, C], kept as products keep their weights or, a small table, in float32.
  func embedding(
    _ name: String, _ V: Int, _ C: Int, dtype: DType? = nil
  ) throws(Failure) -> Embedding {
    Embedding(table: try parameter(name + ".weight", [V, C]), dtype: dtype ?? config.dtype)
  }

  /// The output layer `name` [V, C], which is the embedding's table where the configuration ties them.
  /// The last part to be made, if it has a table of its own.
  func output(_ name: String, tiedTo embedding: Embedding) throws(Failure) -> Linear {
    guard !config.tiesEmbeddings else {
      return Linear(weight: embedding.table, dtype: config.dtype)
    }
    return try linear(name, in: config.width, out: config.vocabulary)
  }

  /// `name.weight` [C], which is 0 in a fresh network if it `isShifted`.
  func rmsNorm(
    _ name: String, _ C: Int? = nil, isShifted: Bool = false
  ) throws(Failure) -> RMSNorm {
    let weight = try parameter(
      name + ".weight", [C ?? config.width], isShifted ? .shift : .scale)
    return RMSNorm(weight: weight, eps: config.normEps, isShifted: isShifted)
  }

  /// `name.weight` and `name.bias`, both [C].
  func layerNorm(_ name: String) throws(Failure) -> LayerNorm {
    let weight = try parameter(name + ".weight", [config.width], .scale)
    return LayerNorm(
      weight: weight, bias: try parameter(name + ".bias", [config.width], .bias),
      eps: config.normEps)
  }

  /// The layers `name.0`, `name.1` and so on, whose parts have names within them.
  func stack<Layer>(
    _ name: String, _ layer: (NetworkBuilder<Failure>) throws(Failure) -> Layer
  ) throws(Failure) -> [Layer] {
    let outer = path
    var layers: [Layer] = []
    for index in 0..<config.layers {
      path = outer + "\(name).\(index)."
      layers.append(try layer(self))
    }
    path = outer
    return layers
  }
}
