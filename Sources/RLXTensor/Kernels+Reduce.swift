import CKernels

extension Kernels {
  /// Sum over the axis times `scale`; the result has shape `shape`.
  static func sum(_ x: Tensor, _ axis: AxisLayout, scale: Float, shape: Shape) -> Tensor {
    let x = x.contiguous()
    let y = Tensor.uninitialized(shape)
    ck_sum(
      x.pointer, y.pointer, Int64(axis.outer), Int64(axis.n), Int64(axis.inner), scale)
    return y
  }

  static func extreme(_ x: Tensor, _ axis: AxisLayout, sign: Int32, shape: Shape) -> Tensor {
    let x = x.contiguous()
    let y = Tensor.uninitialized(shape)
    ck_extreme(
      x.pointer, y.pointer, Int64(axis.outer), Int64(axis.n), Int64(axis.inner), sign)
    return y
  }

  static func extremeBackward(
    _ dy: Tensor, _ x: Tensor, _ y: Tensor, _ axis: AxisLayout
  ) -> Tensor {
    let dy = dy.contiguous()
    let dx = Tensor.uninitialized(x.shape)
    ck_extreme_backward(
      dy.pointer, x.pointer, y.pointer, dx.pointer, Int64(axis.outer), Int64(axis.n),
      Int64(axis.inner))
    return dx
  }

  static func argmax(_ x: Tensor, _ axis: AxisLayout) -> [Int32] {
    let x = x.contiguous()
    let count = axis.outer * axis.inner
    return [Int32](unsafeUninitializedCapacity: count) { buffer, initialized in
      if count > 0 {
        ck_argmax(
          x.pointer, buffer.baseAddress, Int64(axis.outer), Int64(axis.n), Int64(axis.inner))
      }
      initialized = count
    }
  }

  static func cumulativeSum(_ x: Tensor, _ axis: AxisLayout, backward: Bool) -> Tensor {
    let x = x.contiguous()
    let y = Tensor.uninitialized(x.shape)
    ck_cumsum(
      x.pointer, y.pointer, Int64(axis.outer), Int64(axis.n), Int64(axis.inner), backward)
    return y
  }

  static func allFinite(_ x: Tensor) -> Bool {
    let x = x.contiguous()
    return ck_all_finite(x.pointer, Int64(x.count))
  }

  // Softmax and its relatives: contiguous x [N, C], the last axis is C.

  static func softmax(_ x: Tensor) -> Tensor {
    let y = Tensor.uninitialized(x.shape)
    ck_softmax(x.pointer, y.pointer, Int64(x.rowCount), Int64(x.rowWidth))
    return y
  }

  static func softmaxBackward(_ dy: Tensor, _ y: Tensor) -> Tensor {
    let dy = dy.contiguous()
    let dx = Tensor.uninitialized(y.shape)
    ck_softmax_backward(
      dy.pointer, y.pointer, dx.pointer, Int64(y.rowCount), Int64(y.rowWidth))
    return dx
  }

  static func logSoftmax(_ x: Tensor) -> Tensor {
    let y = Tensor.uninitialized(x.shape)
    ck_log_softmax(x.pointer, y.pointer, Int64(x.rowCount), Int64(x.rowWidth))
    return y
  }

  static func logSoftmaxBackward(_ dy: Tensor, _ y: Tensor) -> Tensor {
    let dy = dy.contiguous()
    let dx = Tensor.uninitialized(y.shape)
    ck_log_softmax_backward(
      dy.pointer, y.pointer, dx.pointer, Int64(y.rowCount), Int64(y.rowWidth))
    return dx
  }

  static func logSumExp(_ x: Tensor) -> Tensor {
    let y = Tensor.uninitialized(Shape(Array(x.shape.dims.dropLast())))
    ck_logsumexp(x.pointer, y.pointer, Int64(x.rowCount), Int64(x.rowWidth))
    return y
  }

  static func logSumExpBackward(_ dy: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    let dy = dy.contiguous()
    let dx = Tensor.uninitialized(x.shape)
    ck_logsumexp_backward(
      dy.pointer, x.pointer, y.pointer, dx.pointer, Int64(x.rowCount), Int64(x.rowWidth))
    return dx
  }
}

extension Tensor {
  /// Size of the last axis, 1 for a scalar.
  var rowWidth: Int { shape.dims.last ?? 1 }
  /// Number of rows when all axes but the last are taken together.
  var rowCount: Int { shape.dims.dropLast().reduce(1, *) }
}
