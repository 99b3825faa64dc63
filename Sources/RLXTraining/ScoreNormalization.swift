/// What scores are shifted and scaled by before a policy is trained on them: (r − mean) / deviation,
/// so that the answers it was made from score 0 on average, with deviation 1
/// (Ziegler et al. 2019, arXiv 1909.08593, section 2.1; its code has the gain 1 / deviation).
///
/// The order of answers does not change, nor what training sees.
package struct ScoreNormalization: Equatable, Sendable {
  package var mean: Double
  package var deviation: Double

  package init(mean: Double, deviation: Double) {
    self.mean = mean
    self.deviation = deviation
  }

  /// From scores: their mean and, unless `shiftOnly`, their deviation, √ mean (r − mean)². Shifting
  /// alone is Stiennon et al. 2020 (arXiv 2009.01325, section 3.4). nil where there is no mean, or
  /// all scores are the same and nothing says how far apart is far.
  package init?(of scores: [Float], shiftOnly: Bool) {
    guard !scores.isEmpty else { return nil }
    let center = RLXTraining.mean(scores)
    let squares = RLXTraining.mean(scores.map { (Double($0) - center) * (Double($0) - center) })
    let spread = shiftOnly ? 1 : squares.squareRoot()
    guard spread > 0, spread.isFinite, center.isFinite else { return nil }
    self.init(mean: center, deviation: spread)
  }

  /// As counters of a trainer's state tell it: `score_mean`, `score_deviation`; none is 0.
  init?(counters state: TrainerState) {
    let deviation = state.counter("score_deviation")
    guard deviation > 0 else { return nil }
    self.init(mean: state.counter("score_mean"), deviation: deviation)
  }

  package func callAsFunction(_ score: Float) -> Float {
    Float((Double(score) - mean) / deviation)
  }
}
