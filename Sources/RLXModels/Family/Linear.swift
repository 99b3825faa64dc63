import RLXTensor

/// y = x Wᵀ + b: the one place where a weight meets activations, in every family.
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

  /// How products read the weight, those of training and their gradients too.
  package let dtype: DType

  init(
    weight: Parameter, bias: Parameter? = nil, layout: Layout = .outputRows, dtype: DType
  ) {
    self.weight = weight
    self.bias = bias
    self.layout = layout
    self.dtype = dtype
  }

  /// [N, K] → [N, M]: the product, bent if there is an `activation`, and added to `residual` [N, M] if
  /// there is one.
  func callAsFunction(
    _ x: Tensor, _ mode: ForwardMode, activation: ModelConfig.Activation? = nil,
    addedTo residual: Tensor? = nil
  ) -> Tensor {
    if mode == .decoding {
      return packed.product(
        x, bias: bias?.value, activation: activation?.packed, adding: residual)
    }
    return x.affine(
      weight.used(mode), outputRows: layout == .outputRows, bias: bias?.used(mode),
      activation: activation?.packed, addedTo: residual, dtype: whole)
  }

  /// The products of one x by several weights, of the same dtype.
  static func each(_ layers: [Linear], _ x: Tensor, _ mode: ForwardMode) -> [Tensor] {
    guard mode == .decoding else { return layers.map { $0(x, mode) } }
    return PackedWeight.products(
      x, layers.map { PackedWeight.Term(weight: $0.packed, bias: $0.bias?.value) })
  }

  /// How whole sequences meet the weight: weights of 8 bits are read as what they were made of.
  private var whole: DType { dtype == .int8 ? .float32 : dtype }

  private var packed: PackedWeight { weight.packed(dtype, transposed: layout == .inputRows) }
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
