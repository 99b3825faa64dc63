import CKernels

// Log-probabilities of tokens and the optimizer's pass.
extension Kernels {
  static func tokenLogProbs(
    _ logits: Tensor, _ targets: [Int32], _ inverseTemperature: Float
  ) -> (y: Tensor, rest: Tensor) {
    let y = Tensor.uninitialized([targets.count])
    let rest = Tensor.uninitialized([targets.count])
    ck_token_logprobs(
      logits.pointer, targets, y.pointer, rest.pointer, Int64(targets.count),
      Int64(logits.rowWidth), inverseTemperature)
    return (y, rest)
  }

  static func tokenLogProbsBackward(
    _ dy: Tensor, _ logits: Tensor, _ rest: Tensor, _ targets: [Int32], _ inverseTemperature: Float
  ) -> Tensor {
    let dy = dy.contiguous()
    let dx = Tensor.uninitialized(logits.shape)
    ck_token_logprobs_backward(
      dy.pointer, logits.pointer, targets, rest.pointer, dx.pointer, Int64(targets.count),
      Int64(logits.rowWidth), inverseTemperature)
    return dx
  }

  static func tokenEntropy(_ logits: Tensor) -> (y: Tensor, rest: Tensor) {
    let y = Tensor.uninitialized([logits.rowCount])
    let rest = Tensor.uninitialized([logits.rowCount])
    ck_token_entropy(
      logits.pointer, y.pointer, rest.pointer, Int64(logits.rowCount), Int64(logits.rowWidth))
    return (y, rest)
  }

  static func tokenEntropyBackward(
    _ dy: Tensor, _ logits: Tensor, _ rest: Tensor, _ entropy: Tensor
  ) -> Tensor {
    let dy = dy.contiguous()
    let dx = Tensor.uninitialized(logits.shape)
    ck_token_entropy_backward(
      dy.pointer, logits.pointer, entropy.pointer, rest.pointer, dx.pointer, Int64(logits.rowCount),
      Int64(logits.rowWidth))
    return dx
  }

  /// One AdamW step, in place on contiguous tensors that own their memory.
  static func adamW(
    _ value: Tensor, _ gradient: Tensor, _ first: Tensor, _ second: Tensor,
    _ settings: ck_adamw_settings
  ) {
    var settings = settings
    let gradient = gradient.contiguous()
    ck_adamw(
      value.pointer, gradient.pointer, first.pointer, second.pointer, Int64(value.count), &settings)
  }

  static func uniform(_ x: Tensor, low: Float, high: Float, key: [UInt32], stream: UInt32) {
    ck_random_uniform(x.pointer, Int64(x.count), key, stream, low, high)
  }

  static func normal(_ x: Tensor, key: [UInt32], stream: UInt32) {
    ck_random_normal(x.pointer, Int64(x.count), key, stream)
  }

  static func philox(_ counter: [UInt32], key: [UInt32]) -> [UInt32] {
    var out: [UInt32] = [0, 0, 0, 0]
    ck_philox(counter, key, &out)
    return out
  }

  static func cacheAppend(
    _ x: Tensor, _ cache: Tensor, rows: [Int32], positions: [Int32], capacity: Int
  ) {
    let x = x.withRowsWhole()
    ck_cache_append(
      x.pointer, Int64(x.strides[0]), cache.pointer, rows, positions, Int64(rows.count),
      Int64(x.rowWidth), Int64(capacity))
  }

  static func cacheCopy(
    _ cache: Tensor, from: Int, to: Int, length: Int, width: Int, capacity: Int
  ) {
    ck_cache_copy(
      cache.pointer, Int64(from), Int64(to), Int64(length), Int64(width), Int64(capacity))
  }

  static func decodeAttention(
    _ q: Tensor, keys: Tensor, values: Tensor, rows: [Int32], positions: [Int32], heads: Int,
    kvHeads: Int, capacity: Int, scale: Float, window: Int, softcap: Float
  ) -> Tensor {
    let q = q.withRowsWhole()
    let o = Tensor.uninitialized(q.shape)
    ck_decode_attention(
      q.pointer, Int64(q.strides[0]), keys.pointer, values.pointer, rows, positions, o.pointer,
      Int64(q.shape[0]),
      Int64(heads), Int64(kvHeads), Int64(q.rowWidth / heads), Int64(capacity), scale,
      Int64(window), softcap)
    return o
  }
}
