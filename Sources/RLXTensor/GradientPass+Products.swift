extension GradientPass {
  /// y = x Wᵀ over rows: dx = dy W, dW = dyᵀ x.
  mutating func pullLinear(
    _ dy: Tensor, _ x: Tensor, _ weight: Tensor, _ dtype: DType, into at: [Int]
  ) {
    let rows = dy.contiguous().viewed(as: [dy.rowCount, weight.shape[0]])
    accumulate(Products.product(rows, weight, dtype).viewed(as: x.shape), into: at[0])
    let inputs = x.viewed(as: [rows.shape[0], weight.shape[1]])
    accumulate(Products.product(rows.swapped, inputs, dtype), into: at[1])
  }

  /// y = a b: da = dy bᵀ, db = aᵀ dy, with vectors as a row or a column, summed over broadcast axes.
  mutating func pullMatmul(_ dy: Tensor, _ a: Tensor, _ b: Tensor, _ dtype: DType, into at: [Int]) {
    let left = a.rank == 1 ? a.unsqueezed(axis: 0) : a
    let right = b.rank == 1 ? b.unsqueezed(axis: 1) : b
    var grown = dy
    if a.rank == 1 { grown = grown.unsqueezed(axis: b.rank == 1 ? 0 : -2) }
    if b.rank == 1 { grown = grown.unsqueezed(axis: -1) }
    accumulate(
      grown.matmul(right.swapped, dtype: dtype).summed(to: left.shape).contiguous().viewed(
        as: a.shape),
      into: at[0])
    accumulate(
      left.swapped.matmul(grown, dtype: dtype).summed(to: right.shape).contiguous().viewed(
        as: b.shape),
      into: at[1])
  }
}
