// From per-token rewards to what the losses use. Packed rows: row b of a batch has the tokens
// offsets[b] ..< offsets[b + 1]; an empty row has none and takes part in nothing.

/// Advantages and returns [R] of packed responses, by generalised advantage estimation.
///
/// `rewards` and `values` [R]; the value after the last token is 0.
/// δ_t = r_t + γ V_{t+1} − V_t;  A_t = δ_t + γλ A_{t+1};  return_t = A_t + V_t
/// (Schulman et al. 2016, arXiv 1506.02438, eq. 16).
package func generalizedAdvantages(
  rewards: [Float], values: [Float], offsets: [Int32], gamma: Float, lambda: Float
) -> (advantages: [Float], returns: [Float]) {
  var advantages = [Float](repeating: 0, count: rewards.count)
  for row in rowRanges(offsets) {
    var next: (value: Float, advantage: Float) = (0, 0)
    for t in row.reversed() {
      let delta = rewards[t] + gamma * next.value - values[t]
      advantages[t] = delta + gamma * lambda * next.advantage
      next = (values[t], advantages[t])
    }
  }
  return (advantages, zip(advantages, values).map { $0 + $1 })
}

/// What whitening adds to the variance, so that numbers that are all alike become 0.
let whiteningEpsilon = 1e-8

/// The variance of either kind; 0 of fewer than two values.
func variance(_ values: [Float], _ kind: PPO.WhiteningVariance) -> Double {
  let n = Double(values.count)
  return variance(values) * (kind == .biased && n > 1 ? (n - 1) / n : 1)
}

/// The values scaled to variance 1 and, unless `shiftMean` is false, moved to mean 0.
///
/// (x − mean) / √(var + 1e-8), as TRL 0.11's `masked_whiten`; the mean is added back where it is to
/// stay. The variance is the unbiased one, or TensorFlow's Σ(x − mean)²/n. One value alone has variance 0
/// here and becomes 0.
package func whiten(
  _ values: [Float], shiftMean: Bool = true, variance kind: PPO.WhiteningVariance = .unbiased
) -> [Float] {
  let center = Float(mean(values))
  let scale = Float(1 / (variance(values, kind) + whiteningEpsilon).squareRoot())
  return values.map { ($0 - center) * scale + (shiftMean ? 0 : center) }
}

/// The tokens of each row of a packed batch.
package func rowRanges(_ offsets: [Int32]) -> [Range<Int>] {
  zip(offsets, offsets.dropFirst()).map { Int($0)..<Int($1) }
}

/// The sum of each row's values, in double; 0 of an empty row.
package func rowSums(_ values: [Float], offsets: [Int32]) -> [Double] {
  rowRanges(offsets).map { values[$0].reduce(0) { $0 + Double($1) } }
}
