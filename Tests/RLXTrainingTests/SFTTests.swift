import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

@Suite(.serialized) struct SFTTests {
  /// float32 on both sides, numbers of size 1 to 5.
  static let numbers = 2e-5
  /// Two AdamW steps of 1e-3 with clipping: a hundredth of a step.
  static let weights = 1e-5

  struct Recorded: Decodable {
    struct Step: Decodable { let loss, grad_norm, entropy, mean_token_accuracy: Double }
    let prompts, completions: [[Int32]]
    let steps: [Step]
  }

  private func examples(_ recorded: Recorded) -> [SFT.Example] {
    zip(recorded.prompts, recorded.completions).map { SFT.Example(prompt: $0, completion: $1) }
  }

  private func trainer(_ change: (inout SFT.Settings) -> Void = { _ in }) throws -> SFT {
    var settings = SFT.Settings()
    settings.optimizer.learningRate = 1e-3
    change(&settings)
    return try SFT(try Fixture.policy(), settings, draws: Fixture.draws)
  }

  @Test func twoStepsAgreeWithTransformers() throws {
    let recorded = try Fixture.json("sft.json", as: Recorded.self)
    let sft = try trainer { $0.optimizer.weightDecay = 0.01 }
    for wanted in recorded.steps {
      let found = try sft.step(examples(recorded))
      #expect(furthest([found.value("loss") ?? .nan], [wanted.loss]) < Self.numbers)
      #expect(furthest([found.value("grad_norm") ?? .nan], [wanted.grad_norm]) < Self.numbers)
      #expect(furthest([found.value("entropy") ?? .nan], [wanted.entropy]) < Self.numbers)
      #expect(
        furthest([found.value("mean_token_accuracy") ?? .nan], [wanted.mean_token_accuracy])
          < Self.numbers)
    }
    let file = try Fixture.checkpoint("sft-weights.safetensors")
    for parameter in sft.model.parameters {
      let wanted = try file.tensor(named: parameter.name).array
      #expect(furthest(parameter.value.array, wanted) < Self.weights, "\(parameter.name)")
    }
  }

  /// 2 prompt tokens, 2 completion tokens: the loss is the mean over the last two alone.
  @Test func onlyCompletionTokensCount() throws {
    let sft = try trainer { $0.appendEos = false }
    let (prompt, completion) = (Fixture.tokens(2, seed: 1), Fixture.tokens(2, seed: 2))
    let logits = try sft.model.logits(prompt + completion)
    let logProbs = logits.logSoftmax(axis: -1).array
    let V = sft.model.config.vocabulary
    let wanted = -(logProbs[V + Int(completion[0])] + logProbs[2 * V + Int(completion[1])]) / 2
    let found = try sft.loss([SFT.Example(prompt: prompt, completion: completion)]).item
    #expect(furthest([found], [wanted]) < Self.numbers)
  }

  @Test func plainTextTrainsOnEveryTokenButTheFirst() throws {
    let sft = try trainer { $0.appendEos = false }
    let text = Fixture.tokens(6, seed: 4)
    let wanted = try sft.model.loss(ids: text, recording: false).item
    #expect(furthest([try sft.loss([SFT.Example(completion: text)]).item], [wanted]) < Self.numbers)
    let whole = try trainer {
      $0.appendEos = false
      $0.completionOnlyLoss = false
    }
    let split = SFT.Example(prompt: Array(text[..<3]), completion: Array(text[3...]))
    #expect(furthest([try whole.loss([split]).item], [wanted]) < Self.numbers)
  }

  @Test func theEndTokenFollowsOnce() throws {
    let sft = try trainer()
    let text = Fixture.tokens(4, seed: 4)
    let bare = try sft.loss([SFT.Example(prompt: [5], completion: text)]).item
    let ended = try sft.loss([SFT.Example(prompt: [5], completion: text + [2])]).item
    #expect(bare == ended)
  }

  @Test func theLossFallsAndEveryParameterMoves() throws {
    let sft = try trainer { $0.appendEos = false }
    let all = (0..<12).map { row in
      SFT.Example(
        prompt: Array((3..<12).map { Int32($0 + 8 * row % 80) }),
        completion: Fixture.tokens(6, seed: UInt64(row)))
    }
    let everyToken = SFT.Example(completion: Array(0..<49))
    let rest = SFT.Example(completion: Array(48..<97))
    let before = sft.stateTensors
    try sft.run(all + [everyToken, rest], steps: 12)
    for (old, new) in zip(before, sft.stateTensors) {
      #expect(old.tensor.array != new.tensor.array, "\(old.name)")
    }
    let loss = sft.log["loss"]
    #expect(loss.count == 12)
    #expect(mean(loss.suffix(2)) < mean(loss.prefix(2)) - 0.5)
    #expect(sft.log["num_tokens"].last.map { $0 > 100 } == true)
  }

  @Test func sameSeedSameBitsAndTwoStepsThenThreeAreFive() throws {
    let examples = (0..<7).map { SFT.Example(completion: Fixture.tokens(5, seed: $0)) }
    func run(_ parts: [Int]) throws -> [UInt32] {
      let sft = try trainer { $0.batchSize = 3 }
      for steps in parts { try sft.run(examples, steps: steps) }
      return Fixture.bits(sft.model)
    }
    let whole = try run([5])
    #expect(try run([5]) == whole)
    #expect(try run([2, 3]) == whole)
  }

  @Test func schedulesReachZeroAndEpochsCountBatches() throws {
    let examples = (0..<5).map { SFT.Example(completion: Fixture.tokens(3, seed: $0)) }
    let sft = try trainer {
      $0.batchSize = 2
      $0.optimizer.lrSchedulerType = .linear
    }
    try sft.run(examples, epochs: 2)
    let rates = sft.log["learning_rate"]
    #expect(rates.count == 6)
    #expect(furthest(rates, (0..<6).map { 1e-3 * (1 - Double($0) / 6) }) < 1e-8)
  }

  @Test func stoppingKeepsTheLastStepAndItsLogEntry() throws {
    let examples = (0..<4).map { SFT.Example(completion: Fixture.tokens(5, seed: $0)) }
    let whole = try trainer { $0.batchSize = 1 }
    try whole.run(examples, steps: 2)
    let stopped = try trainer { $0.batchSize = 1 }
    #expect(throws: Stopped.self) {
      try stopped.run(examples, steps: 9) { if $0.done == 2 { throw Stopped() } }
    }
    #expect(Fixture.bits(stopped.model) == Fixture.bits(whole.model))
    #expect(stopped.log.count == 2)
    #expect(stopped.stateNumbers.map(\.value) == whole.stateNumbers.map(\.value))
  }

  @Test func badInputIsAnError() throws {
    let sft = try trainer { $0.appendEos = false }
    #expect(throws: TrainingError.self) { try sft.run([], steps: 1) }
    #expect(throws: TrainingError.emptyRow(trainer: "SFT", what: "completion", row: 1)) {
      try sft.loss([SFT.Example(completion: [4, 5]), SFT.Example(prompt: [4], completion: [])])
    }
    #expect(throws: ModelError.self) {
      try sft.loss([SFT.Example(completion: [Int32](repeating: 5, count: 65))])
    }
    #expect(throws: TrainingError.self) {
      try trainer {
        $0.optimizer.warmupSteps = 3
        $0.optimizer.lrSchedulerType = .constant
      }
    }
  }

  @Test func aModelFrozenSinceCannotBeTrained() throws {
    let sft = try trainer()
    sft.model.freeze()
    #expect(throws: TrainingError.frozen(trainer: "SFT", model: sft.model.name)) {
      try sft.step([SFT.Example(completion: [4, 5, 6])])
    }
  }

  @Test func aGradientThatIsNotFiniteIsNamedAndChangesNothing() throws {
    let sft = try trainer()
    let norm = try #require(sft.model.parameters.first { $0.name.hasSuffix("norm.weight") })
    norm.value = Tensor([Float](repeating: .infinity, count: norm.value.count), norm.value.shape)
    let before = Fixture.bits(sft.model)
    let error = #expect(throws: TrainingError.self) {
      try sft.step([SFT.Example(completion: [4, 5, 6])])
    }
    guard case .notFinite(trainer: "SFT", _, step: 1, _)? = error else {
      Issue.record("expected notFinite, got \(String(describing: error))")
      return
    }
    #expect(Fixture.bits(sft.model) == before)
    #expect(sft.log.count == 0)
  }
}
