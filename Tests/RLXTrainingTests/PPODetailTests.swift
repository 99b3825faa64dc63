import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

/// What PPO's details do, one by one, where no other program is needed to say it.
@Suite(.serialized) struct PPODetailTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func trainer(
    _ reward: (any Reward)? = EvenTokens(), ptx: [[Int32]] = [],
    change: (inout PPO.Settings) -> Void = { _ in }
  ) throws -> PPO {
    var settings = PPO.Settings()
    settings.optimizer.learningRate = 1e-3
    (settings.maxTokens, settings.batchSize) = (6, 3)
    change(&settings)
    return try PPO(
      policy: Fixture.policy(), reward: reward, ptx: ptx, settings: settings, draws: Fixture.draws)
  }

  private let texts = (0..<3).map { Fixture.tokens(5 + $0, seed: UInt64(70 + $0)) }

  /// Every bit of a trainer's state.
  private func bits(_ ppo: PPO) -> [String] {
    ppo.stateTensors.map { name, tensor in "\(name) \(tensor.array.map(\.bitPattern))" }
      + (ppo.stateNumbers + ppo.log.entries.flatMap(\.self)).map { "\($0.name) \($0.value)" }
  }

  // MARK: Profiles

  @Test func profilesDifferInWhatTheirSystemsDifferIn() throws {
    for profile in PPO.Profile.allCases { try PPO.Settings(profile: profile).check() }
    #expect(PPO.Settings().profile == .rlx)
    #expect(PPO.differences(.rlx, .trl011).map(\.name) == ["scale_logprobs"])
    #expect(PPO.differences(.trl011, .trl011).isEmpty)
    let names = PPO.differences(.ppov2, .nplus).map(\.name)
    #expect(names == ["adam_epsilon", "missing_eos_score", "value_head_bias", "batch_size"])
    let old = PPO.differences(.trl011, .openai2019)
    #expect(old.first { $0.name == "kl_coef" }?.second == .number(0.15))
    #expect(old.first { $0.name == "adam_form" }?.second == .text("tensorflow"))
    #expect(old.first { $0.name == "truncate_at" }?.first == SettingValue.none)
  }

  @Test func aKeywordBeatsItsProfile() throws {
    let settings = try PPO.Settings().applying([
      ("kl_coef", .number(0.3)), ("profile", .text("nplus")),
    ])
    #expect(settings.klCoef == 0.3)
    #expect(settings.missingEosScore == -1)
    #expect(settings.optimizer.learningRate == 3e-6)
  }

  // MARK: Settings that do not go together

  @Test func conflictsAreSaidBeforeAnythingRuns() throws {
    func conflict(_ ptx: [[Int32]] = [], _ change: (inout PPO.Settings) -> Void) -> [String] {
      do {
        _ = try trainer(ptx: ptx, change: change)
        return []
      } catch TrainingError.conflict(_, let names, _) {
        return names
      } catch {
        return ["\(error)"]
      }
    }
    #expect(conflict { $0.ptxCoef = 1 } == ["ptx_coef", "ptx"])
    #expect(conflict(texts) { _ in } == ["ptx_coef", "ptx"])
    #expect(conflict(texts) { $0.ptxCoef = 1 } == [])
    #expect(conflict { $0.valueModel = .reward } == ["value_model", "reward"])
    #expect(
      conflict { ($0.missingEosPenalty, $0.missingEosScore) = (1, -1) }
        == ["missing_eos_penalty", "missing_eos_score"])
    #expect(conflict { $0.truncateAt = "" } == ["truncate_at"])
    #expect(conflict { $0.truncateAfter = 3 } == ["truncate_after", "truncate_at"])
    #expect(
      conflict { ($0.minTokens, $0.maxTokens) = (5, LengthLimit(low: 4, high: 8)) }
        == ["min_tokens", "max_tokens"])
    #expect(conflict { $0.useScoreNorm = true } == ["use_score_norm", "use_score_scaling"])
  }

  @Test func aFallingLearningRateMustKnowItsEnd() throws {
    let ppo = try trainer { $0.optimizer.lrSchedulerType = .linear }
    #expect(throws: TrainingError.self) { try ppo.step(Fixture.prompts(2)) }
    #expect(ppo.log.count == 0)
    try ppo.run(Fixture.prompts(3), steps: 4)
    let rates = ppo.log["ppo/learning_rate"]
    #expect(furthest(rates, [1e-3, 0.75e-3, 0.5e-3, 0.25e-3]) < 1e-9)
    let warm = try trainer {
      ($0.optimizer.lrSchedulerType, $0.optimizer.warmupSteps) = (.constantWithWarmup, 2)
    }
    for _ in 0..<3 { try warm.step(Fixture.prompts(2)) }
    #expect(furthest(warm.log["ppo/learning_rate"], [0, 0.5e-3, 1e-3]) < 1e-9)
    let told = try trainer {
      $0.optimizer.lrSchedulerType = .linear
      $0.totalSteps = 2
    }
    for _ in 0..<2 { try told.step(Fixture.prompts(2)) }
    #expect(furthest(told.log["ppo/learning_rate"], [1e-3, 0.5e-3]) < 1e-9)
  }

  // MARK: Scores

  /// Three answers: ended, cut off, empty; the reward says 5, 6, 7.
  private func scores(_ change: (inout PPO.Settings) -> Void) throws -> [Double]? {
    let ppo = try trainer(Fixed([5, 6, 7]), change: change)
    let batch = try ppo.rollout(
      queries: [[1, 4], [1, 5], [1, 6]], responses: [[7, 2], [8, 9], []])
    try ppo.score(batch)
    #expect(batch.rawScores == [5, 6, 7])
    return batch.scores
  }

  @Test func anAnswerWithoutAnEndHasAFixedScoreOrAPenalty() throws {
    #expect(try scores { _ in } == [5, 6, 7])
    #expect(try scores { $0.missingEosScore = -1 } == [5, -1, -1])
    #expect(try scores { $0.missingEosPenalty = 2 } == [5, 4, 5])
  }

  @Test func theClipComesAfterTheRuleForMissingEnds() throws {
    #expect(
      try scores {
        $0.missingEosPenalty = 8
        $0.scoreClip = 1.5
      } == [1.5, -1.5, -1])
  }

  @Test func aTruncatedAnswerIsScoredUpToItsTokenAndWithoutOneHasNotEnded() throws {
    let seen = Recording()
    let ppo = try trainer(seen) {
      ($0.truncateAt, $0.truncateAfter, $0.missingEosScore) = (".", 1, -1)
      $0.maxTokens = 9
    }
    let dot = try #require(ppo.policy.tokenizer.encode("a.").last)
    let batch = try ppo.rollout(
      queries: [[1, 4], [1, 5], [1, 6]],
      responses: [[dot, 40, dot, 41], [40, 41, 42, 2], [dot, 50]])
    try ppo.score(batch)
    #expect(seen.responses == [[dot, 40, dot], [40, 41, 42, 2], [dot, 50]])
    // The reward says how many tokens it saw; the second has no "." and the third none after its first.
    #expect(batch.scores == [3, -1, -1])
    // What is learned from stays the whole answer.
    #expect(batch.responses.map(\.count) == [4, 4, 2])
  }

  @Test func rewardsOfTokensMustBeOneEach() throws {
    let ppo = try trainer(nil)
    let batch = try ppo.rollout(queries: [[1, 4]], responses: [[7, 8]])
    #expect(
      throws: TrainingError.lengths(
        trainer: "PPO", first: "tokens of answer 0", firstCount: 2, second: "rewards",
        secondCount: 3)
    ) { try ppo.score(batch, rewards: [.tokens([1, 2, 3])]) }
    #expect(batch.stage == .rolledOut)
    try ppo.score(batch, rewards: [.tokens([1, 2])])
    try ppo.advantages(batch)
    // Policy and reference are the same, so that nothing but the reward is there.
    #expect(batch.rewards?.array == [1, 2])
  }

  @Test func theValueHeadBeginsAsAsked() throws {
    func weights(_ kind: PPO.ValueHeadInit) throws -> [Float] {
      let head = try trainer { $0.valueHeadInit = kind }.valueFunction.head
      return head.weight.value.array + head.bias.value.array
    }
    #expect(try weights(.zero).allSatisfy { $0 == 0 })
    let bound = Float(1 / 32.0.squareRoot())
    let linear = try weights(.linear)
    #expect(linear.allSatisfy { abs($0) <= bound } && linear.contains { abs($0) > bound / 2 })
    let normal = try weights(.normal)
    #expect(normal.last == 0)
    // 32 numbers of deviation 0.2: five standard errors are 0.125.
    #expect(abs(standardDeviation(normal.dropLast()) - 0.2) < 0.125)
  }

  // MARK: Lengths

  @Test func lengthsAreDrawnFromTheirRangeAndNotByTheBatch() throws {
    func limits(_ prompts: [Prompt]) throws -> [Int] {
      let ppo = try trainer {
        $0.maxTokens = LengthLimit(low: 2, high: 5)
        $0.minTokens = 2
      }
      let batch = try ppo.rollout(prompts)
      return zip(batch.responses, batch.finishes).map { $1 == .length ? $0.count : 0 }
    }
    let prompts = Fixture.prompts(40)
    let all = try limits(prompts).filter { $0 > 0 }
    #expect(Set(all) == [2, 3, 4, 5])
    #expect(try limits(Array(prompts.prefix(9))) == Array(try limits(prompts).prefix(9)))
  }

  @Test func aPromptThatFillsTheContextIsNamedBeforeAnythingRuns() throws {
    let ppo = try trainer()
    let context = ppo.policy.config.context
    let long = Prompt(text: "long", tokens: Fixture.tokens(context, seed: 1))
    let error = TrainingError.tooLong(
      trainer: "PPO", what: "prompt", row: 1, tokens: context, longest: context - 1)
    #expect(throws: error) { try ppo.run([Fixture.prompts(1)[0], long], steps: 1) }
    #expect(throws: error) { try ppo.rollout([Fixture.prompts(1)[0], long]) }
    #expect(
      throws: TrainingError.tooLong(
        trainer: "PPO", what: "prompt and response", row: 0, tokens: context + 1, longest: context)
    ) {
      try ppo.rollout(queries: [[1, 4, 5]], responses: [Fixture.tokens(context - 2, seed: 2)])
    }
    #expect(ppo.log.count == 0)
  }

  // MARK: Invariants

  @Test func aPolicyChangedBetweenRolloutAndUpdateBreaksTheRatio() throws {
    let ppo = try trainer()
    let batch = try ppo.rollout(Fixture.prompts(3))
    try ppo.score(batch)
    try ppo.advantages(batch)
    let norm = ppo.policy.parameters[0]
    norm.value = norm.value * 1.1
    let before = Fixture.bits(ppo.policy)
    do {
      try ppo.update(batch)
      Issue.record("the update went through")
    } catch TrainingError.invariant("PPO", let broken) {
      #expect(broken.name == "ratio")
      #expect(broken.equation.contains("π(y_t) / π_old(y_t) = 1"))
      #expect(broken.operands.contains("and 1.0 at token"))
      #expect(broken.difference > broken.tolerance)
    }
    #expect(Fixture.bits(ppo.policy) == before)
    #expect(ppo.log.count == 0)
  }

  /// Numbers so large that the two sides of an equation are what is left of thousands: no invariant is
  /// broken by that, the KL is what is reported.
  @Test func aPolicyFarFromItsReferenceIsAWarningAndBreaksNoInvariant() throws {
    for whiten in [false, true] {
      let ppo = try trainer {
        ($0.whitenRewards, $0.klCoef, $0.target) = (whiten, 5, 0.1)
        $0.optimizer.learningRate = 1e-2
      }
      ppo.reference.parameters[0].value = ppo.reference.parameters[0].value * 60
      ppo.valueFunction.head.weight.value = ppo.valueFunction.head.weight.value * 1e4
      let batch = try ppo.rollout(Fixture.prompts(3))
      try ppo.score(batch)
      try ppo.advantages(batch)
      let values = batch.values.array.map(abs).max() ?? 0
      #expect(values > 1000)
      let step = try ppo.update(batch)
      #expect(step.warnings.contains(.largeKL(step.kl, target: 0.1)))
    }
  }

  @Test func aBrokenInvariantNamesItsEquationAndBothSides() {
    let broken = Invariant(
      "rewards", "Σ_t r_t = score", left: [1, 2.5], right: [1, 2], tolerance: 1e-4,
      place: { "answer \($0)" }, remedy: "were rewards replaced by hand?")
    #expect(!broken.holds)
    let error = TrainingError.invariant(trainer: "PPO", broken)
    #expect(
      error.description
        == "PPO: rewards: expected Σ_t r_t = score, to 0.0001, got 2.5 and 2.0 at answer 1; "
        + "try: were rewards replaced by hand?")
    let large = Invariant(
      "rewards", "a = b", left: [1], right: [2], sizes: [1e5], tolerance: 1e-4,
      place: { "\($0)" }, remedy: "")
    #expect(large.holds)
    let missing = Invariant(
      "rewards", "a = b", left: [.nan], right: [2], tolerance: 1e-4, place: { "\($0)" }, remedy: "")
    #expect(!missing.holds)
  }

  @Test func logProbabilitiesOfAnotherTemperatureAreSaid() throws {
    let warning = TrainWarning.otherTemperature(sampled: 0.7, measured: 1)
    let plain = try trainer { ($0.temperature, $0.scaleLogprobs) = (0.7, false) }
    #expect(try plain.step(Fixture.prompts(3)).warnings.contains(warning))
    let scaled = try trainer { $0.temperature = 0.7 }
    #expect(try !scaled.step(Fixture.prompts(3)).warnings.contains(warning))
    let given = try plain.step(queries: [[1, 4]], responses: [[5, 6]], scores: [1])
    #expect(!given.warnings.contains(warning))
  }

  @Test func everyInvariantHoldsAndTheCheckChangesNothing() throws {
    let ppo = try trainer()
    try ppo.step(Fixture.prompts(3))
    let before = bits(ppo)
    let found = try ppo.check(Fixture.prompts(3))
    #expect(found.map(\.name) == ["padding", "dropout", "kl", "gradient"])
    for invariant in found { #expect(invariant.holds, "\(invariant)") }
    #expect(bits(ppo) == before)
    #expect(ppo.policy.parameters.allSatisfy { $0.gradient == nil })
  }

  // MARK: Going on

  static let going: [(name: String, change: @Sendable (inout PPO.Settings) -> Void)] = [
    ("separate", { ($0.valueModel, $0.ptxCoef) = (.separate, 0.5) }),
    (
      "reward",
      {
        ($0.valueModel, $0.ptxCoef, $0.scorePosition) = (.reward, 0.5, .afterEnd)
        ($0.maxTokens, $0.valueHeadBias) = (LengthLimit(low: 3, high: 6), false)
      }
    ),
  ]

  @Test(arguments: going.indices)
  func aResumedTrainerGoesOnToTheSameBits(_ index: Int) throws {
    let (name, change) = Self.going[index]
    let judge = RewardModel(from: try Fixture.reference(), draws: Fixture.draws)
    let whole = try trainer(judge, ptx: texts, change: change)
    try whole.run(Fixture.prompts(5), steps: 4)
    let first = try trainer(judge, ptx: texts, change: change)
    try first.run(Fixture.prompts(5), steps: 2)
    let path = folder.path(name)
    try first.save(folder: path)
    let checkpoint = try TrainerCheckpoint(folder: path, of: "PPO")
    #expect(throws: TrainingError.self) {
      try PPO.resume(checkpoint, checkpoint.loadModel(), reward: judge, ptx: [[1, 2, 3]])
    }
    let second = try PPO.resume(
      checkpoint, try checkpoint.loadModel(), reward: judge, ptx: texts)
    #expect(bits(second) == bits(first))
    try second.run(Fixture.prompts(5), steps: 2)
    #expect(bits(second) == bits(whole))
    #expect(bits(whole) != bits(first))
  }

  @Test func aStatePutBackIsTheStateItWas() throws {
    let judge = RewardModel(from: try Fixture.reference(), draws: Fixture.draws)
    let ppo = try trainer(judge, ptx: texts) { ($0.valueModel, $0.ptxCoef) = (.reward, 0.5) }
    try ppo.step(Fixture.prompts(3))
    let state = ppo.state
    let before = bits(ppo)
    try ppo.step(Fixture.prompts(3))
    let after = bits(ppo)
    ppo.restore(state)
    #expect(bits(ppo) == before)
    try ppo.step(Fixture.prompts(3))
    #expect(bits(ppo) == after)
  }

  @Test func aRewardModelThatIsAlsoTheValueModelStaysAsItIs() throws {
    let judge = RewardModel(from: try Fixture.reference(), draws: Fixture.draws)
    let before = (Fixture.bits(judge.model), judge.head.weight.value.array)
    let ppo = try trainer(judge) { $0.valueModel = .reward }
    let value = try #require(ppo.valueFunction.model)
    #expect(Fixture.bits(value) == before.0)
    try ppo.step(Fixture.prompts(3))
    #expect(Fixture.bits(judge.model) == before.0)
    #expect(judge.head.weight.value.array == before.1)
    #expect(Fixture.bits(value) != before.0)
  }
}

/// A reward of the number of tokens it sees, which it writes down.
private final class Recording: Reward {
  var responses: [[Int32]] = []

  func scores(_ samples: [Sample]) -> [Double] {
    responses += samples.map(\.responseTokens)
    return samples.map { Double($0.responseTokens.count) }
  }
}
