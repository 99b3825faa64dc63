// Products, and the fused operations of models. N packed rows, C width, H heads, D head size,
// V vocabulary; a batch is one flat list of tokens, so there is no padding anywhere.

/// Cosines and sines [P, R/2] of rotary positions (Su et al. 2021), for positions 0..<P and the first R
/// numbers of a head.
package struct RopeTable {
  let cosines: Tensor
  let sines: Tensor
  /// Positions the table holds.
  package var positions: Int { cosines.shape[0] }

  package init(cos: Tensor, sin: Tensor) {
    precondition(
      cos.rank == 2 && cos.shape == sin.shape,
      "rope: cosines \(cos.shape) and sines \(sin.shape) must both be [P, R/2]")
    cosines = cos.contiguous()
    sines = sin.contiguous()
  }
}

extension Tensor {
  /// The matrix product; PyTorch's rules for vectors and for leading axes, which broadcast. Its
  /// gradients are products of the same `dtype`.
  package func matmul(_ other: Tensor, dtype: DType = .float32) -> Tensor {
    let shape = obeyed(try Shape.matmul(self.shape, other.shape))
    let left = rank == 1 ? detached().unsqueezed(axis: 0) : detached()
    let right = other.rank == 1 ? other.detached().unsqueezed(axis: 1) : other.detached()
    return left.product(right, dtype).viewed(as: shape)
      .recorded([self, other], .matmul(detached(), other.detached(), dtype))
  }

  /// Both of rank 2 at least; loops over leading axes.
  private func product(_ other: Tensor, _ dtype: DType) -> Tensor {
    if rank == 2, other.rank == 2 { return Products.product(self, other, dtype) }
    let (m, k, n) = (shape[rank - 2], shape[rank - 1], other.shape[other.rank - 1])
    if other.rank == 2 {  // one tall product
      return Products.product(contiguous().viewed(as: [rowCount, k]), other, dtype)
    }
    let lead = obeyed(
      try Shape.broadcast(
        Shape(Array(shape.dims.dropLast(2))), Shape(Array(other.shape.dims.dropLast(2))),
        op: "matmul"))
    let a = stretched(to: Shape(lead.dims + [m, k]))
    let b = other.stretched(to: Shape(lead.dims + [k, n]))
    let result = Tensor.uninitialized(Shape([lead.count, m, n]))
    for index in 0..<lead.count {
      Products.multiply(
        a.matrix(index, lead: lead), b.matrix(index, lead: lead),
        into: Tensor(
          storage: result.storage, offset: result.offset + index * m * n, shape: [m, n]),
        dtype)
    }
    return result
  }

  /// The index-th matrix when the leading axes are walked in row-major order.
  private func matrix(_ index: Int, lead: Shape) -> Tensor {
    var rest = index
    var start = offset
    for axis in stride(from: lead.rank - 1, through: 0, by: -1) {
      start += rest % lead[axis] * strides[axis]
      rest /= lead[axis]
    }
    return Tensor(
      storage: storage, offset: start, shape: Shape(Array(shape.dims.suffix(2))),
      strides: Array(strides.suffix(2)))
  }

  /// x Wᵀ + b for x […, C], weight [M, C], bias [M]: […, M]. The product is of `dtype`, forward and
  /// backward; what is added is float32.
  package func linear(
    _ weight: Tensor, bias: Tensor? = nil, dtype: DType = .float32
  ) -> Tensor {
    precondition(
      rank > 0 && weight.rank == 2 && rowWidth == weight.shape[1],
      "linear: x \(shape) and weight \(weight.shape) do not fit")
    let x = contiguous()
    let w = weight.contiguous()
    let y = Products.product(x.viewed(as: [rowCount, rowWidth]), w.transposed(), dtype)
      .viewed(as: Shape(Array(shape.dims.dropLast()) + [w.shape[0]]))
      .recorded([self, weight], .linear(x: x, weight: w, dtype))
    guard let bias else { return y }
    return (consume y) + bias
  }

  /// x / √(mean(x²) + eps) · weight over the last axis (Zhang and Sennrich 2019, equation 4).
  package func rmsNorm(_ weight: Tensor, eps: Float) -> Tensor {
    precondition(weight.shape == [rowWidth], "rmsNorm: x \(shape), weight \(weight.shape)")
    let (x, w) = (contiguous(), weight.contiguous())
    let (y, rstd) = Kernels.rmsNorm(x, w, eps: eps)
    return y.recorded([self, weight], .rmsNorm(x: x, weight: w, rstd: rstd))
  }

  /// (x - mean) / √(variance + eps) · weight + bias over the last axis (Ba et al. 2016).
  package func layerNorm(_ weight: Tensor, _ bias: Tensor, eps: Float) -> Tensor {
    precondition(
      weight.shape == [rowWidth] && bias.shape == weight.shape,
      "layerNorm: x \(shape), weight \(weight.shape), bias \(bias.shape)")
    let (x, w) = (contiguous(), weight.contiguous())
    let (y, mean, rstd) = Kernels.layerNorm(x, w, bias.contiguous(), eps: eps)
    return y.recorded(
      [self, weight, bias], .layerNorm(x: x, weight: w, mean: mean, rstd: rstd))
  }

  /// Rows `ids` of the table [V, C]: [N, C]. Every id must be in 0..<V.
  package static func embedding(_ table: Tensor, _ ids: [Int32]) -> Tensor {
    precondition(
      table.rank == 2 && ids.allSatisfy { 0 <= $0 && $0 < table.shape[0] },
      "embedding: an id lies outside the table \(table.shape)")
    return table.rows(ids)
  }

  /// Rotates the first R numbers of each head of x [N, H*D] by its row's position, for a table of R/2
  /// angles, halves paired as Hugging Face pairs them: y = x · cos + (-x₂, x₁) · sin. The others stay.
  package func rope(_ positions: [Int32], heads: Int, table: RopeTable) -> Tensor {
    precondition(
      rank == 2 && shape[0] == positions.count && shape[1] % heads == 0
        && table.cosines.shape[1] * 2 <= shape[1] / heads,
      "rope: x \(shape), \(positions.count) positions, \(heads) heads of "
        + "\(table.cosines.shape[1] * 2)")
    precondition(
      positions.allSatisfy { 0 <= $0 && $0 < table.positions },
      "rope: a position lies outside 0..<\(table.positions)")
    return Kernels.rope(self, positions, heads, table, sign: 1)
      .recorded([self], .rope(table, positions: positions, heads: heads))
  }

  /// silu(gate) · up (Shazeer 2020).
  package static func swiglu(gate: Tensor, up: Tensor) -> Tensor {
    precondition(gate.shape == up.shape, "swiglu: gate \(gate.shape), up \(up.shape)")
    let (g, u) = (gate.contiguous(), up.contiguous())
    return Kernels.swiglu(g, u).recorded([gate, up], .swiglu(gate: g, up: u))
  }

  /// -Σ p log p of p = softmax(logits) in nats, for logits [R, V]: [R].
  package func tokenEntropy() -> Tensor {
    precondition(rank == 2, "tokenEntropy: logits \(shape) must be [R, V]")
    let logits = contiguous()
    let (y, rest) = Kernels.tokenEntropy(logits)
    return y.recorded([self], .tokenEntropy(logits: logits, rest: rest, entropy: y))
  }
}
