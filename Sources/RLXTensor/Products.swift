import CKernels

/// The one place where matrices are multiplied, forward and backward: float32 by oneDNN, bf16 by a
/// kernel of ours (`body_product_bf16.h`). Generation has products of its own, for weights that are
/// laid out beforehand.
enum Products {
  /// a [M, K] times b [K, N]: a new [M, N].
  static func product(_ a: Tensor, _ b: Tensor, _ dtype: DType) -> Tensor {
    let result = Tensor.uninitialized([a.shape[0], b.shape[1]])
    multiply(a, b, into: result, dtype)
    return result
  }

  /// Writes a [M, K] times b [K, N] into the contiguous `result` [M, N], then does to it what
  /// follows.
  static func multiply(
    _ a: Tensor, _ b: Tensor, into result: Tensor, _ dtype: DType, then finish: Finish? = nil
  ) {
    if PassWatch.skipsWork { return }
    switch dtype {
    case .float32: OneDNN.multiply(a, b, into: result, then: finish)
    case .bfloat16:
      multiplyRounded(a, b, into: result)
      finish?.run(on: result)
    case .int8: preconditionFailure("matmul: weights of 8 bits are for generation and reading")
    }
  }

  /// The same with every operand rounded to bf16 and sums in float32, with the same bits for any number
  /// of threads. Operands are rounded as they are read, so none is held twice.
  private static func multiplyRounded(_ a: Tensor, _ b: Tensor, into result: Tensor) {
    let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1])
    guard m > 0, n > 0 else { return }
    guard k > 0 else { return Kernels.fill(result, 0) }
    let (left, right) = (walkable(a), walkable(b))
    withExtendedLifetime((left.storage, right.storage)) {
      var (x, y) = (matrix(left), matrix(right))
      ck_product_bf16(&x, &y, result.pointer, Int64(m), Int64(n), Int64(k))
    }
  }

  /// A matrix of which rows or columns lie side by side.
  private static func walkable(_ matrix: Tensor) -> Tensor {
    matrix.strides[0] == 1 || matrix.strides[1] == 1 ? matrix : matrix.contiguous()
  }

  private static func matrix(_ matrix: Tensor) -> ck_matrix {
    ck_matrix(
      elements: matrix.pointer, row: Int64(matrix.strides[0]), column: Int64(matrix.strides[1]))
  }
}
