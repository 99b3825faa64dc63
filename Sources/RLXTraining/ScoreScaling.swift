/// The running mean and deviation of every score seen, by which `use_score_scaling` divides
/// (TRL 0.11's `RunningMoments`; parallel variance of Chan et al. 1979).
package struct RunningMoments: Equatable, Sendable {
  package internal(set) var mean = 0.0
  package internal(set) var variance = 1.0
  /// The unbiased deviation; 1 before anything was seen and while only one score was.
  package internal(set) var deviation = 1.0
  package internal(set) var count = 1e-24

  package init() {}

  /// Takes note of a batch of scores.
  package mutating func update(_ scores: [Double]) {
    guard !scores.isEmpty else { return }
    let n = Double(scores.count)
    let batchMean = scores.reduce(0, +) / n
    let batchVariance = scores.reduce(0) { $0 + ($1 - batchMean) * ($1 - batchMean) } / n
    let delta = batchMean - mean
    let total = count + n
    let sum = batchVariance * n + variance * count + delta * delta * count * n / total
    mean += delta * n / total
    variance = sum / total
    count = total
    deviation = total > 1.5 ? (sum / (total - 1)).squareRoot() : 1
  }
}

/// The scores as the update sees them: divided by the running deviation if `scaling` (after taking
/// away the running mean if `norm`), then clipped to ±clip. The order is TRL 0.11's.
package func processedScores(
  _ scores: [Double], scaling: Bool, norm: Bool, clip: Double?, moments: inout RunningMoments
) -> [Double] {
  var result = scores
  if scaling {
    moments.update(scores)
    let scale = moments.deviation + Double(Float.ulpOfOne)
    let shift = norm ? moments.mean : 0
    result = result.map { ($0 - shift) / scale }
  }
  return clip.map { limit in result.map { min(max($0, -limit), limit) } } ?? result
}
