/// How the scores of several reward models become one (Coste et al. 2023, arXiv 2310.02743, eqs. 2
/// to 4).
package enum ScoreCombination: String, CaseIterable, Sendable {
  /// The mean.
  case mean
  /// The lowest: worst-case optimisation.
  case worst
  /// mean − λ · variance, the variance (1/k) Σ (r_i − mean)² being within the ensemble:
  /// uncertainty-weighted optimisation.
  case uncertainty

  /// One score of the members' scores of one answer; `weight` is λ.
  package func callAsFunction(_ scores: [Double], weight: Double) -> Double {
    let center = RLXTraining.mean(scores)
    switch self {
    case .mean: return center
    case .worst: return scores.min() ?? 0
    case .uncertainty:
      return center - weight * RLXTraining.mean(scores.map { ($0 - center) * ($0 - center) })
    }
  }
}
