// Causal attention. N packed tokens, H heads, KV heads of keys and values, D head size; a batch is one
// flat list of tokens, and memory is linear in N.
extension Tensor {
  /// softmax(scale q kᵀ) v, each token over its own sequence up to itself. q [N, H*D], k and v
  /// [N, KV*D]; sequence b is rows offsets[b] ..< offsets[b + 1]; head h uses key head h / (H / KV).
  /// Returns [N, H*D].
  ///
  /// With a `window`, a token sees that many tokens, itself among them (Beltagy et al. 2020, 3.1); 0: all.
  /// With `softcap`, scores s become softcap · tanh(s / softcap) (Gemma 2, 2024, 2.2); 0: they stay.
  package static func causalAttention(
    q: Tensor, k: Tensor, v: Tensor, offsets: [Int32], heads: Int, kvHeads: Int, scale: Float,
    window: Int = 0, softcap: Float = 0
  ) -> Tensor {
    precondition(
      heads > 0 && kvHeads > 0 && heads % kvHeads == 0 && q.rank == 2 && q.shape[1] % heads == 0,
      "causalAttention: q \(q.shape), \(heads) heads, \(kvHeads) key/value heads")
    let width = q.shape[1] / heads * kvHeads
    precondition(
      k.shape == [q.shape[0], width] && v.shape == k.shape,
      "causalAttention: q \(q.shape), k \(k.shape), v \(v.shape)")
    let call = AttentionCall(
      offsets: offsets, heads: heads, kvHeads: kvHeads, scale: scale, window: window,
      softcap: softcap)
    call.check(tokens: q.shape[0])
    let (Q, K, V) = (q.contiguous(), k.contiguous(), v.contiguous())
    let (o, lse) = Kernels.attention(call, q: Q, k: K, v: V)
    return o.recorded([q, k, v], .attention(call, q: Q, k: K, v: V, o: o, lse: lse))
  }

  /// The same for queries, keys and values that are the columns of one tensor [N, (H + 2 KV)·D], in
  /// that order: read where they lie, and their gradient is one tensor too.
  package static func causalAttention(
    packed: Tensor, offsets: [Int32], heads: Int, kvHeads: Int, scale: Float, window: Int = 0,
    softcap: Float = 0
  ) -> Tensor {
    precondition(
      heads > 0 && kvHeads > 0 && heads % kvHeads == 0 && packed.rank == 2
        && packed.shape[1] % (heads + 2 * kvHeads) == 0,
      "causalAttention: \(packed.shape), \(heads) heads, \(kvHeads) key/value heads")
    let call = AttentionCall(
      offsets: offsets, heads: heads, kvHeads: kvHeads, scale: scale, window: window,
      softcap: softcap)
    call.check(tokens: packed.shape[0])
    let parts = AttentionCall.parts(of: packed.contiguous(), heads: heads, kvHeads: kvHeads)
    let (o, lse) = Kernels.attention(call, q: parts.q, k: parts.k, v: parts.v)
    return o.recorded(
      [packed], .attention(call, q: parts.q, k: parts.k, v: parts.v, o: o, lse: lse))
  }
}

extension AttentionCall {
  fileprivate func check(tokens: Int) {
    precondition(
      offsets.first == 0 && offsets.last.map { Int($0) } == tokens
        && zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 },
      "causalAttention: offsets must rise from 0 to \(tokens)")
  }
}
