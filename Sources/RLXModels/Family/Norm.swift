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
///
/// In bf16 every vector read is rounded to it, of a table in training too, so that a model and its frozen
/// copy say the same.
struct Embedding {
  let table: Parameter  // [V, C]
  private let dtype: DType

  init(table: Parameter, dtype: DType) {
    self.table = table
    self.dtype = dtype
    table.read(as: dtype)
  }

  /// The vectors of N ids: [N, C].
  func callAsFunction(_ ids: [Int32], _ mode: ForwardMode) -> Tensor {
    if table.isCompact { return table.packed.rows(ids) }
    let vectors = Tensor.embedding(table.used(mode), ids)
    return dtype == .bfloat16 ? vectors.roundedToBFloat16() : vectors
  }
}
