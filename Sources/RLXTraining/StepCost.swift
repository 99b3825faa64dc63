import RLXModels
import RLXTensor

/// How long a row is: a prompt and an answer, in tokens.
package struct RowSize: Equatable, Sendable {
  package var prompt: Int
  package var response: Int

  package init(prompt: Int, response: Int) {
    self.prompt = prompt
    self.response = response
  }

  var total: Int { prompt + response }
}

/// What one model does in one step of a trainer.
package struct ModelPass: Equatable, Sendable {
  package enum Work: String, Sendable {
    /// Draws answers, token by token, with a cache.
    case generate
    /// A pass forward.
    case read
    /// A pass forward and one backward, which takes twice as much.
    case train

    var factor: Double { self == .train ? 3 : 1 }
  }

  package enum Reads: Sendable {
    /// The probability of each of the answer's tokens.
    case tokens
    /// The states before them, for a head of one number.
    case states
    /// The whole row, for a head that reads the last state or some.
    case row
  }

  /// "policy", "reference", "reward".
  package let model: String
  package let config: ModelConfig
  package let work: Work
  /// How often each row goes through.
  package let times: Int
  /// Sequences of one row: 2 of a comparison.
  package let sequences: Int
  package let reads: Reads

  package init(
    model: String, config: ModelConfig, work: Work, times: Int = 1, sequences: Int = 1,
    reads: Reads = .tokens
  ) {
    self.model = model
    self.config = config
    self.work = work
    self.times = times
    self.sequences = sequences
    self.reads = reads
  }

  /// Operations for one row (`OperationCount` has the formula).
  package func operations(_ size: RowSize) -> Double {
    let once = OperationCount(config).reading(
      tokens: reads == .row ? size.total : max(0, size.total - 1),
      scored: reads == .tokens ? size.response : 0)
    return Double(times * sequences) * work.factor * once
  }
}

/// A trainer that can say beforehand what a step of it takes.
package protocol PlannedTrainer: ResumableTrainer {
  /// What goes through which model in one step, in order; `rewards` are the networks that score the
  /// answers of a trainer that draws some.
  func modelPasses(rewards: [LanguageModel]) -> [ModelPass]
  /// Rows of one step, and those whose gradients are kept at once.
  var plannedRows: (all: Int, recorded: Int) { get }
  /// Other models of its own that are in memory meanwhile, and are not trained.
  var otherModels: [LanguageModel] { get }
}

/// What one step of a trainer takes.
package struct StepCost {
  package let passes: [ModelPass]
  package let rows: Int
  /// Tokens that the models read and write, prompts included, each row once for each sequence.
  package let tokens: Double
  package let operations: Double
  /// Of each row, beside those of one SFT row of the same model and size.
  package let ratio: Double
  /// Bytes at the peak, about: see `peakMemory`.
  package let memory: Double

  /// The cost of a step on rows of one size; `rows` where they are not the trainer's own. `rewards`
  /// are the networks that score answers.
  package init(
    _ trainer: some PlannedTrainer, _ size: RowSize, rewards: [LanguageModel] = [],
    rows given: Int? = nil
  ) {
    let own = trainer.plannedRows
    rows = given ?? own.all
    passes = trainer.modelPasses(rewards: rewards)
    let perRow = passes.reduce(0) { $0 + $1.operations(size) }
    operations = perRow * Double(rows)
    let sequences = passes.map(\.sequences).max() ?? 1
    tokens = Double(rows * sequences * size.total)
    let sft = ModelPass(
      model: "policy", config: trainer.trainedModel.config, work: .train)
    ratio = perRow / sft.operations(size)
    memory = Self.peakMemory(
      trainer, passes, size, others: trainer.otherModels + rewards, rows: rows,
      recorded: min(rows, own.recorded))
  }

  private static let float = 4.0

  /// Bytes of weights, gradients and Adam's two moments, and of the larger of what a pass that trains
  /// keeps for the way back and the cache of what is generated.
  ///
  /// For each token a layer keeps its two inputs and their norms, queries, keys, values, the attended
  /// values (4·width + 2·query width + 2·key width) and the inner values (3 times their width with a
  /// gate, else 2). Each token whose probability is asked for has a row of the vocabulary, and one of
  /// its gradient.
  private static func peakMemory(
    _ trainer: some PlannedTrainer, _ passes: [ModelPass], _ size: RowSize, others: [LanguageModel],
    rows: Int, recorded: Int
  ) -> Double {
    let (total, response) = (Double(size.total), Double(size.response))
    let trained = [trainer.trainedModel] + (trainer.valueModel.map { [$0] } ?? [])
    let weights = trained.reduce(0) { $0 + Double($1.parameterCount) }
    let free = trained.flatMap(\.parameters).filter { !$0.isFrozen }
      .reduce(0) { $0 + Double($1.value.count) }
    let others = others.reduce(0) { $0 + Double($1.parameterCount) }
    let work = passes.map { pass -> Double in
      let config = pass.config
      switch pass.work {
      case .train:
        let sequences = Double(recorded * pass.sequences)
        let layers = Double(config.layers) * config.keptPerToken
        let scored = pass.reads == .tokens ? 2 * response * Double(config.vocabulary) : 0
        return sequences * (total * (layers + 2 * Double(config.width)) + scored)
      case .generate:
        let cache = Double(2 * config.layers * config.kvWidth)
        return Double(rows) * (total * cache + Double(config.vocabulary))
      case .read:
        let scored = pass.reads == .tokens ? response * Double(config.vocabulary) : 0
        return Double(rows * pass.sequences) * (total * config.keptPerToken + scored)
      }
    }
    return float * (weights + 3 * free + others + (work.max() ?? 0))
  }
}

extension ModelConfig {
  /// Numbers that a layer keeps of each token for the way back.
  fileprivate var keptPerToken: Double {
    Double(4 * width + 2 * queryWidth + 2 * kvWidth)
      + Double(innerWidth) * (isGated ? 3 : 2)
  }
}

// MARK: - The trainers

extension SFT: PlannedTrainer {
  package func modelPasses(rewards: [LanguageModel]) -> [ModelPass] {
    [ModelPass(model: "policy", config: model.config, work: .train)]
  }
  package var plannedRows: (all: Int, recorded: Int) { (settings.rowsPerStep, settings.batchSize) }
  package var otherModels: [LanguageModel] { [] }
}

extension RewardModel: PlannedTrainer {
  package func modelPasses(rewards: [LanguageModel]) -> [ModelPass] {
    [
      ModelPass(
        model: "reward", config: model.config, work: .train, sequences: 2, reads: .row)
    ]
  }
  package var plannedRows: (all: Int, recorded: Int) { (settings.rowsPerStep, settings.batchSize) }
  package var otherModels: [LanguageModel] { [] }
}

extension PRM: PlannedTrainer {
  package func modelPasses(rewards: [LanguageModel]) -> [ModelPass] {
    [ModelPass(model: "reward", config: model.config, work: .train, reads: .row)]
  }
  package var plannedRows: (all: Int, recorded: Int) { (settings.rowsPerStep, settings.batchSize) }
  package var otherModels: [LanguageModel] { [] }
}

extension DPO: PlannedTrainer {
  package func modelPasses(rewards: [LanguageModel]) -> [ModelPass] {
    [
      ModelPass(model: "reference", config: reference.config, work: .read, sequences: 2),
      ModelPass(model: "policy", config: policy.config, work: .train, sequences: 2),
    ]
  }
  package var plannedRows: (all: Int, recorded: Int) { (settings.rowsPerStep, settings.batchSize) }
  package var otherModels: [LanguageModel] { [reference] }
}

/// Texts of a pretraining loss (PPO-ptx) are not counted: nothing says how long they are.
extension PPO: PlannedTrainer {
  package func modelPasses(rewards: [LanguageModel]) -> [ModelPass] {
    func pass(
      _ model: String, _ config: ModelConfig, _ work: ModelPass.Work,
      _ reads: ModelPass.Reads = .tokens
    ) -> ModelPass {
      ModelPass(
        model: model, config: config, work: work,
        times: work == .train ? settings.ppoEpochs : 1, reads: reads)
    }
    func values(_ work: ModelPass.Work) -> [ModelPass] {
      valueModel.map { [pass("value", $0.config, work, .states)] } ?? []
    }
    // An exact KL in the loss asks the reference again in each pass.
    let again = settings.useKlLoss && settings.klPenalty == .full ? settings.ppoEpochs : 0
    return [
      pass("policy", policy.config, .generate), pass("policy", policy.config, .read),
      ModelPass(
        model: "reference", config: reference.config, work: .read, times: 1 + again),
    ] + values(.read) + rewards.map { pass("reward", $0.config, .read, .row) }
      + [pass("policy", policy.config, .train)] + values(.train)
  }

  package var plannedRows: (all: Int, recorded: Int) {
    let rows = settings.batchSize ?? Settings.largestDefaultBatch
    return (rows, min(rows, settings.miniBatchSize ?? rows))
  }

  package var otherModels: [LanguageModel] { [reference] }
}
