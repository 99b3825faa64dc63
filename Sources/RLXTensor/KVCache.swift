/// Keys and values of the tokens so far, for decoding without recomputing them. Never records.
///
/// Per layer one tensor of keys and one of values, in blocks of sixteen positions ([rows, blocks, kvWidth,
/// 16]), so that both passes of attention run along positions and a token is written nearly in one
/// place. A reference: rows grow in place.
package final class KVCache {
  package let layers: Int
  package let rows: Int
  /// Positions that fit in a row.
  package let capacity: Int
  package let kvWidth: Int
  private let stride: Int
  private let keys: [Tensor]
  private let values: [Tensor]

  package init(layers: Int, rows: Int, capacity: Int, kvWidth: Int) {
    self.layers = layers
    self.rows = rows
    self.capacity = capacity
    self.kvWidth = kvWidth
    let stride = (capacity + 15) / 16 * 16
    self.stride = stride
    // Not cleared: attention takes nothing from positions that were not written.
    keys = (0..<layers).map { _ in .uninitialized([rows, stride / 16, kvWidth, 16]) }
    values = (0..<layers).map { _ in .uninitialized([rows, stride / 16, kvWidth, 16]) }
  }

  /// Puts k[n] and v[n] (both [N, kvWidth]) at position positions[n] of row rows[n].
  package func append(layer: Int, k: Tensor, v: Tensor, rows: [Int32], positions: [Int32]) {
    check(rows, positions)
    precondition(
      k.shape == [rows.count, kvWidth] && v.shape == k.shape,
      "cache: k \(k.shape) and v \(v.shape) must be [\(rows.count), \(kvWidth)]")
    Kernels.cacheAppend(
      k, keys[layer], rows: rows, positions: positions, capacity: stride)
    Kernels.cacheAppend(
      v, values[layer], rows: rows, positions: positions, capacity: stride)
  }

  /// softmax(scale q kᵀ) v of q [N, H*D]: token n over positions 0...positions[n] of row rows[n], or the
  /// last `window` of them; `softcap` as in `causalAttention`.
  package func attend(
    layer: Int, q: Tensor, rows: [Int32], positions: [Int32], heads: Int, kvHeads: Int,
    scale: Float, window: Int = 0, softcap: Float = 0
  ) -> Tensor {
    check(rows, positions)
    precondition(
      q.rank == 2 && q.shape[0] == rows.count && heads % kvHeads == 0
        && q.shape[1] / heads * kvHeads == kvWidth,
      "cache: q \(q.shape), \(heads) heads, \(kvHeads) key/value heads, width \(kvWidth)")
    return Kernels.decodeAttention(
      q, keys: keys[layer], values: values[layer], rows: rows, positions: positions,
      heads: heads, kvHeads: kvHeads, capacity: stride, scale: scale, window: window,
      softcap: softcap)
  }

  /// Copies the first `length` positions of one row to another, in every layer.
  package func copyRow(from: Int, to: Int, length: Int) {
    precondition(
      0..<rows ~= from && 0..<rows ~= to && 0...capacity ~= length,
      "cache: row \(from) to \(to), \(length) positions; \(rows) rows of \(capacity)")
    guard from != to else { return }
    for cache in keys + values {
      Kernels.cacheCopy(
        cache, from: from, to: to, length: length, width: kvWidth, capacity: stride)
    }
  }

  private func check(_ rows: [Int32], _ positions: [Int32]) {
    precondition(
      rows.count == positions.count && rows.allSatisfy { 0 <= $0 && $0 < self.rows }
        && positions.allSatisfy { 0 <= $0 && $0 < capacity },
      "cache: a row or position lies outside \(self.rows) rows of \(capacity)")
  }
}
