import CKernels

/// What follows a product [N, M] while each of its blocks is near: a bias is added, then the whole to
/// something else, or a function of it is written beside it. Contiguous tensors.
struct Finish {
  let bias: Tensor?  // [M]
  let residual: Tensor?  // [N, M]
  let bent: (op: UnaryOp, values: Tensor)?  // [N, M]

  /// For the kernel; this value has to outlive it.
  func kernel(on y: Tensor) -> ck_finish {
    ck_finish(
      y: y.pointer, bias: bias.map { UnsafePointer($0.pointer) },
      residual: residual.map { UnsafePointer($0.pointer) }, bent: bent?.values.pointer,
      op: bent?.op.rawValue ?? 0, M: Int64(y.shape[1]),
      bodies: ck_bodies())
  }

  /// Over all of y, by the whole team.
  func run(on y: Tensor) {
    var kernel = kernel(on: y)
    ck_finish_block(&kernel, 0, Int64(y.shape[0]), 0, Int64(y.shape[1]))
  }
}

extension Tensor {
  /// x W + b of x [N, K] and weight [K, M], or x Wᵀ + b of [M, K] if `outputRows`, bent if there is an
  /// `activation`, and added to `residual` [N, M] if there is one: the operations of the same names,
  /// recorded as such and equal to the bit, in one pass.
  package func affine(
    _ weight: Tensor, outputRows: Bool, bias: Tensor?, activation: PackedWeight.Activation? = nil,
    addedTo residual: Tensor? = nil, dtype: DType = .float32
  ) -> Tensor {
    let M = weight.shape[outputRows ? 0 : 1]
    precondition(
      rank == 2 && weight.rank == 2 && shape[1] == weight.shape[outputRows ? 1 : 0],
      "affine: x \(shape) and weight \(weight.shape) do not fit")
    precondition(
      bias.map { $0.shape == [M] } ?? true && residual.map { $0.shape == [shape[0], M] } ?? true,
      "affine: bias or residual do not fit a result of [\(shape[0]), \(M)]")
    if activation != nil, let residual {
      return residual
        + affine(weight, outputRows: outputRows, bias: bias, activation: activation, dtype: dtype)
    }
    let (x, w) = (contiguous(), weight.contiguous())
    let y = Tensor.uninitialized([shape[0], M])
    let bent = activation.map { (op: $0.op, values: Tensor.uninitialized(y.shape)) }
    let finish = Finish(
      bias: bias?.contiguous(), residual: residual?.contiguous(), bent: bent)
    withExtendedLifetime(finish) {
      Products.multiply(x, outputRows ? w.transposed() : w, into: y, dtype, then: finish)
    }
    var result = y.recorded(
      [self, weight], outputRows ? .linear(x: x, weight: w, dtype) : .matmul(x, w, dtype))
    if let bias {
      result = y.recorded(from: [result.origin, bias.origin], .add(y.shape, bias.shape))
    }
    if let bent {
      let saved = Kernels.savesOutput(bent.op) ? bent.values : y
      return bent.values.recorded(from: [result.origin], .unary(bent.op, saved: saved, 0, 0))
    }
    guard let residual else { return result }
    return y.recorded(from: [residual.origin, result.origin], .add(y.shape, y.shape))
  }
}
