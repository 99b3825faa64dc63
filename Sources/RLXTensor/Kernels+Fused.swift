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

  /// A tensor of `shape` whose row ids[i] is the sum of the rows i of dy that go there.
  static func scatterAdd(_ dy: Tensor, _ ids: [Int32], _ shape: Shape) -> Tensor {
    let dx = Tensor.zeros(shape)
    guard dy.count > 0 else { return dx }
    let dy = dy.contiguous()
    ck_scatter_add(
      dy.pointer, ids, dx.pointer, Int64(ids.count), Int64(shape[0]), Int64(shape.count / shape[0]))
    return dx
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

  static func attention(
    _ call: AttentionCall, q: Tensor, k: Tensor, v: Tensor
  ) -> (o: Tensor, lse: Tensor) {
    let o = Tensor.uninitialized(q.shape)
    let lse = Tensor.uninitialized([q.shape[0], call.heads])
    if PassWatch.skipsWork { return (o, lse) }
    call.offsets.withUnsafeBufferPointer { offsets in
      var arguments = arguments(call, offsets, q: q, k: k, v: v, o: o, lse: lse)
      ck_causal_attention(&arguments)
    }
    return (o, lse)
  }

  static func attentionBackward(
    _ call: AttentionCall, _ dy: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, lse: Tensor
  ) -> (q: Tensor, k: Tensor, v: Tensor) {
    let dy = dy.contiguous()
    let dq = Tensor.uninitialized(q.shape)
    let dk = Tensor.uninitialized(k.shape)
    let dv = Tensor.uninitialized(v.shape)
    if PassWatch.skipsWork { return (dq, dk, dv) }
    call.offsets.withUnsafeBufferPointer { offsets in
      var arguments = arguments(call, offsets, q: q, k: k, v: v, o: o, lse: lse)
      ck_causal_attention_backward(
        &arguments, dy.pointer, dq.pointer, dk.pointer, dv.pointer)
    }
    return (dq, dk, dv)
  }

  private static func arguments(
    _ call: AttentionCall, _ offsets: UnsafeBufferPointer<Int32>, q: Tensor, k: Tensor, v: Tensor,
    o: Tensor, lse: Tensor
  ) -> ck_attention {
    ck_attention(
      q: q.pointer, k: k.pointer, v: v.pointer, o: o.pointer, lse: lse.pointer,
      offsets: offsets.baseAddress, B: Int64(offsets.count - 1), H: Int64(call.heads),
      G: Int64(call.kvHeads), D: Int64(q.rowWidth / call.heads), scale: call.scale,
      window: Int64(call.window), softcap: call.softcap)
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
