import RLXModels
import RLXTensor

/// A score of answers that learns from comparisons: of a language model, or of features.
package protocol PreferenceTrainer: StatefulTrainer {
  /// What it reads of prompt and answer.
  associatedtype Answer: Equatable & Sendable
  /// What the last `fit` or `step` was told.
  var settings: RewardModel.Settings { get set }
  var log: TrainLog { get set }
  var tokensSeen: Int { get set }
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
  /// The optimizer for these settings: the one there is, if its Adam settings are the same.
  func prepared(_ settings: RewardModel.Settings) throws(TrainingError) -> Stepper
}

/// What a fit did.
package struct FitResult {
  /// Its part of the log.
  package internal(set) var log = TrainLog()
  /// The step after which it stopped, if the stop rule said so.
  package internal(set) var stopped: Int?
  /// The step whose weights were kept, with what the held-out comparisons said there; nil: the last.
  package internal(set) var kept: (step: Int, value: Double)?
}

extension PreferenceTrainer {
  /// Answers scored in one pass where no gradient is kept.
  private var rowsAtOnce: Int { 64 }

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
    let metrics = try step(comparisons, stepper, of: planned)
    log.append(metrics)
    return metrics
  }

  /// Trains for `settings.epochs` seeded passes, or `settings.maxSteps`, or until the stop rule says
  /// that the held-out comparisons have had enough.
  @discardableResult
  package func fit(
    _ comparisons: [Comparison<Answer>], _ settings: RewardModel.Settings = RewardModel.Settings(),
    heldOut: [Comparison<Answer>] = [], report: Report = silent
  ) throws -> FitResult {
    try settings.check()
    let comparisons = try told(comparisons, settings)
    let heldOut = heldOut.isEmpty ? [] : try told(heldOut, settings)
    let stepper = try prepared(settings)
    let count = settings.stepCount(rows: comparisons.count)
    let planned = stepper.planned(count, maxSteps: settings.maxSteps)
    let every = settings.evalSteps ?? settings.stepCount(rows: comparisons.count, epochs: 1)
    var result = FitResult()
    var rule = StopRule(settings)
    var best: [Tensor]?
    for done in 0..<count {
      let rows = passes.next(settings.batchSize, of: comparisons.count, draws: &draws)
      var metrics = try step(rows.map { comparisons[$0] }, stepper, of: planned)
      if !heldOut.isEmpty, (done + 1) % every == 0 || done + 1 == count {
        let held = try evaluate(heldOut)
        metrics += held
        if rule.isBest(held.value(rule.metric.rawValue) ?? .nan, after: log.count + 1),
          settings.loadBestModelAtEnd
        {
          best = parameters.map(\.value)
        }
      }
      log.append(metrics)
      result.log.append(metrics)
      try report(TrainProgress(phase: "train", done: done + 1, total: count, metrics: metrics))
      if rule.isEnough {
        result.stopped = log.count
        break
      }
    }
    if let best, let kept = rule.best, kept.step != log.count {
      for (parameter, value) in zip(parameters, best) { parameter.value = value }
      result.kept = kept
    }
    return result
  }

  /// What the comparisons say without training on them: `eval_loss`, `eval_accuracy`, ….
  package func evaluate(_ comparisons: [Comparison<Answer>]) throws -> Metrics {
    let comparisons = try told(comparisons, settings)
    var loss = 0.0
    var all: [Float] = []
    for part in chunks(comparisons, of: rowsAtOnce) {
      let scores = try scores(part.flatMap(\.answers), recording: false)
      loss += Double(RewardLoss(part, settings)(scores).item) * Double(part.count)
      all += scores.array
    }
    let measured = measurements(all, comparisons)
    return [("eval_loss", loss / Double(comparisons.count))]
      + measured.map { ("eval_" + $0.name, $0.value) }
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

  private func step(_ comparisons: [Comparison<Answer>], _ stepper: Stepper, of planned: Int)
    throws -> Metrics
  {
    let rate = settings.optimizer.learningRate(after: stepper.steps, of: planned)
    let answers = comparisons.flatMap(\.answers)
    let scores = try scores(answers, recording: true)
    let loss = RewardLoss(comparisons, settings)(scores)
    try stepper.begin()
    try stepper.backward(loss)
    let norm = try stepper.step(learningRate: rate)
    tokensSeen += answers.reduce(0) { $0 + length($1) }
    return [("loss", Double(loss.item))] + measurements(scores.array, comparisons)
      + [("num_tokens", Double(tokensSeen)), ("learning_rate", rate), ("grad_norm", norm)]
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

/// When training stops: `patience` evaluations in a row that are not better than the best by more
/// than `threshold` (transformers' `EarlyStoppingCallback`).
struct StopRule {
  let metric: BestMetric
  private let patience: Int?
  private let threshold: Double
  private(set) var best: (step: Int, value: Double)?
  private var worse = 0

  init(_ settings: RewardModel.Settings) {
    metric = settings.metricForBestModel
    patience = settings.earlyStoppingPatience
    threshold = settings.earlyStoppingThreshold
  }

  /// Takes note of an evaluation; says whether it is the best so far.
  mutating func isBest(_ value: Double, after step: Int) -> Bool {
    let gain = best.map { metric == .loss ? $0.value - value : value - $0.value } ?? .infinity
    worse = gain > threshold ? 0 : worse + 1
    guard gain > 0 else { return false }
    best = (step, value)
    return true
  }

  var isEnough: Bool { patience.map { worse >= $0 } ?? false }
}

/// Which measurement of held-out comparisons says what is best.
package enum BestMetric: String, CaseIterable, Sendable {
  case loss = "eval_loss"
  case accuracy = "eval_accuracy"
}
