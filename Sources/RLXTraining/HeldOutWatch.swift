import RLXTensor

/// Which measurement of held-out comparisons says what is best.
package enum BestMetric: String, SettingChoice {
  case loss = "eval_loss"
  case accuracy = "eval_accuracy"
}

/// Watches the evaluations of a fit: keeps the weights that were best, and says when to stop, after
/// `early_stopping_patience` evaluations in a row that are not better than the best by more than
/// `early_stopping_threshold` (transformers' `EarlyStoppingCallback`).
package final class HeldOutWatch {
  /// The step that was best so far, with what was measured there.
  package private(set) var best: (step: Int, value: Double)?
  private let settings: RewardModel.Settings
  private let parameters: [Parameter]
  /// The weights of the best step; they share memory with the model's until those change.
  private var weights: [Tensor] = []
  private var worse = 0

  package init(_ trainer: some PreferenceTrainer, _ settings: RewardModel.Settings) {
    self.settings = settings
    parameters = trainer.parameters
  }

  /// Takes note of an evaluation after a step.
  package func note(_ metrics: Metrics, after step: Int) {
    let metric = settings.metricForBestModel
    let value = metrics.value(metric.rawValue) ?? .nan
    let gain = best.map { metric == .loss ? $0.value - value : value - $0.value } ?? .infinity
    worse = gain > settings.earlyStoppingThreshold ? 0 : worse + 1
    guard gain > 0 else { return }
    best = (step, value)
    if settings.loadBestModelAtEnd { weights = parameters.map(\.value) }
  }

  package var isEnough: Bool { settings.earlyStoppingPatience.map { worse >= $0 } ?? false }

  /// Puts the best weights back after the last step; says whether they are another's than that one's.
  package func keepBest(after last: Int) -> Bool {
    guard let best, best.step != last, !weights.isEmpty else { return false }
    for (parameter, value) in zip(parameters, weights) { parameter.value = value }
    return true
  }
}
