import RLXTensor

/// y = x Wᵀ + b, and what an adapter adds to it: the one place where a weight meets activations, in
/// every family.
///
/// Letters: N rows, K inputs, M outputs.
package final class Linear {
  /// How the weight lies in the checkpoint.
  package enum Layout: Sendable {
    /// [M, K]: a row for each output, as nearly everywhere.
    case outputRows
    /// [K, M]: a row for each input; GPT-2's `Conv1D`.
    case inputRows
  }

  package let weight: Parameter
  package let bias: Parameter?  // [M]
  package let layout: Layout
  /// Low-rank matrices that are trained in the weight's place.
  let adapter: LoRAPair?
  /// How products read the weight, those of training and their gradients too.
  package let dtype: DType

  init(
    weight: Parameter, bias: Parameter? = nil, layout: Layout = .outputRows, dtype: DType,
    adapter: LoRAPair? = nil
  ) {
    self.adapter = adapter
    self.weight = weight
    self.bias = bias
    self.layout = layout
    self.dtype = dtype
    weight.read(as: dtype, isTurned: layout == .inputRows)
  }

  /// [N, K] → [N, M]: the product, bent if there is an `activation`, and added to `residual` [N, M] if
  /// there is one.
  func callAsFunction(
    _ x: Tensor, _ mode: ForwardMode, activation: ModelConfig.Activation? = nil,
    addedTo residual: Tensor? = nil
  ) -> Tensor {
    if adapter == nil, Self.readsPacked([self], mode, recording: [x, residual]) {
      return weight.packed.product(
        x, bias: bias?.value, activation: activation?.packed, adding: residual)
    }
    guard let adapter else {
      return x.affine(
        weight.used(mode), outputRows: layout == .outputRows, bias: bias?.used(mode),
        activation: activation?.packed, addedTo: residual, dtype: whole)
    }
    // Nobody else holds what is consumed, so sums are made in its memory.
    var y = weighted(x, mode)
    y = (consume y) + adapter(x, mode)
    if let activation { y = activation(y) }
    if let residual { y = residual + (consume y) }
    return y
  }

  /// x Wᵀ + b.
  private func weighted(_ x: Tensor, _ mode: ForwardMode) -> Tensor {
    if Self.readsPacked([self], mode, recording: [x]) {
      return weight.packed.product(x, bias: bias?.value)
    }
    return x.affine(
      weight.used(mode), outputRows: layout == .outputRows, bias: bias?.used(mode), dtype: whole)
  }

  /// The products of one x by several weights, of the same dtype.
  static func each(_ layers: [Linear], _ x: Tensor, _ mode: ForwardMode) -> [Tensor] {
    guard readsPacked(layers, mode, recording: [x]) else { return layers.map { $0(x, mode) } }
    let products = PackedWeight.products(
      x, layers.map { PackedWeight.Term(weight: $0.weight.packed, bias: $0.bias?.value) })
    return zip(layers, products).map { layer, y in layer.adapter.map { y + $0(x, mode) } ?? y }
  }

  /// Whether the products are those of packed weights: at generation, and where there are no others and
  /// no gradient has to come back.
  private static func readsPacked(
    _ layers: [Linear], _ mode: ForwardMode, recording operands: [Tensor?]
  ) -> Bool {
    mode == .decoding
      || layers.allSatisfy(\.weight.isCompact)
        && (mode == .reading || !operands.contains { $0?.tracksGradient == true })
  }

  /// How whole sequences meet the weight where gradients come back: 8-bit weights as what they stand for.
  private var whole: DType { dtype == .int8 ? .float32 : dtype }
}

extension Parameter {
  /// From now on products read this matrix so. Numbers of 8 bits do not train: of them the packed form is
  /// all that is kept, from the beginning.
  func read(as dtype: DType, isTurned: Bool = false) {
    packing = Packing(dtype, isTurned: isTurned)
    if dtype == .int8 { compact() }
  }
}

extension ModelConfig.Activation {
  fileprivate var packed: PackedWeight.Activation {
    switch self {
    case .geluTanh: .geluTanh
    case .gelu: .geluErf
    case .relu: .relu
    case .silu: .silu
    case .tanh: .tanh
    }
  }
}
