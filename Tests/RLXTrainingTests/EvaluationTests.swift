import RLXModels
import RLXTensor
import RLXTraining
import Testing

@Suite(.serialized) struct EvaluationTests {
  /// The same rows in other groups: rounding of float32 sums.
  static let numbers = 1e-5

  private let examples: [SFT.Example] = (0..<7).map { (row: Int) -> SFT.Example in
    SFT.Example(
      prompt: Fixture.tokens(2, seed: UInt64(row)),
      completion: Fixture.tokens(1 + 2 * row, seed: UInt64(50 + row)))
  }
  private let pairs: [PreferencePair] = (0..<5).map { (row: Int) -> PreferencePair in
    PreferencePair(
      prompt: Fixture.tokens(3, seed: UInt64(row)),
      chosen: Fixture.tokens(1 + row, seed: UInt64(20 + row)),
      rejected: Fixture.tokens(6 - row, seed: UInt64(40 + row)))
  }

  /// What training measures before its step on the same rows.
  private func agree(_ held: Metrics, _ trained: Metrics, _ names: Int) {
    #expect(held.count == names)
    for (name, value) in held {
      let wanted = trained.value(String(name.dropFirst(evaluationPrefix.count)))
      #expect(furthest([value], [wanted ?? .nan]) < Self.numbers, "\(name)")
    }
  }

  @Test func evaluationMeasuresWhatTrainingDoes() throws {
    var settings = SFT.Settings()
    settings.batchSize = 2
    let sft = try SFT(Fixture.policy(), settings, draws: Fixture.draws)
    agree(try sft.evaluate(examples), try sft.step(examples), 3)

    var fit = RewardModel.Settings()
    fit.batchSize = 2
    fit.maxSteps = 1
    let rm = RewardModel(from: try Fixture.policy(), draws: Fixture.draws)
    try rm.fit(pairs, fit)
    agree(try rm.evaluate(pairs), try rm.step(pairs), 6)

    var dpoSettings = DPO.Settings()
    dpoSettings.batchSize = 2
    let dpo = try DPO(
      policy: Fixture.policy(), reference: Fixture.reference(), settings: dpoSettings,
      draws: Fixture.draws)
    agree(try dpo.evaluate(pairs), try dpo.step(pairs), 7)
  }

  @Test func evaluationAndSamplesLeaveTheTrainerAsItWas() throws {
    let prompts = Fixture.prompts(3)
    let sft = try SFT(Fixture.policy(), draws: Fixture.draws)
    let ppo = try PPO(policy: Fixture.policy(), reward: EvenTokens(), draws: Fixture.draws)
    let before = sft.stateNumbers.map(\.value) + ppo.stateNumbers.map(\.value)
    let bits = Fixture.bits(sft.model) + Fixture.bits(ppo.policy)
    _ = try sft.evaluate(examples)
    let generation = GenerationSettings(maxTokens: 6)
    let samples = try sft.sampled(prompts, generation)
    let found = try ppo.evaluate(prompts)
    #expect(try sft.sampled(prompts, generation) == samples)
    #expect(try ppo.evaluate(prompts).map(\.value) == found.map(\.value))
    #expect(sft.stateNumbers.map(\.value) + ppo.stateNumbers.map(\.value) == before)
    #expect(Fixture.bits(sft.model) + Fixture.bits(ppo.policy) == bits)
    #expect(found.value("eval_objective/kl") == 0)
    #expect((found.value("eval_env/reward_mean") ?? 0) > 0)
  }

  /// A hand count: width 32, inner 48, 2 layers, 4 heads of 8 (2 of keys and values), vocabulary 97.
  @Test func operationsAreCountedFromShapes() throws {
    let count = OperationCount(try Fixture.policy().config)
    let matrices = 32 * (2 * 32 + 2 * 16) + 3 * 32 * 48
    let reading = 2 * (2 * matrices * 6 + 4 * 32 * (1 + 2 + 3 + 4 + 5 + 6)) + 2 * 32 * 97 * 4
    let pair = (prompt: [Int32](repeating: 3, count: 3), response: [Int32](repeating: 4, count: 4))
    #expect(count.reading([pair]) == Double(reading))
    #expect(count.training([pair, pair]) == Double(6 * reading))
    #expect(count.reading([(prompt: [3], response: [])]) == 0)

    let sft = try SFT(Fixture.policy(), draws: Fixture.draws)
    let example = SFT.Example(prompt: pair.prompt, completion: pair.response + [2])
    let metrics = try sft.step([example])
    let longer = count.training([(pair.prompt, pair.response + [2])])
    #expect(metrics.value("flops") == longer)
    #expect(try sft.step([example]).value("flops") == 2 * longer)
  }

  /// Generated and measured once, measured by the reference once, trained on in four passes.
  @Test func aStepOfPPOCountsAllItsPasses() throws {
    let ppo = try PPO(policy: Fixture.policy(), reward: EvenTokens(), draws: Fixture.draws)
    let step = try ppo.step(Fixture.prompts(2))
    let pairs = zip(step.batch.queries, step.batch.responses).map { (prompt: $0, response: $1) }
    let once = OperationCount(ppo.policy.config).reading(pairs)
    #expect(furthest([step.metrics.value("flops") ?? 0], [once * (3 + 3 * 4)]) < 1e-12)
    let tokens = pairs.reduce(0) { $0 + $1.prompt.count + $1.response.count }
    #expect(step.metrics.value("num_tokens") == Double(tokens))
  }
}
