import RLXModels
import RLXTensor

/// Supervised fine-tuning: the likelihood of given completions.
///
/// The loss is the mean over all completion tokens of a batch, as in transformers and TRL 1.x: a
/// long completion weighs more than a short one. Departures from TRL 1.x: nothing is truncated
/// silently, and the learning rate is constant unless a schedule is asked for.
package final class SFT {
  package let model: LanguageModel
  package let settings: Settings
  package internal(set) var log = TrainLog()
  /// Tokens of all batches so far, prompts included.
  package internal(set) var tokensSeen = 0
  /// Floating-point operations of training so far, as `OperationCount` counts them.
  package internal(set) var flops = 0.0
  package internal(set) var draws: TrainerDraws
  package internal(set) var passes = Passes()
  let stepper: Stepper

  package init(_ model: LanguageModel, _ settings: Settings = Settings(), draws: TrainerDraws)
    throws(TrainingError)
  {
    try settings.check()
    stepper = try Stepper(
      trainer: Settings.trainer, model: model.name, parameters: model.parameters,
      models: [model], settings: settings.optimizer)
    self.model = model
    self.settings = settings
    self.draws = draws
  }

  /// The mean negative log-likelihood of a batch's trained tokens: a scalar with gradients, in nats.
  package func loss(_ batch: [Example]) throws -> Tensor {
    negativeLogLikelihood(try pass(pairs(batch)).logProbs)
  }

  /// One optimizer step on a batch; logs and returns what it measured.
  @discardableResult
  package func step(_ batch: [Example]) throws -> Metrics {
    try step(
      pairs(batch).map { [$0] }, of: stepper.planned(1, maxSteps: settings.maxSteps))
  }

  /// `steps` optimizer steps, or the epochs of the settings, over the examples in seeded passes.
  /// Packed blocks have at most `blockLength` tokens, or as many as the model reads.
  package func run(
    _ examples: [Example], steps: Int? = nil, epochs: Int? = nil, blockLength: Int? = nil,
    report: Report = silent
  ) throws {
    let context = model.config.context
    let blocks = try blocks(pairs(examples), length: min(blockLength ?? context, context))
    guard !blocks.isEmpty else { throw nothing }
    let count = settings.stepCount(rows: blocks.count, steps: steps, epochs: epochs)
    let planned = stepper.planned(count, maxSteps: settings.maxSteps)
    for done in 0..<count {
      let rows = passes.next(settings.rowsPerStep, of: blocks.count, draws: &draws)
      let metrics = try step(rows.map { blocks[$0] }, of: planned, report: report)
      try report(TrainProgress(phase: "train", done: done + 1, total: count, metrics: metrics))
    }
  }

  /// The loss is the mean over the trained tokens of all blocks, however they are divided into
  /// batches (transformers' `num_items_in_batch`).
  private func step(_ blocks: [[TokenPair]], of planned: Int, report: Report = silent) throws
    -> Metrics
  {
    guard !blocks.isEmpty else { throw nothing }
    let rate = settings.optimizer.learningRate(after: stepper.steps, of: planned)
    var (accuracy, entropy) = (0.0, 0.0)
    let (loss, norm) = try stepper.step(
      blocks, parts: settings.gradientAccumulationSteps, learningRate: rate,
      weight: { block in block.reduce(0) { $0 + $1.response.count } }, report: report
    ) { part, share in
      let pass = try pass(part.flatMap(\.self))
      accuracy += share * pass.accuracy
      entropy += share * pass.entropy
      return negativeLogLikelihood(pass.logProbs)
    }
    let batch = blocks.flatMap(\.self)
    tokensSeen += batch.reduce(0) { $0 + $1.prompt.count + $1.response.count }
    flops += OperationCount(model.config).training(batch)
    let metrics: Metrics = [
      ("loss", loss), ("mean_token_accuracy", accuracy), ("entropy", entropy),
      ("num_tokens", Double(tokensSeen)), ("flops", flops), ("learning_rate", rate),
      ("grad_norm", norm),
    ]
    log.append(metrics)
    return metrics
  }

  func pass(_ batch: [TokenPair], recording: Bool = true) throws -> ResponsePass {
    guard !batch.isEmpty else { throw nothing }
    return try ResponsePass(model, batch, recording: recording)
  }

  /// What each example gives and what it asks for: of a plain text all tokens but the first.
  func pairs(_ examples: [Example]) throws(TrainingError) -> [TokenPair] {
    var pairs: [TokenPair] = []
    pairs.reserveCapacity(examples.count)
    for (row, example) in examples.enumerated() {
      let all = tokens(example)
      let given = settings.completionOnlyLoss && !example.prompt.isEmpty ? example.prompt.count : 1
      guard all.count > given else {
        throw .emptyRow(trainer: Settings.trainer, what: "completion", row: row)
      }
      pairs.append((prompt: Array(all[..<given]), response: Array(all[given...])))
    }
    return pairs
  }

  /// Prompt and completion, with the model's end token behind if that is wanted and missing.
  func tokens(_ example: Example) -> [Int32] {
    let all = example.prompt + example.completion
    guard settings.appendEos, !example.isWhole,
      let end = model.tokenizer.end ?? model.stopTokens.first,
      all.last != end
    else { return all }
    return all + [end]
  }

  var nothing: TrainingError {
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
    /// Whether it ends as it is to end, as what a chat template wrote does: no end token is added.
    package var isWhole: Bool

    package init(prompt: [Int32] = [], completion: [Int32], isWhole: Bool = false) {
      self.prompt = prompt
      self.completion = completion
      self.isWhole = isWhole
    }
  }

  /// What an SFT trainer can be told. Names of TRL 1.x's `SFTConfig` and transformers.
  package struct Settings: EpochSettings {
    /// TRL's 2e-5.
    package var optimizer = OptimizerSettings(learningRate: 2e-5)
    /// Examples that go through the model at once, ≥ 1; transformers' 8.
    package var batchSize = 8
    /// Batches whose gradients make one optimizer step, ≥ 1; transformers' 1.
    package var gradientAccumulationSteps = 1
    /// Passes over the examples where no steps are given, ≥ 1; transformers has 3.
    package var epochs = 1
    /// Optimizer steps of a run, ≥ 1; nil: by epochs.
    package var maxSteps: Int?
    /// Whether the end token follows each completion, so that the model learns to stop.
    package var appendEos = true
    /// Whether only completion tokens are trained on, not the prompt's.
    package var completionOnlyLoss = true
    /// Whether `batchSize` counts blocks that rows share, not rows.
    package var packing = false
    package var packingStrategy = PackingStrategy.bestFit

    package init() {}
  }
}

extension SFT.Settings {
  package static let trainer = "SFT"

  package static var table: [Setting<SFT.Settings>] {
    adamTable(usualRate: "1e-5 to 1e-4") + scheduleTable + epochTable("examples") + [
      .bool(
        "append_eos", \.appendEos, aliases: ["add_eos"], usual: "true, or it never learns to stop",
        "whether the end token follows each completion"),
      .bool(
        "completion_only_loss", \.completionOnlyLoss, usual: "true",
        "whether only completion tokens are trained on"),
      .bool(
        "packing", \.packing, usual: "true for pretraining; false for demonstrations",
        "whether rows share blocks of max_length tokens, of which batch_size make a step"),
      .choice(
        "packing_strategy", \.packingStrategy, usual: "\"bfd\"",
        "bfd: whole rows, each with attention of its own; wrapped: texts end to end, cut when full"),
    ]
  }
}
