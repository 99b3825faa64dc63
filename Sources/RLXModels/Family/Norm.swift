import RLXTensor

/// x / √(mean(x²) + eps) · w over each row (Zhang and Sennrich 2019, equation 4).
struct RMSNorm {
  let weight: Parameter  // [C]
  let eps: Float

  /// [N, C] → [N, C].
  func callAsFunction(_ x: Tensor, _ mode: ForwardMode) -> Tensor {
    x.rmsNorm(weight.used(mode), eps: eps)
  }
}

/// (x − mean) / √(variance + eps) · w + b over each row (Ba et al. 2016).
struct LayerNorm {
  let weight: Parameter  // [C]
  let bias: Parameter  // [C]
  let eps: Float

  /// [N, C] → [N, C].
  func callAsFunction(_ x: Tensor, _ mode: ForwardMode) -> Tensor {
    x.layerNorm(weight.used(mode), bias.used(mode), eps: eps)
  }
}

/// A table of vectors, one a token or position.
struct Embedding {
  let table: Parameter  // [V, C]

  /// The vectors of N ids: [N, C].
  func callAsFunction(_ ids: [Int32], _ mode: ForwardMode) -> Tensor {
    Tensor.embedding(table.used(mode), ids)
  }
}
