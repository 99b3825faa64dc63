import RLXModels
import RLXTensor

/// A model that scores answers: the trunk of a language model with a scalar head, read at the last
/// token of prompt + response, and trained on comparisons.
///
/// The head starts at N(0, 1/√(C + 1)) (lm-human-preferences) and has no bias (transformers'
/// sequence classification). Trunk and head are trained. As TRL's `RewardTrainer`, but no end token
/// is appended, nothing is filtered by length, and the learning rate is constant unless a schedule
/// is asked for.
package final class RewardModel: PreferenceTrainer, Reward {
  /// The trunk: a copy, so that training the reward never changes the model it came from.
  package let model: LanguageModel
  /// Its bias is 0 and stays so, except in a model saved before heads had none.
  package let head: ValueHead
  package var settings: Settings
  package var log = TrainLog()
  package var tokensSeen = 0
  package var flops = 0.0
  package var draws: TrainerDraws
  package var passes = Passes()
  package var normalization: ScoreNormalization?
  /// The optimizer, from the first step on; a fit with other Adam settings starts a new one.
  var stepper: Stepper?

  /// A reward model with the weights of `model` and a fresh head.
  package init(from model: LanguageModel, draws: TrainerDraws) {
    var draws = draws
    let width = model.config.width
    let deviation = 1 / Float(width + 1).squareRoot()
    head = ValueHead(width: width, kind: .normal(deviation), draw: draws.next(.initial))
    head.bias.isFrozen = true
    self.model = model.trunk()
    self.draws = draws
    settings = Settings()
  }

  init(model: LanguageModel, head: ValueHead, draws: TrainerDraws) {
    self.model = model
    self.head = head
    head.bias.isFrozen = true
    self.draws = draws
    settings = Settings()
  }

  /// Trunk and head.
  package var parameters: [Parameter] { model.parameters + [head.weight] }

  package func length(_ answer: [Int32]) -> Int { answer.count }

  package func trainingOperations(_ answers: [[Int32]]) -> Double {
    OperationCount(model.config).trainingScores(answers)
  }

  /// The head's value [R] at the last token of each sequence, prompt and answer as one.
  package func scores(_ answers: [[Int32]], recording: Bool) throws -> Tensor {
    if let row = answers.firstIndex(where: \.isEmpty) {
      throw TrainingError.emptyRow(trainer: Settings.trainer, what: "sequence", row: row)
    }
    for answer in answers { try model.check(answer, "prompt and response") }
    let batch = model.packed(answers)
    let last = batch.offsets.dropFirst().map { Int($0) - 1 }
    let hidden = try model.pass { $0.hidden(batch, recording: recording).rows(last) }
    return head(hidden, recording: recording)
  }

  /// The score of one sequence of ids (prompt + response).
  package func score(_ tokens: [Int32]) throws -> Float { try scores([tokens])[0] }

  package func scores(_ samples: [Sample]) throws -> [Double] {
    try scores(samples.map { $0.promptTokens + $0.responseTokens }).map(Double.init)
  }

  package func prepared(_ settings: Settings) throws(TrainingError) -> Stepper {
    self.settings = settings
    if let stepper, stepper.continues(settings.optimizer) {
      stepper.settings = settings.optimizer
      return stepper
    }
    let fresh = try Stepper(
      trainer: Settings.trainer, model: model.name, parameters: model.parameters,
      others: [("score.weight", head.weight)], models: [model], settings: settings.optimizer)
    stepper = fresh
    return fresh
  }
}

// MARK: - Pairs

extension RewardModel {
  package func loss(_ pairs: [PreferencePair]) throws -> Tensor {
    try loss(pairs.map { Comparison($0) })
  }

  @discardableResult
  package func step(_ pairs: [PreferencePair]) throws -> Metrics {
    try step(pairs.map { Comparison($0) })
  }

  @discardableResult
  package func fit(
    _ pairs: [PreferencePair], _ settings: Settings = Settings(), report: Report = silent
  ) throws -> TrainLog {
    try fit(pairs.map { Comparison($0) }, settings, report: report)
  }

  package func evaluate(_ pairs: [PreferencePair], report: Report = silent) throws -> Metrics {
    try evaluate(pairs.map { Comparison($0) }, report: report)
  }

  package func accuracy(_ pairs: [PreferencePair]) throws -> Accuracy {
    try accuracy(pairs.map { Comparison($0) })
  }
}

extension RewardModel: ValueSource {
  package var valueSource: (model: LanguageModel, head: ValueHead)? { (model, head) }
}
