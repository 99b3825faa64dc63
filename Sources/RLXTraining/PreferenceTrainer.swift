import RLXModels
import RLXTensor

/// A score of answers that learns from comparisons: of a language model, or of features.
package protocol PreferenceTrainer: StatefulTrainer {
  /// What it reads of prompt and answer.
  associatedtype Answer: Equatable & Sendable
  /// The settings of a fit that is told none.
  static var defaults: RewardModel.Settings { get }
  /// What the last `fit` or `step` was told.
  var settings: RewardModel.Settings { get set }
  var log: TrainLog { get set }
  var tokensSeen: Int { get set }
  /// Floating-point operations of training so far, as `OperationCount` counts them.
  var flops: Double { get set }
  var draws: TrainerDraws { get set }
  var passes: Passes { get set }
  /// How its scores are shifted and scaled for others; nil: they are as trained.
  var normalization: ScoreNormalization? { get set }
  /// What training changes.
  var parameters: [Parameter] { get }

  /// The scores [R] as they are trained, with gradients if `recording`.
  func scores(_ answers: [Answer], recording: Bool) throws -> Tensor
  /// How long an answer is with its prompt, in tokens.
  func length(_ answer: Answer) -> Int
  /// The operations of a training step on these answers.
  func trainingOperations(_ answers: [Answer]) -> Double
  /// Looks over all answers of a fit before its first step; nothing by default.
  func measure(_ answers: [Answer])
  /// The optimizer for these settings: the one there is, if its Adam settings are the same.
  func prepared(_ settings: RewardModel.Settings) throws(TrainingError) -> Stepper
}

extension PreferenceTrainer {
  /// Answers scored in one pass where no gradient is kept.
  private var rowsAtOnce: Int { 64 }

  package static var defaults: RewardModel.Settings { RewardModel.Settings() }
  package func measure(_ answers: [Answer]) {}

  /// The loss of a batch of comparisons: a scalar with gradients, in nats.
  package func loss(_ comparisons: [Comparison<Answer>]) throws -> Tensor {
    let comparisons = try told(comparisons, settings)
    return RewardLoss(comparisons, settings)(
      try scores(comparisons.flatMap(\.answers), recording: true))
  }

  /// One optimizer step on a batch of comparisons; logs and returns what it measured.
  @discardableResult
  package func step(_ comparisons: [Comparison<Answer>]) throws -> Metrics {
    let comparisons = try told(comparisons, settings)
    let stepper = try prepared(settings)
    let planned = stepper.planned(1, maxSteps: settings.maxSteps)
    return try step(comparisons, stepper, of: planned)
  }

  /// Trains for `settings.epochs` seeded passes, or `settings.maxSteps`. Returns its part of the log.
  @discardableResult
  package func fit(
    _ comparisons: [Comparison<Answer>], _ settings: RewardModel.Settings = RewardModel.Settings(),
    report: Report = silent
  ) throws -> TrainLog {
    try settings.check()
    let comparisons = try told(comparisons, settings)
    let stepper = try prepared(settings)
    let count = settings.stepCount(rows: comparisons.count)
    let planned = stepper.planned(count, maxSteps: settings.maxSteps)
    measure(comparisons.flatMap(\.answers))
    let before = log.count
    for done in 0..<count {
      let rows = passes.next(settings.rowsPerStep, of: comparisons.count, draws: &draws)
      let metrics = try step(rows.map { comparisons[$0] }, stepper, of: planned, report: report)
      try report(TrainProgress(phase: "train", done: done + 1, total: count, metrics: metrics))
    }
    return log.since(before)
  }

  /// The loss of training on comparisons that are not trained on, and what their scores say.
  package func evaluate(_ comparisons: [Comparison<Answer>], report: Report = silent) throws
    -> Metrics
  {
    let comparisons = try told(comparisons, settings)
    var (loss, all) = (0.0, [Float]())
    try inGroups(comparisons, of: settings.batchSize, report: report) { group in
      let scores = try scores(group.flatMap(\.answers), recording: false)
      let share = Double(group.count) / Double(comparisons.count)
      loss += Double(RewardLoss(group, settings)(scores).item) * share
      all += scores.array
    }
    return ([("loss", loss)] + measurements(all, comparisons)).heldOut
  }

  /// The scores as they are trained.
  package func rawScores(_ answers: [Answer]) throws -> [Float] {
    try chunks(answers, of: rowsAtOnce).flatMap { try scores($0, recording: false).array }
  }

  /// The scores for others: shifted and scaled, if that was asked for.
  package func scores(_ answers: [Answer]) throws -> [Float] {
    let raw = try rawScores(answers)
    return normalization.map { raw.map($0.callAsFunction) } ?? raw
  }

  /// How many pairs it orders as people did; equal scores count as wrong.
  package func accuracy(_ comparisons: [Comparison<Answer>]) throws -> Accuracy {
    let scores = try rawScores(comparisons.flatMap(\.answers))
    let pairs = decidedPairs(comparisons)
    let correct = pairs.filter { scores[$0.first] > scores[$0.second] }.count
    return Accuracy(correct: correct, total: pairs.count)
  }

  private func step(
    _ comparisons: [Comparison<Answer>], _ stepper: Stepper, of planned: Int,
    report: Report = silent
  ) throws -> Metrics {
    let rate = settings.optimizer.learningRate(after: stepper.steps, of: planned)
    var all: [Float] = []
    let (loss, norm) = try stepper.step(
      comparisons, parts: settings.gradientAccumulationSteps, learningRate: rate, report: report
    ) { part, _ in
      let scores = try scores(part.flatMap(\.answers), recording: true)
      all += scores.array
      return RewardLoss(part, settings)(scores)
    }
    let answers = comparisons.flatMap(\.answers)
    tokensSeen += answers.reduce(0) { $0 + length($1) }
    flops += trainingOperations(answers)
    let metrics: Metrics =
      [("loss", loss)] + measurements(all, comparisons) + [
        ("num_tokens", Double(tokensSeen)), ("flops", flops), ("learning_rate", rate),
        ("grad_norm", norm),
      ]
    log.append(metrics)
    return metrics
  }

  /// TRL's names. Accuracy and margin are of the pairs in which somebody was preferred.
  private func measurements(_ scores: [Float], _ comparisons: [Comparison<Answer>]) -> Metrics {
    let margins = decidedPairs(comparisons).map { scores[$0.first] - scores[$0.second] }
    let accuracy = Double(margins.filter { $0 > 0 }.count) / Double(margins.count)
    return (margins.isEmpty ? [] : [("accuracy", accuracy), ("margin", mean(margins))])
      + [
        ("mean_reward", mean(scores)), ("min_reward", Double(scores.min() ?? 0)),
        ("max_reward", Double(scores.max() ?? 0)),
      ]
  }

  /// The comparisons that teach something under these settings.
  private func told(_ comparisons: [Comparison<Answer>], _ settings: RewardModel.Settings)
    throws(TrainingError) -> [Comparison<Answer>]
  {
    let kept = settings.ties == .skip ? comparisons.filter { !$0.isTie } : comparisons
    guard kept.isEmpty else { return kept }
    throw .nothing(
      trainer: RewardModel.Settings.trainer, what: "preference pairs",
      remedy: comparisons.isEmpty
        ? "label some comparisons; ties and skips teach nothing"
        : "ties: \"half\" or \"rao_kupper\" learns of ties, which is all there is")
  }
}
