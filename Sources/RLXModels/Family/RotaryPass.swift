import RLXTensor

/// One pass over a batch in a network with rotary positions: what its layers' attention shares, whatever
/// their products are.
struct RotaryPass {
  private let config: ModelConfig
  private let attend: BatchAttention
  private let usual: Turn
  /// For layers that look through a window, where they turn differently.
  private let local: Turn?
  private let scale: Float

  /// The table of angles and each token's row of it.
  private typealias Turn = (table: RopeTable, rows: [Int32])

  init(
    _ config: ModelConfig, _ batch: PackedBatch, _ attend: BatchAttention, _ rope: RotaryPositions,
    local: RotaryPositions? = nil
  ) {
    self.config = config
    self.attend = attend
    usual = rope.rows(for: batch)
    self.local = local?.rows(for: batch)
    // 1 / √D (Vaswani et al., 2017, equation 1).
    scale = 1 / (config.queryScalar ?? Float(config.headSize)).squareRoot()
  }

  /// What attention gives in a layer: q [N, H·D], k and v [N, KV·D], before positions turn them, give
  /// [N, H·D].
  func callAsFunction(layer: Int, q: Tensor, k: Tensor, v: Tensor) -> Tensor {
    let window = config.window(inLayer: layer)
    var (q, k) = (q, k)
    if config.rotaryLayers.isEmpty || config.rotaryLayers[layer] {
      let turn = window > 0 ? local ?? usual : usual
      q = q.rope(turn.rows, heads: config.heads, table: turn.table)
      k = k.rope(turn.rows, heads: config.kvHeads, table: turn.table)
    }
    return attend(
      layer: layer, q: q, k: k, v: v, heads: config.heads, kvHeads: config.kvHeads, scale: scale,
      window: window, softcap: config.scoreCap)
  }
}
