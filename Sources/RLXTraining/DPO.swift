import RLXModels
import RLXTensor

/// Direct preference optimisation: the policy itself as the reward model (Rafailov et al. 2023,
/// arXiv 2305.18290).
///
/// Log-probabilities are summed over each answer's tokens. As TRL's `DPOTrainer`, but no end token
/// is appended, nothing is truncated, and the learning rate is constant unless a schedule is asked
/// for.
package final class DPO {
  package let policy: LanguageModel
  package let reference: LanguageModel
  package let settings: Settings
  package internal(set) var log = TrainLog()
  package internal(set) var tokensSeen = 0
  /// Floating-point operations of training so far, as `OperationCount` counts them.
  package internal(set) var flops = 0.0
  package internal(set) var draws: TrainerDraws
  package internal(set) var passes = Passes()
  let stepper: Stepper

  /// A trainer of `policy`; without a reference it takes a frozen copy of the policy as it is now.
  package init(
    policy: LanguageModel, reference: LanguageModel? = nil, settings: Settings = Settings(),
    draws: TrainerDraws
  ) throws(TrainingError) {
    try settings.check()
    stepper = try Stepper(
      trainer: Settings.trainer, model: policy.name, parameters: policy.parameters,
      models: [policy], settings: settings.optimizer)
    self.reference = try referenceModel(reference, for: policy, trainer: Settings.trainer)
    self.policy = policy
    self.settings = settings
    self.draws = draws
  }

  /// The mean loss of a batch of pairs: a scalar with gradients, in nats; ln 2 where policy and
  /// reference agree.
  package func loss(_ pairs: [PreferencePair]) throws -> Tensor {
    try losses(try measure(pairs)).mean()
  }

  /// One optimizer step on a batch of pairs; logs and returns what it measured.
  @discardableResult
  package func step(_ pairs: [PreferencePair]) throws -> Metrics {
    try step(pairs, of: stepper.planned(1, maxSteps: settings.maxSteps))
  }

  /// `steps` optimizer steps, or the epochs of the settings, over the pairs in seeded passes.
  package func run(
    _ pairs: [PreferencePair], steps: Int? = nil, epochs: Int? = nil, report: Report = silent
  ) throws {
    guard !pairs.isEmpty else { throw nothing }
    let count = settings.stepCount(rows: pairs.count, steps: steps, epochs: epochs)
    let planned = stepper.planned(count, maxSteps: settings.maxSteps)
    for done in 0..<count {
      let rows = passes.next(settings.rowsPerStep, of: pairs.count, draws: &draws)
      let metrics = try step(rows.map { pairs[$0] }, of: planned, report: report)
      try report(TrainProgress(phase: "train", done: done + 1, total: count, metrics: metrics))
    }
  }

  /// What one batch says: summed log-probabilities [B] of both answers under both models.
  struct Measured {
    let chosen, rejected, refChosen, refRejected: Tensor
  }

  func losses(_ batch: Measured) throws -> Tensor {
    switch settings.lossType {
    case .sigmoid:
      dpoLosses(
        chosen: batch.chosen, rejected: batch.rejected, refChosen: batch.refChosen,
        refRejected: batch.refRejected, beta: Float(settings.beta),
        labelSmoothing: Float(settings.labelSmoothing))
    }
  }

  /// One packed pass of each model over all 2B answers.
  func measure(_ pairs: [PreferencePair], recording: Bool = true) throws -> Measured {
    guard !pairs.isEmpty else { throw nothing }
    let rows = pairs.flatMap {
      [(prompt: $0.prompt, response: $0.chosen), (prompt: $0.prompt, response: $0.rejected)]
    }
    func sums(_ model: LanguageModel, recording: Bool) throws -> (Tensor, Tensor) {
      let pass = try ResponsePass(model, rows, recording: recording)
      let all = sequenceSums(pass.logProbs, offsets: pass.offsets)
      let even = pairs.indices.map { 2 * $0 }
      return (all.rows(even), all.rows(even.map { $0 + 1 }))
    }
    let (chosen, rejected) = try sums(policy, recording: recording)
    let (refChosen, refRejected) = try sums(reference, recording: false)
    return Measured(
      chosen: chosen, rejected: rejected, refChosen: refChosen, refRejected: refRejected)
  }

  private func step(
    _ pairs: [PreferencePair], of planned: Int, report: Report = silent
  ) throws -> Metrics {
    guard !pairs.isEmpty else { throw nothing }
    let rate = settings.optimizer.learningRate(after: stepper.steps, of: planned)
    var measures = WeightedMeans()
    let (loss, norm) = try stepper.step(
      pairs, parts: settings.gradientAccumulationSteps, learningRate: rate, report: report
    ) { part, share in
      let batch = try measure(part)
      measures.add(rewardMetrics(batch), weight: share)
      return try losses(batch).mean()
    }
    tokensSeen += pairs.reduce(0) { $0 + 2 * $1.prompt.count + $1.chosen.count + $1.rejected.count }
    let read = pairs.flatMap { [($0.prompt, $0.chosen), ($0.prompt, $0.rejected)] }
    flops +=
      OperationCount(policy.config).training(read) + OperationCount(reference.config).reading(read)
    let metrics: Metrics =
      [("loss", loss)] + measures.means + [
        ("num_tokens", Double(tokensSeen)), ("flops", flops), ("learning_rate", rate),
        ("grad_norm", norm),
      ]
    log.append(metrics)
    return metrics
  }

  /// The implicit rewards β(log π − log π_ref), under TRL's names.
  func rewardMetrics(_ batch: Measured) -> Metrics {
    let beta = Float(settings.beta)
    let chosen = zip(batch.chosen.array, batch.refChosen.array).map { beta * ($0 - $1) }
    let rejected = zip(batch.rejected.array, batch.refRejected.array).map { beta * ($0 - $1) }
    let margins = zip(chosen, rejected).map { $0 - $1 }
    return [
      ("rewards/chosen", mean(chosen)), ("rewards/rejected", mean(rejected)),
      ("rewards/accuracies", mean(margins.map { $0 > 0 ? 1.0 : 0.0 })),
      ("rewards/margins", mean(margins)), ("logps/chosen", mean(batch.chosen.array)),
      ("logps/rejected", mean(batch.rejected.array)),
    ]
  }

  var nothing: TrainingError {
    .nothing(
      trainer: Settings.trainer, what: "preference pairs",
      remedy: "label some comparisons; ties and skips teach nothing")
  }
}

extension DPO {
  /// Which function of the margin is the loss.
  package enum LossType: String, SettingChoice { case sigmoid }

  /// What a DPO trainer can be told. Names of TRL's `DPOConfig` and transformers.
  package struct Settings: EpochSettings {
    /// TRL's 1e-6.
    package var optimizer = OptimizerSettings(learningRate: 1e-6)
    /// How strongly the policy is held to the reference, > 0; TRL's 0.1.
    package var beta = 0.1
    package var lossType = LossType.sigmoid
    /// The share of labels assumed to be wrong, in [0, 0.5); TRL's 0.
    package var labelSmoothing = 0.0
    /// Pairs that go through the model at once, ≥ 1; transformers' 8.
    package var batchSize = 8
    /// Batches whose gradients make one optimizer step, ≥ 1; transformers' 1.
    package var gradientAccumulationSteps = 1
    /// Passes over the pairs where no steps are given, ≥ 1; transformers has 3.
    package var epochs = 1
    /// Optimizer steps of a run, ≥ 1; nil: by epochs.
    package var maxSteps: Int?

    package init() {}
  }
}

extension DPO.Settings {
  package static let trainer = "DPO"

  package static var table: [Setting<DPO.Settings>] {
    adamTable(usualRate: "5e-7 to 5e-6") + scheduleTable + epochTable("pairs") + [
      .number(
        "beta", \.beta, .above(0), usual: "0.01 to 0.5",
        "how strongly the policy is held to the reference"),
      .choice(
        "loss_type", \.lossType, usual: "\"sigmoid\"",
        "which function of the margin is the loss"),
      .number(
        "label_smoothing", \.labelSmoothing, .halfOpen(0, 0.5), usual: "0 to 0.3",
        "share of labels assumed to be wrong"),
    ]
  }
}
