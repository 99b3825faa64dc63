import CKernels

extension Tensor {
  /// x Wᵀ + b for x [N, C], weight [M, C], bias [M]: [N, M], for generation. Never records.
  ///
  /// A row gets the same bits whatever other rows there are, which `linear` does not promise: its
  /// matrix product blocks the sums by the number of rows.
  package func linearRows(_ weight: Tensor, bias: Tensor? = nil) -> Tensor {
    precondition(
      rank == 2 && weight.rank == 2 && shape[1] == weight.shape[1],
      "linearRows: x \(shape) and weight \(weight.shape) do not fit")
    let x = contiguous()
    let w = weight.contiguous()
    let y = Tensor.uninitialized([shape[0], weight.shape[0]])
    ck_linear_rows(
      x.pointer, w.pointer, y.pointer, Int64(shape[0]), Int64(shape[1]), Int64(weight.shape[0]))
    return bias.map { y + $0.detached() } ?? y
  }

  /// x W for x [N, C], weight [C, M]: [N, M], in the same manner. Never records.
  package func matmulRows(_ weight: Tensor) -> Tensor {
    precondition(
      rank == 2 && weight.rank == 2 && shape[1] == weight.shape[0],
      "matmulRows: x \(shape) and weight \(weight.shape) do not fit")
    let x = contiguous()
    let w = weight.contiguous()
    let y = Tensor.uninitialized([shape[0], weight.shape[1]])
    ck_matmul_rows(
      x.pointer, w.pointer, y.pointer, Int64(shape[0]), Int64(shape[1]), Int64(weight.shape[1]))
    return y
  }
}
