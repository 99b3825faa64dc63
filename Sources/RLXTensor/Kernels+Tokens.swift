import CKernels

// Log-probabilities of tokens, draws, and decoding over a cache.
extension Kernels {
  /// What contiguous logits [R, V] say of `targets`; `rest` [R, 2] is kept for the gradient.
  static func tokenScores(
    _ logits: Tensor, _ targets: [Int32], _ inverseTemperature: Float
  ) -> (scores: TokenScores, rest: Tensor) {
    let R = targets.count
    let y = Tensor.uninitialized([R])
    let entropies = Tensor.uninitialized([R])
    let rest = Tensor.uninitialized([R, 2])
    let best = [Int32](unsafeUninitializedCapacity: R) { buffer, initialized in
      if let base = buffer.baseAddress, R > 0 {
        ck_token_scores(
          logits.pointer, targets, y.pointer, rest.pointer, entropies.pointer, base, Int64(R),
          Int64(logits.rowWidth), inverseTemperature)
      }
      initialized = R
    }
    return (TokenScores(logProbs: y, entropies: entropies, best: best), rest)
  }

  /// The gradient of the logits, in their own memory where nobody else holds it: [R, V] numbers are
  /// not there twice.
  static func tokenScoresBackward(
    _ dy: Tensor, _ logits: inout Tensor, _ rest: Tensor, _ targets: [Int32],
    _ inverseTemperature: Float
  ) -> Tensor {
    let dy = dy.contiguous()
    let dx = logits.isUnshared ? logits : .uninitialized(logits.shape)
    ck_token_scores_backward(
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
