import RLXTensor

/// x / √(mean(x²) + eps) · w over each row (Zhang and Sennrich 2019, equation 4); over each head's part
/// of it, where the weights are as many as a head is wide.
struct RMSNorm {
  let weight: Parameter  // [C]
  let eps: Float
  /// Whether it is 1 + w that multiplies (Gemma).
  var isShifted = false

  /// [N, n·C] → [N, n·C].
  func callAsFunction(_ x: Tensor, _ mode: ForwardMode) -> Tensor {
    let w = isShifted ? weight.used(mode) + 1 : weight.used(mode)
    let C = w.shape[0]
    guard x.shape[1] != C else { return x.rmsNorm(w, eps: eps) }
    return x.reshape([x.count / C, C]).rmsNorm(w, eps: eps).reshape(x.shape)
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
