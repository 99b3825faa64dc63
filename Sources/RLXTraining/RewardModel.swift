import RLXModels
import RLXTensor

/// A model that scores answers: the trunk of a language model with a scalar head, read at the last
/// token of prompt + response, and trained on preferences (Bradley–Terry).
///
/// The head starts at N(0, 1/√(C + 1)) with bias 0 (lm-human-preferences). Trunk and head are
/// trained. As TRL's `RewardTrainer`, but no end token is appended, nothing is filtered by length,
/// and the learning rate is constant unless a schedule is asked for.
package final class RewardModel: Reward {
  /// The trunk: a copy, so that training the reward never changes the model it came from.
  package let model: LanguageModel
  package let head: ValueHead
  /// What the last `fit` or `step` was told.
  package internal(set) var settings: Settings
  package internal(set) var log = TrainLog()
  package internal(set) var tokensSeen = 0
  /// Floating-point operations of training so far, as `OperationCount` counts them.
  package internal(set) var flops = 0.0
  package internal(set) var draws: TrainerDraws
  package internal(set) var passes = Passes()
  /// The optimizer, from the first step on; a fit with other Adam settings starts a new one.
  var stepper: Stepper?

  /// A reward model with the weights of `model` and a fresh head.
  package init(from model: LanguageModel, draws: TrainerDraws) {
    var draws = draws
    let width = model.config.width
    let deviation = 1 / Float(width + 1).squareRoot()
    head = ValueHead(width: width, kind: .normal(deviation), draw: draws.next(.initial))
    self.model = model.copy()
    self.draws = draws
    settings = Settings()
  }

  init(model: LanguageModel, head: ValueHead, draws: TrainerDraws) {
    self.model = model
    self.head = head
    self.draws = draws
    settings = Settings()
  }

  /// The Bradley–Terry loss of a batch of pairs: a scalar with gradients, in nats.
  package func loss(_ pairs: [PreferencePair]) throws -> Tensor {
    let (chosen, rejected) = try bothRewards(pairs, recording: true)
    return bradleyTerryLoss(chosen: chosen, rejected: rejected)
  }

  /// One optimizer step on a batch of pairs; logs and returns what it measured.
  @discardableResult
  package func step(_ pairs: [PreferencePair]) throws -> Metrics {
    let stepper = try prepared(settings)
    return try step(pairs, stepper, of: stepper.planned(1, maxSteps: settings.maxSteps))
  }

  /// Trains for `settings.epochs` seeded passes over the pairs, or `settings.maxSteps`.
  ///
  /// Returns this fit's part of the log.
  @discardableResult
  package func fit(
    _ pairs: [PreferencePair], _ settings: Settings = Settings(), report: Report = silent
  ) throws -> TrainLog {
    try settings.check()
    guard !pairs.isEmpty else { throw nothing }
    let stepper = try prepared(settings)
    let count = settings.stepCount(rows: pairs.count)
    let planned = stepper.planned(count, maxSteps: settings.maxSteps)
    let before = log.count
    for done in 0..<count {
      let rows = passes.next(settings.rowsPerStep, of: pairs.count, draws: &draws)
      let metrics = try step(rows.map { pairs[$0] }, stepper, of: planned, report: report)
      try report(TrainProgress(phase: "train", done: done + 1, total: count, metrics: metrics))
    }
    return log.since(before)
  }

  /// The score of each sequence of ids (prompt + response).
  package func scores(_ sequences: [[Int32]]) throws -> [Float] {
    try chunks(sequences, of: Self.rowsAtOnce).flatMap { part in
      try rewards(part, recording: false).array
    }
  }

  /// The score of one sequence of ids (prompt + response).
  package func score(_ tokens: [Int32]) throws -> Float {
    try rewards([tokens], recording: false).item
  }

  package func scores(_ samples: [Sample]) throws -> [Double] {
    try scores(samples.map { $0.promptTokens + $0.responseTokens }).map(Double.init)
  }

  /// How many pairs it orders as people did; equal scores count as wrong.
  package func accuracy(_ pairs: [PreferencePair]) throws -> Accuracy {
    let scores = try scores(pairs.flatMap(sequences))
    let correct = pairs.indices.filter { scores[2 * $0] > scores[2 * $0 + 1] }.count
    return Accuracy(correct: correct, total: pairs.count)
  }

  private func step(
    _ pairs: [PreferencePair], _ stepper: Stepper, of planned: Int, report: Report = silent
  ) throws -> Metrics {
    guard !pairs.isEmpty else { throw nothing }
    let rate = settings.optimizer.learningRate(after: stepper.steps, of: planned)
    var scores: (chosen: [Float], rejected: [Float]) = ([], [])
    let (loss, norm) = try stepper.step(
      pairs, parts: settings.gradientAccumulationSteps, learningRate: rate, report: report
    ) { part, _ in
      let (chosen, rejected) = try bothRewards(part, recording: true)
      scores.chosen += chosen.array
      scores.rejected += rejected.array
      return bradleyTerryLoss(chosen: chosen, rejected: rejected)
    }
    let read = pairs.flatMap(sequences)
    tokensSeen += read.reduce(0) { $0 + $1.count }
    flops += OperationCount(model.config).trainingScores(read)
    let metrics: Metrics =
      [("loss", loss)] + rewardMetrics(scores.chosen, scores.rejected) + [
        ("num_tokens", Double(tokensSeen)), ("flops", flops), ("learning_rate", rate),
        ("grad_norm", norm),
      ]
    log.append(metrics)
    return metrics
  }

  /// What the scores of pairs say, under TRL's names.
  func rewardMetrics(_ chosen: [Float], _ rejected: [Float]) -> Metrics {
    let margins = zip(chosen, rejected).map { $0 - $1 }
    let all = chosen + rejected
    return [
      ("accuracy", Double(margins.filter { $0 > 0 }.count) / Double(max(1, margins.count))),
      ("margin", mean(margins)), ("mean_reward", mean(all)),
      ("min_reward", Double(all.min() ?? 0)), ("max_reward", Double(all.max() ?? 0)),
    ]
  }

  /// The rewards [B] of chosen and rejected answers, from one packed pass over all 2B.
  func bothRewards(_ pairs: [PreferencePair], recording: Bool) throws -> (Tensor, Tensor) {
    guard !pairs.isEmpty else { throw nothing }
    let all = try rewards(pairs.flatMap(sequences), recording: recording)
    let even = pairs.indices.map { 2 * $0 }
    return (all.rows(even), all.rows(even.map { $0 + 1 }))
  }

  /// The head's value [B] at the last token of each sequence.
  private func rewards(_ sequences: [[Int32]], recording: Bool) throws -> Tensor {
    if let row = sequences.firstIndex(where: \.isEmpty) {
      throw TrainingError.emptyRow(trainer: Settings.trainer, what: "sequence", row: row)
    }
    for sequence in sequences { try model.check(sequence, "prompt and response") }
    let batch = PackedBatch(sequences)
    let last = batch.offsets.dropFirst().map { Int($0) - 1 }
    let hidden = model.family.hidden(batch, recording: recording).rows(last)
    return head(hidden, recording: recording)
  }

  private func sequences(_ pair: PreferencePair) -> [[Int32]] {
    [pair.prompt + pair.chosen, pair.prompt + pair.rejected]
  }

  /// The optimizer for these settings: the one there is, if its Adam settings are the same.
  func prepared(_ settings: Settings) throws(TrainingError) -> Stepper {
    self.settings = settings
    if let stepper, stepper.continues(settings.optimizer) {
      stepper.settings = settings.optimizer
      return stepper
    }
    let fresh = try Stepper(
      trainer: Settings.trainer, model: model.name, parameters: model.parameters,
      others: [("score.weight", head.weight), ("score.bias", head.bias)],
      settings: settings.optimizer)
    stepper = fresh
    return fresh
  }

  var nothing: TrainingError {
    .nothing(
      trainer: Settings.trainer, what: "preference pairs",
      remedy: "label some comparisons; ties and skips teach nothing")
  }

  /// Sequences scored in one pass where no gradient is kept.
  private static let rowsAtOnce = 64
}

extension RewardModel {
  /// What `fit` can be told. Names of TRL's `RewardConfig` and transformers.
  package struct Settings: EpochSettings {
    /// TRL's 1e-4.
    package var optimizer = OptimizerSettings(learningRate: 1e-4)
    /// Pairs that go through the model at once, ≥ 1; transformers' 8.
    package var batchSize = 8
    /// Batches whose gradients make one optimizer step, ≥ 1; transformers' 1.
    package var gradientAccumulationSteps = 1
    /// Passes over the pairs, ≥ 1. InstructGPT's 1: reward models overfit; transformers has 3.
    package var epochs = 1
    /// Optimizer steps of a fit, ≥ 1; nil: by epochs.
    package var maxSteps: Int?

    package init() {}
  }
}

extension RewardModel.Settings {
  package static let trainer = "RewardModel"

  package static var table: [Setting<RewardModel.Settings>] {
    adamTable(usualRate: "1e-5 to 1e-4") + scheduleTable + epochTable("pairs")
  }
}

extension RewardModel: ValueSource {
  package var valueSource: (model: LanguageModel, head: ValueHead)? { (model, head) }
}
