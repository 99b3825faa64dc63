import RLXModels
import RLXTensor

/// Supervised fine-tuning: the likelihood of given completions.
///
/// The loss is the mean over all completion tokens of a batch, as in transformers and TRL 1.x: a
/// long completion weighs more than a short one. Departures from TRL 1.x: nothing is truncated or
/// packed, and the learning rate is constant unless a schedule is asked for.
package final class SFT {
  package let model: LanguageModel
  package let settings: Settings
  package internal(set) var log = TrainLog()
  /// Tokens of all batches so far, prompts included.
  package internal(set) var tokensSeen = 0
  package internal(set) var draws: TrainerDraws
  package internal(set) var passes = Passes()
  let stepper: Stepper

  package init(_ model: LanguageModel, _ settings: Settings = Settings(), draws: TrainerDraws)
    throws(TrainingError)
  {
    try settings.check()
    stepper = try Stepper(
      trainer: Settings.trainer, model: model.name, parameters: model.parameters,
      settings: settings.optimizer)
    self.model = model
    self.settings = settings
    self.draws = draws
  }

  /// The mean negative log-likelihood of a batch's trained tokens: a scalar with gradients, in nats.
  package func loss(_ batch: [Example]) throws -> Tensor {
    negativeLogLikelihood(try pass(batch).logProbs(temperature: 1))
  }

  /// One optimizer step on a batch; logs and returns what it measured.
  @discardableResult
  package func step(_ batch: [Example]) throws -> Metrics {
    try step(batch, of: stepper.steps + 1)
  }

  /// `steps` optimizer steps, or the epochs of the settings, over the examples in seeded passes.
  package func run(
    _ examples: [Example], steps: Int? = nil, epochs: Int? = nil, report: Report = silent
  ) throws {
    guard !examples.isEmpty else { throw nothing }
    let count = settings.stepCount(rows: examples.count, steps: steps, epochs: epochs)
    let planned = stepper.planned(count)
    for done in 0..<count {
      let rows = passes.next(settings.batchSize, of: examples.count, draws: &draws)
      let metrics = try step(rows.map { examples[$0] }, of: planned)
      try report(TrainProgress(phase: "train", done: done + 1, total: count, metrics: metrics))
    }
  }

  private func step(_ batch: [Example], of planned: Int) throws -> Metrics {
    let rate = settings.optimizer.learningRate(after: stepper.steps, of: planned)
    let pass = try pass(batch)
    let loss = negativeLogLikelihood(pass.logProbs(temperature: 1))
    let (accuracy, entropy) = (pass.accuracy, pass.entropy)
    try stepper.begin()
    try stepper.backward(loss)
    let norm = try stepper.step(learningRate: rate)
    tokensSeen += batch.reduce(0) { $0 + tokens($1).count }
    let metrics: Metrics = [
      ("loss", Double(loss.item)), ("mean_token_accuracy", accuracy), ("entropy", entropy),
      ("num_tokens", Double(tokensSeen)), ("learning_rate", rate), ("grad_norm", norm),
    ]
    log.append(metrics)
    return metrics
  }

  private func pass(_ batch: [Example]) throws -> ResponsePass {
    guard !batch.isEmpty else { throw nothing }
    let pairs = try batch.enumerated().map { row, example in
      let all = tokens(example)
      let given = settings.completionOnlyLoss && !example.prompt.isEmpty ? example.prompt.count : 1
      guard all.count > given else {
        throw TrainingError.emptyRow(trainer: Settings.trainer, what: "completion", row: row)
      }
      return (prompt: Array(all[..<given]), response: Array(all[given...]))
    }
    return try ResponsePass(model, pairs, recording: true)
  }

  /// Prompt and completion, with the model's end token behind if that is wanted and missing.
  func tokens(_ example: Example) -> [Int32] {
    let all = example.prompt + example.completion
    guard settings.appendEos, let end = model.tokenizer.end ?? model.stopTokens.first,
      all.last != end
    else { return all }
    return all + [end]
  }

  private var nothing: TrainingError {
    .nothing(
      trainer: Settings.trainer, what: "examples",
      remedy: "Dataset([{prompt: \"…\", completion: \"…\"}])")
  }
}

extension SFT {
  /// A demonstration, as ids. A plain text has no prompt, and every token of it but the first,
  /// which nothing precedes, is trained on.
  package struct Example: Equatable, Sendable {
    package var prompt: [Int32]
    package var completion: [Int32]

    package init(prompt: [Int32] = [], completion: [Int32]) {
      self.prompt = prompt
      self.completion = completion
    }
  }

  /// What an SFT trainer can be told. Names of TRL 1.x's `SFTConfig` and transformers.
  package struct Settings: EpochSettings {
    /// TRL's 2e-5.
    package var optimizer = OptimizerSettings(learningRate: 2e-5)
    /// Examples an optimizer step sees, ≥ 1; transformers' 8.
    package var batchSize = 8
    /// Passes over the examples where no steps are given, ≥ 1; transformers has 3.
    package var epochs = 1
    /// Optimizer steps of a run, ≥ 1; nil: by epochs.
    package var maxSteps: Int?
    /// Whether the end token follows each completion, so that the model learns to stop.
    package var appendEos = true
    /// Whether only completion tokens are trained on, not the prompt's.
    package var completionOnlyLoss = true

    package init() {}
  }
}

extension SFT.Settings {
  package static let trainer = "SFT"

  package static var table: [Setting<SFT.Settings>] {
    adamTable + scheduleTable + epochTable("examples") + [
      .bool(
        "append_eos", \.appendEos, aliases: ["add_eos"],
        "whether the end token follows each completion"),
      .bool(
        "completion_only_loss", \.completionOnlyLoss,
        "whether only completion tokens are trained on"),
    ]
  }
}
