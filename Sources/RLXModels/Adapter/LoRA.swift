import RLXTensor

/// Low-rank adapters of a network's linear layers (Hu et al. 2021, arXiv 2106.09685): each adapted
/// layer gives W x + s · B A x, where W stays as it is and A [r, K], B [M, r] are trained.
///
/// B begins at 0, so that a fresh adapter changes nothing.
package final class LoRA {
  package struct Settings: Equatable, Sendable {
    /// r, at least 1.
    package var rank: Int
    /// α, above 0: what s is made of.
    package var alpha: Double
    /// Names of layers, whole or their ends: "q_proj" is every layer's.
    package var targets: [String]
    /// Whether s is α / √r (Kalajdzievski 2023, arXiv 2312.03732) instead of α / r.
    package var isRankStabilized: Bool

    package init(
      rank: Int = 8, alpha: Double = 16, targets: [String], isRankStabilized: Bool = false
    ) {
      self.rank = rank
      self.alpha = alpha
      self.targets = targets
      self.isRankStabilized = isRankStabilized
    }

    /// s for an adapter of this rank.
    func scale(rank: Int) -> Float {
      Float(alpha / (isRankStabilized ? Double(rank).squareRoot() : Double(rank)))
    }
  }

  package let settings: Settings
  /// In the order of the network's layers.
  package let pairs: [LoRAPair]
  /// adapter_config.json as it was read, to be saved again with what it says.
  let config: AdapterConfig?
  private let places: [String: Int]

  init(_ settings: Settings, _ pairs: [LoRAPair], config: AdapterConfig? = nil) {
    self.settings = settings
    self.pairs = pairs
    self.config = config
    places = Dictionary(
      pairs.enumerated().map { ($1.layer, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The adapter of a layer, if it has one.
  subscript(layer: String) -> LoRAPair? { places[layer].map { pairs[$0] } }

  /// A and B of each layer, in order.
  package var parameters: [Parameter] { pairs.flatMap { [$0.a, $0.b] } }

  /// An adapter of its own with the same values, not frozen.
  func copy() -> LoRA { LoRA(settings, pairs.map { $0.copy() }, config: config) }

  /// The same for the layers of a network that has not all of them.
  func copy(for layers: [LinearLayer]) -> LoRA {
    LoRA(settings, layers.compactMap { self[$0.name]?.copy() }, config: config)
  }

  // MARK: Fresh adapters

  /// A fresh adapter of those of `layers` that the settings name: A from U(−1/√K, 1/√K), PEFT's
  /// Kaiming uniform of a = √5; B zero. One draw a layer.
  ///
  /// Throws `setting` for a target that no layer has.
  static func fresh(
    _ settings: Settings, for layers: [LinearLayer], draw: Draw
  ) throws(ModelError) -> LoRA {
    for target in settings.targets where !layers.contains(where: { $0.isCalled(target) }) {
      throw .setting(
        name: "targets", found: "\"\(target)\"",
        wanted: "layers of this model: " + LinearLayer.ends(of: layers).joined(separator: ", "))
    }
    guard !settings.targets.isEmpty else {
      throw .setting(
        name: "targets", found: "empty",
        wanted: "at least one of " + LinearLayer.ends(of: layers).joined(separator: ", "))
    }
    var draw = draw
    var pairs: [LoRAPair] = []
    for layer in layers where settings.targets.contains(where: layer.isCalled) {
      guard settings.rank <= min(layer.inputs, layer.outputs) else {
        throw .setting(
          name: "rank", found: "\(settings.rank)",
          wanted: "at most \(min(layer.inputs, layer.outputs)), as \(layer.name) is "
            + "\(layer.outputs) by \(layer.inputs)")
      }
      let bound = 1 / Float(layer.inputs).squareRoot()
      let a = Tensor.uniform([settings.rank, layer.inputs], low: -bound, high: bound, draw: draw)
      draw.count += 1
      pairs.append(
        LoRAPair(
          layer.name, a: a, b: .zeros([layer.outputs, settings.rank]),
          scale: settings.scale(rank: settings.rank)))
    }
    return LoRA(settings, pairs)
  }
}

/// A linear layer of a network, as far as an adapter has to know it.
package struct LinearLayer: Equatable, Sendable {
  /// Its name in the network: "model.layers.0.self_attn.q_proj".
  package let name: String
  /// K
  package let inputs: Int
  /// M
  package let outputs: Int
  package let layout: Linear.Layout

  /// Whether a target is its name, or the end of it from a dot on (PEFT's rule for lists).
  func isCalled(_ target: String) -> Bool {
    name.utf8.elementsEqual(target.utf8) || name.hasSuffix("." + target)
  }

  /// The last parts of the layers' names, once each: what targets usually are.
  static func ends(of layers: [LinearLayer]) -> [String] {
    var ends: [String] = []
    for layer in layers {
      let end = layer.name.split(separator: ".").last.map(String.init) ?? layer.name
      if !ends.contains(end) { ends.append(end) }
    }
    return ends
  }
}

/// The adapter of one layer.
package final class LoRAPair {
  /// The layer it belongs to.
  package let layer: String
  package let a: Parameter  // [r, K]
  package let b: Parameter  // [M, r]
  /// s
  package let scale: Float

  init(_ layer: String, a: Tensor, b: Tensor, scale: Float) {
    precondition(
      a.shape.rank == 2 && b.shape.rank == 2 && a.shape[0] == b.shape[1],
      "an adapter wants [r, K] and [M, r], got \(a.shape) and \(b.shape)")
    self.layer = layer
    self.scale = scale
    self.a = Parameter(layer + ".lora_A.weight", a)
    self.b = Parameter(layer + ".lora_B.weight", b)
    self.a.packing = Parameter.Packing(.float32)
    self.b.packing = Parameter.Packing(.float32)
  }

  func copy() -> LoRAPair { LoRAPair(layer, a: a.value, b: b.value, scale: scale) }

  /// s · x Aᵀ Bᵀ: [N, K] → [N, M]. The scale goes on the [N, r] in between, the smallest of the three.
  func callAsFunction(_ x: Tensor, _ mode: ForwardMode) -> Tensor {
    switch mode {
    case .recording, .reading:
      return (x.linear(a.used(mode), bias: nil) * scale).linear(b.used(mode), bias: nil)
    case .decoding:
      return b.packed.product(a.packed.product(x) * scale)
    }
  }

  /// s · B A, as the layer's weight lies: [M, K], or its transpose.
  func change(_ layout: Linear.Layout) -> Tensor {
    switch layout {
    case .outputRows: b.value.matmul(a.value) * scale
    case .inputRows: a.value.transposed().matmul(b.value.transposed()) * scale
    }
  }
}
