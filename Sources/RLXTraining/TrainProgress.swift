/// One entry of a log: names and values in a fixed order.
package typealias Metrics = [(name: String, value: Double)]

/// Where a trainer stands. Handed to the `Report` at every counted point.
package struct TrainProgress {
  /// What is going on: "generate", "update", "accumulate", "evaluate", "train", or "step" when a step
  /// has been logged.
  package var phase: String
  /// How much of it is done, and out of how much.
  package var done: Int
  package var total: Int
  /// The numbers of the step just completed, where one was.
  package var metrics: Metrics?
  /// What a person should know of that step.
  package var warnings: [TrainWarning]

  package init(
    phase: String, done: Int, total: Int, metrics: Metrics? = nil, warnings: [TrainWarning] = []
  ) {
    self.phase = phase
    self.done = done
    self.total = total
    self.metrics = metrics
    self.warnings = warnings
  }
}

/// Called at each counted point: after every optimizer step, generated token position and logged
/// step. Throwing stops the trainer there; every object is then as the last completed optimizer
/// step left it.
package typealias Report = (TrainProgress) throws -> Void

/// The report of those who want none.
package func silent(_ progress: TrainProgress) {}

/// Something a person should know of that is no error. Trainers never print: results carry these.
package enum TrainWarning: Equatable, Sendable {
  /// Every answer of a batch had the same score, so that the scores teach nothing.
  case equalScores(Double, count: Int)
  /// The mean KL of a batch is below −1: the answers were not sampled from this policy as it is.
  case negativeKL(Double)
  /// The mean KL of a batch is more than ten times the target: the policy has left the reference.
  case largeKL(Double, target: Double)
  /// Answers were sampled at one temperature and their log-probabilities taken at another.
  case otherTemperature(sampled: Double, measured: Double)
  /// No answer of a batch had a token; nothing was updated.
  case noTokens
  /// The mean ratio of a mini-batch exceeded ratio_threshold; it was left out.
  case ratioAboveThreshold(Double, threshold: Double)
}

extension TrainWarning: CustomStringConvertible {
  package var description: String {
    switch self {
    case .equalScores(let score, let count):
      "all \(count) scores are \(score): there is nothing to learn from them but the KL term"
    case .negativeKL(let kl):
      "objective/kl is \(kl): were the answers sampled with other settings than the update uses?"
    case .largeKL(let kl, let target):
      "objective/kl is \(kl), more than ten times target \(target): the policy has left the reference; "
        + "raise kl_coef, lower learning_rate, or set early_stopping"
    case .otherTemperature(let sampled, let measured):
      "answers were sampled at temperature \(sampled), their log-probabilities are those of "
        + "\(measured): ratios and KL are of another distribution; say scale_logprobs: true"
    case .noTokens: "no answer has a token: nothing was updated"
    case .ratioAboveThreshold(let ratio, let threshold):
      "a mini-batch was left out: its mean ratio \(ratio) is above ratio_threshold \(threshold)"
    }
  }
}
