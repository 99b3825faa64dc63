import CKernels

// Kernels of models. Operands are contiguous; gradients that come in may not be.
extension Kernels {
  static func rmsNorm(_ x: Tensor, _ w: Tensor, eps: Float) -> (y: Tensor, rstd: Tensor) {
    let y = Tensor.uninitialized(x.shape)
    let rstd = Tensor.uninitialized([x.rowCount])
    ck_rms_norm(
      x.pointer, w.pointer, y.pointer, rstd.pointer, Int64(x.rowCount), Int64(x.rowWidth), eps)
    return (y, rstd)
  }

  static func rmsNormBackward(
    _ dy: Tensor, _ x: Tensor, _ w: Tensor, _ rstd: Tensor, weightToo: Bool
  ) -> (x: Tensor, weight: Tensor) {
    let dy = dy.contiguous()
    let dx = Tensor.uninitialized(x.shape)
    let dw = weightToo ? Tensor.uninitialized(w.shape) : w
    ck_rms_norm_backward(
      dy.pointer, x.pointer, w.pointer, rstd.pointer, dx.pointer, weightToo ? dw.pointer : nil,
      Int64(x.rowCount), Int64(x.rowWidth))
    return (dx, dw)
  }

  static func layerNorm(
    _ x: Tensor, _ w: Tensor, _ b: Tensor, eps: Float
  ) -> (y: Tensor, mean: Tensor, rstd: Tensor) {
    let y = Tensor.uninitialized(x.shape)
    let mean = Tensor.uninitialized([x.rowCount])
    let rstd = Tensor.uninitialized([x.rowCount])
    ck_layer_norm(
      x.pointer, w.pointer, b.pointer, y.pointer, mean.pointer, rstd.pointer, Int64(x.rowCount),
      Int64(x.rowWidth), eps)
    return (y, mean, rstd)
  }

  static func layerNormBackward(
    _ dy: Tensor, _ x: Tensor, _ w: Tensor, _ mean: Tensor, _ rstd: Tensor, weightsToo: Bool
  ) -> (x: Tensor, weight: Tensor, bias: Tensor) {
    let dy = dy.contiguous()
    let dx = Tensor.uninitialized(x.shape)
    let dw = weightsToo ? Tensor.uninitialized(w.shape) : w
    let db = weightsToo ? Tensor.uninitialized(w.shape) : w
    ck_layer_norm_backward(
      dy.pointer, x.pointer, w.pointer, mean.pointer, rstd.pointer, dx.pointer,
      weightsToo ? dw.pointer : nil, weightsToo ? db.pointer : nil, Int64(x.rowCount),
      Int64(x.rowWidth))
    return (dx, dw, db)
  }

  /// Rows `ids` of x [V, …]: [ids.count, …].
  static func gather(_ x: Tensor, _ ids: [Int32]) -> Tensor {
    let y = Tensor.uninitialized(x.shape.replacing(0, with: ids.count))
    guard y.count > 0 else { return y }
    ck_gather(x.pointer, ids, y.pointer, Int64(ids.count), Int64(x.count / x.shape[0]))
    return y
  }

  /// Adds to each row of contiguous `dx` the sum of the rows of dy whose id it is.
  static func scatterAdd(_ dy: Tensor, _ ids: [Int32], into dx: Tensor) {
    guard dy.count > 0 else { return }
    let dy = dy.contiguous()
    ck_scatter_add(
      dy.pointer, ids, dx.pointer, Int64(ids.count), Int64(dx.shape[0]),
      Int64(dx.count / dx.shape[0]))
  }

  static func rope(
    _ x: Tensor, _ positions: [Int32], _ heads: Int, _ table: RopeTable, sign: Float
  ) -> Tensor {
    let x = x.contiguous()
    let y = Tensor.uninitialized(x.shape)
    ck_rope(
      x.pointer, positions, table.cosines.pointer, table.sines.pointer, y.pointer,
      Int64(x.rowCount), Int64(heads), Int64(x.rowWidth / heads),
      Int64(2 * table.cosines.shape[1]), sign)
    return y
  }

  static func swiglu(_ gate: Tensor, _ up: Tensor) -> Tensor {
    let y = Tensor.uninitialized(gate.shape)
    ck_swiglu(gate.pointer, up.pointer, y.pointer, Int64(y.count))
    return y
  }

  static func swigluBackward(
    _ dy: Tensor, _ gate: Tensor, _ up: Tensor
  ) -> (gate: Tensor, up: Tensor) {
    let dy = dy.contiguous()
    let dgate = Tensor.uninitialized(gate.shape)
    let dup = Tensor.uninitialized(gate.shape)
    ck_swiglu_backward(
      dy.pointer, gate.pointer, up.pointer, dgate.pointer, dup.pointer, Int64(gate.count))
    return (dgate, dup)
  }
}
