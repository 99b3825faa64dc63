import CKernels

// Attention. Queries, keys and values may be columns of a wider tensor: rows lie at a stride.
extension Kernels {
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

  /// The gradients of q, k and v in the order of a tensor [N, (H + 2 KV)·D] where they are its columns
  /// (`packed`), else each by itself.
  static func attentionBackward(
    _ call: AttentionCall, _ dy: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, lse: Tensor,
    packed: Bool
  ) -> (q: Tensor, k: Tensor, v: Tensor, all: Tensor?) {
    let dy = dy.contiguous()
    let all = packed ? Tensor.uninitialized([q.shape[0], q.strides[0]]) : nil
    let (dq, dk, dv) =
      all.map { AttentionCall.parts(of: $0, heads: call.heads, kvHeads: call.kvHeads) }
      ?? (.uninitialized(q.shape), .uninitialized(k.shape), .uninitialized(v.shape))
    if PassWatch.skipsWork { return (dq, dk, dv, all) }
    call.offsets.withUnsafeBufferPointer { offsets in
      var arguments = arguments(call, offsets, q: q, k: k, v: v, o: o, lse: lse)
      ck_causal_attention_backward(
        &arguments, dy.pointer, dq.pointer, dk.pointer, dv.pointer)
    }
    return (dq, dk, dv, all)
  }

  private static func arguments(
    _ call: AttentionCall, _ offsets: UnsafeBufferPointer<Int32>, q: Tensor, k: Tensor, v: Tensor,
    o: Tensor, lse: Tensor
  ) -> ck_attention {
    ck_attention(
      q: q.pointer, k: k.pointer, v: v.pointer, stride_q: Int64(q.strides[0]),
      stride_k: Int64(k.strides[0]), stride_v: Int64(v.strides[0]), o: o.pointer, lse: lse.pointer,
      offsets: offsets.baseAddress, B: Int64(offsets.count - 1), H: Int64(call.heads),
      G: Int64(call.kvHeads), D: Int64(q.rowWidth / call.heads), scale: call.scale,
      window: Int64(call.window), softcap: call.softcap)
  }
}

extension AttentionCall {
  /// Queries [N, H·D], keys and values [N, KV·D] as columns of one tensor. Detached views.
  static func parts(of all: Tensor, heads: Int, kvHeads: Int) -> (q: Tensor, k: Tensor, v: Tensor) {
    let D = all.rowWidth / (heads + 2 * kvHeads)
    func columns(_ start: Int, _ count: Int) -> Tensor {
      Tensor(
        storage: all.storage, offset: all.offset + start * D, shape: [all.shape[0], count * D],
        strides: all.strides)
    }
    return (
      columns(0, heads), columns(heads, kvHeads), columns(heads + kvHeads, kvHeads)
    )
  }
}
