import RLXModels
import RLXTensor

/// A process reward model: the probability that each step of an answer is right.
///
/// A copy of a language model's trunk with a head of two classes, read at the last token of each
/// step and trained with cross-entropy on people's judgements of steps (Uesato et al. 2022,
/// arXiv 2211.14275; Lightman et al. 2023, arXiv 2305.20050). Tokens, labels, loss and accuracy are
/// those of TRL 1.9's `PRMTrainer`; but nothing is truncated silently, and the learning rate is
/// constant unless a schedule is asked for.
package final class PRM {
  /// The trunk: a copy, so that training never changes the model it came from.
  package let model: LanguageModel
  package let head: ClassifierHead
  package let settings: Settings
  package internal(set) var log = TrainLog()
  /// Tokens of all batches so far.
  package internal(set) var tokensSeen = 0
  /// Floating-point operations of training so far, as `OperationCount` counts them.
  package internal(set) var flops = 0.0
  package internal(set) var draws: TrainerDraws
  package internal(set) var passes = Passes()
  let stepper: Stepper
  /// What stands behind every step.
  let separator: [Int32]

  /// A process reward model with the weights of `model` and a fresh head.
  package convenience init(
    from model: LanguageModel, settings: Settings = Settings(), draws: TrainerDraws
  ) throws(TrainingError) {
    var draws = draws
    let head = ClassifierHead(
      width: model.config.width, classes: Self.classes, deviation: model.config.initialRange,
      draw: draws.next(.initial))
    try self.init(model: model.trunk(), head: head, settings: settings, draws: draws)
  }

  init(
    model: LanguageModel, head: ClassifierHead, settings: Settings, draws: TrainerDraws
  ) throws(TrainingError) {
    try settings.check()
    stepper = try Stepper(
      trainer: Settings.trainer, model: model.name, parameters: model.parameters,
      others: head.parameters.map { ($0.name, $0) }, models: [model],
      settings: settings.optimizer)
    self.model = model
    self.head = head
    self.settings = settings
    self.draws = draws
    separator = model.tokenizer.encode(settings.stepSeparator, special: false)
  }

  /// Wrong and right.
  static let classes = 2

  /// The mean cross-entropy of all labelled steps of a batch: a scalar with gradients, in nats.
  package func loss(_ rows: [Row]) throws -> Tensor {
    try measure(rows, recording: true).loss
  }

  /// One optimizer step on a batch; logs and returns what it measured.
  @discardableResult
  package func step(_ rows: [Row]) throws -> Metrics {
    try step(rows, of: stepper.planned(1, maxSteps: settings.maxSteps))
  }

  /// `steps` optimizer steps, or the epochs of the settings, over the rows in seeded passes.
  package func run(
    _ rows: [Row], steps: Int? = nil, epochs: Int? = nil, report: Report = silent
  ) throws {
    guard !rows.isEmpty else { throw nothing }
    let count = settings.stepCount(rows: rows.count, steps: steps, epochs: epochs)
    let planned = stepper.planned(count, maxSteps: settings.maxSteps)
    for done in 0..<count {
      let places = passes.next(settings.rowsPerStep, of: rows.count, draws: &draws)
      let metrics = try step(places.map { rows[$0] }, of: planned, report: report)
      try report(TrainProgress(phase: "train", done: done + 1, total: count, metrics: metrics))
    }
  }

  /// The probability that a step is right, of each step of each row.
  package func probabilities(_ rows: [Row]) throws -> [[Double]] {
    var all: [[Double]] = []
    for part in chunks(rows, of: Self.rowsAtOnce) {
      let logits = try logits(part, recording: false)
      let shares = logits.softmax(axis: -1).array
      var next = 0
      for row in part {
        all.append(row.places.indices.map { Double(shares[Self.classes * (next + $0) + 1]) })
        next += row.places.count
      }
    }
    return all
  }

  /// How many steps it judges as people did: those it gives more than ½ are right.
  package func accuracy(_ rows: [Row]) throws -> Accuracy {
    let judged = try probabilities(rows).joined()
    let labels = rows.flatMap(\.labels)
    let correct = zip(judged, labels).filter { ($0 > 0.5) == $1 }.count
    return Accuracy(correct: correct, total: labels.count)
  }

  /// The loss is the mean over the labelled steps of all rows, however they are divided into batches
  /// (transformers' `num_items_in_batch`).
  private func step(_ rows: [Row], of planned: Int, report: Report = silent) throws -> Metrics {
    guard !rows.isEmpty else { throw nothing }
    let rate = settings.optimizer.learningRate(after: stepper.steps, of: planned)
    var accuracy = 0.0
    let (loss, norm) = try stepper.step(
      rows, parts: settings.gradientAccumulationSteps, learningRate: rate,
      weight: { $0.places.count }, report: report
    ) { part, share in
      let measured = try measure(part, recording: true)
      accuracy += share * measured.accuracy
      return measured.loss
    }
    tokensSeen += rows.reduce(0) { $0 + $1.tokens.count }
    flops += OperationCount(model.config).trainingScores(rows.map(\.tokens))
    let metrics: Metrics = [
      ("loss", loss), ("accuracy", accuracy), ("num_tokens", Double(tokensSeen)), ("flops", flops),
      ("learning_rate", rate), ("grad_norm", norm),
    ]
    log.append(metrics)
    return metrics
  }

  func measure(_ rows: [Row], recording: Bool) throws -> (loss: Tensor, accuracy: Double) {
    let logits = try logits(rows, recording: recording)
    let targets = rows.flatMap(\.labels).map { $0 ? 1 : 0 as Int32 }
    let hits = zip(logits.argmaxRows(), targets).filter { $0 == $1 }.count
    return (
      negativeLogLikelihood(logits.tokenLogProbs(targets)), Double(hits) / Double(targets.count)
    )
  }

  /// The head's scores [S, 2] at the last token of each of the S labelled steps of all rows.
  private func logits(_ rows: [Row], recording: Bool) throws -> Tensor {
    guard !rows.isEmpty else { throw nothing }
    for (number, row) in rows.enumerated() {
      guard !row.places.isEmpty else {
        throw TrainingError.emptyRow(trainer: Settings.trainer, what: "steps of row", row: number)
      }
      try model.check(row.tokens, "prompt and steps")
    }
    let batch = model.packed(rows.map(\.tokens))
    let places = zip(batch.offsets, rows).flatMap { start, row in row.places.map { Int(start) + $0 }
    }
    let hidden = try model.pass { $0.hidden(batch, recording: recording).rows(places) }
    return head(hidden, recording: recording)
  }

  var nothing: TrainingError {
    .nothing(
      trainer: Settings.trainer, what: "rows of labelled steps",
      remedy: "Dataset([{prompt: \"…\", completions: [\"…\", \"…\"], labels: [true, false]}])")
  }

  /// Rows judged in one pass where no gradient is kept.
  private static let rowsAtOnce = 64
}

extension PRM {
  /// What a process reward model can be told. Names of TRL's `PRMConfig` and transformers.
  package struct Settings: EpochSettings {
    /// TRL's 1e-5.
    package var optimizer = OptimizerSettings(learningRate: 1e-5)
    /// Rows that go through the model at once, ≥ 1; transformers' 8.
    package var batchSize = 8
    /// Batches whose gradients make one optimizer step, ≥ 1; transformers' 1.
    package var gradientAccumulationSteps = 1
    /// Passes over the rows where no steps are given, ≥ 1; transformers has 3.
    package var epochs = 1
    /// Optimizer steps of a run, ≥ 1; nil: by epochs.
    package var maxSteps: Int?
    /// What stands behind each step; its last token is where the step is judged. TRL's "\n".
    package var stepSeparator = "\n"
    /// Whether only the last step of each row is trained on, so that outcomes alone are learned.
    package var trainOnLastStepOnly = false

    package init() {}
  }
}

extension PRM.Settings {
  package static let trainer = "PRM"

  package static var table: [Setting<PRM.Settings>] {
    adamTable(usualRate: "1e-6 to 1e-5") + scheduleTable + epochTable("rows") + [
      .text(
        "step_separator", \.stepSeparator, usual: #""\n""#,
        "what stands behind each step, where it is judged"),
      .bool(
        "train_on_last_step_only", \.trainOnLastStepOnly, usual: "false",
        "whether only the last step of a row is trained on; all are judged"),
    ]
  }
}
