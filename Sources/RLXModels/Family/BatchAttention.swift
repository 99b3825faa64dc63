import RLXTensor

/// What a forward pass is for.
enum ForwardMode {
  /// Training: gradients are recorded.
  case recording
  /// Values only.
  case reading
  /// Generation: values only, each token with the same bits whatever else is in the batch.
  case decoding
}

/// Where the tokens of a batch look: within their own sequences of the batch, or also at what a cache
/// holds of them.
struct BatchAttention {
  let mode: ForwardMode
  private let batch: PackedBatch
  private let cached: Cached?

  private struct Cached {
    let cache: KVCache
    /// [N]: the row of the cache that each token belongs to.
    let tokenRows: [Int32]
    /// Whether all sequences begin in this batch, so that nothing is needed that is not in it.
    let isFresh: Bool
  }

  /// Whole sequences.
  init(_ batch: PackedBatch, recording: Bool) {
    self.batch = batch
    mode = recording ? .recording : .reading
    cached = nil
  }

  /// Sequences that go on from what `cache` holds: sequence b in row `rows[b]`.
  init(_ batch: PackedBatch, rows: [Int32], cache: KVCache) {
    precondition(rows.count == batch.rows, "\(rows.count) cache rows for \(batch.rows) sequences")
    self.batch = batch
    mode = .decoding
    cached = Cached(
      cache: cache,
      tokenRows: rows.indices.flatMap { Array(repeating: rows[$0], count: batch.length($0)) },
      isFresh: (0..<batch.rows).allSatisfy {
        batch.length($0) == 0 || batch.positions[Int(batch.offsets[$0])] == 0
      })
  }

  /// What a layer makes of the hidden states x [N, C]; kept for the gradient, or computed again for it
  /// where the batch says so.
  func layer(_ x: Tensor, _ body: @escaping (Tensor) -> Tensor) -> Tensor {
    mode == .recording && batch.checkpointsLayers ? .checkpointed(x, body) : body(x)
  }

  /// softmax(scale q kᵀ) v of a layer, each token over its own past, or the last `window` tokens of it:
  /// q [N, H·D], k and v [N, KV·D] give [N, H·D]. Puts k and v into the cache, if there is one.
  /// `softcap` as in `causalAttention`.
  func callAsFunction(
    layer: Int, q: Tensor, k: Tensor, v: Tensor, heads: Int, kvHeads: Int, scale: Float,
    window: Int = 0, softcap: Float = 0
  ) -> Tensor {
    if let cached {
      cached.cache.append(
        layer: layer, k: k, v: v, rows: cached.tokenRows, positions: batch.positions)
      guard cached.isFresh && batch.count > batch.rows else {
        return cached.cache.attend(
          layer: layer, q: q, rows: cached.tokenRows, positions: batch.positions, heads: heads,
          kvHeads: kvHeads, scale: scale, window: window, softcap: softcap)
      }
    }
    return Tensor.causalAttention(
      q: q, k: k, v: v, offsets: batch.offsets, heads: heads, kvHeads: kvHeads, scale: scale,
      window: window, softcap: softcap)
  }

  /// The same for the columns of one tensor [N, (H + 2·KV)·D], queries first, then keys and values.
  func callAsFunction(
    layer: Int, packed qkv: Tensor, heads: Int, kvHeads: Int, scale: Float, window: Int = 0,
    softcap: Float = 0
  ) -> Tensor {
    guard cached != nil else {
      return Tensor.causalAttention(
        packed: qkv, offsets: batch.offsets, heads: heads, kvHeads: kvHeads, scale: scale,
        window: window, softcap: softcap)
    }
    let D = qkv.shape[1] / (heads + 2 * kvHeads)
    func part(_ first: Int, _ count: Int) -> Tensor {
      qkv.slice(axis: 1, from: first * D, to: (first + count) * D)
    }
    return self(
      layer: layer, q: part(0, heads), k: part(heads, kvHeads),
      v: part(heads + kvHeads, kvHeads), heads: heads, kvHeads: kvHeads, scale: scale,
      window: window, softcap: softcap)
  }
}
