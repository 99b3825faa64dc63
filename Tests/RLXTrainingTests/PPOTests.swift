import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

@Suite(.serialized) struct PPOTests {
  /// The first mini-batch repeats the rollout's arithmetic on other row counts at most.
  static let ratio = 1e-5
  /// Means of a few dozen float32 numbers of size 1.
  static let tolerance = 1e-5

  private func trainer(
    _ reward: (any Reward)? = EvenTokens(), change: (inout PPO.Settings) -> Void = { _ in }
  ) throws -> PPO {
    var settings = PPO.Settings()
    settings.optimizer.learningRate = 1e-3
    settings.maxTokens = 6
    change(&settings)
    return try PPO(
      policy: Fixture.policy(), reward: reward, settings: settings, draws: Fixture.draws)
  }

  @Test func atTheFirstMiniBatchTheRatioIsOneAndNothingIsClipped() throws {
    let ppo = try trainer {
      $0.ppoEpochs = 1
      $0.gamma = 0.9
    }
    let batch = try ppo.rollout(Fixture.prompts(5))
    try ppo.score(batch)
    try ppo.advantages(batch)
    let step = try ppo.update(batch)
    let ratio = try #require(batch.ratio).array
    #expect(ratio.allSatisfy { $0 == 1 })
    #expect(try #require(batch.clipped).array.allSatisfy { $0 == 0 })
    #expect(step.metrics.value("ppo/policy/approxkl") == 0)
    #expect(step.metrics.value("ppo/policy/clipfrac") == 0)
    // The policy loss is −mean(A), and whitened advantages have mean 0.
    let loss = try #require(step.metrics.value("ppo/loss/policy"))
    #expect(abs(loss + mean(try #require(batch.advantages).array)) < Self.tolerance)
  }

  @Test func inSmallMiniBatchesTheFirstRatioIsOneToo() throws {
    let ppo = try trainer {
      $0.ppoEpochs = 1
      $0.miniBatchSize = 2
      $0.optimizer.learningRate = 0
    }
    let batch = try ppo.rollout(Fixture.prompts(5))
    try ppo.score(batch)
    try ppo.advantages(batch)
    try ppo.update(batch)
    #expect(try #require(batch.ratio).array.allSatisfy { abs($0 - 1) < Float(Self.ratio) })
  }

  @Test func atTheStartPolicyAndReferenceAgree() throws {
    let ppo = try trainer()
    let batch = try ppo.rollout(Fixture.prompts(4))
    #expect(batch.kl.array.allSatisfy { $0 == 0 })
    #expect(batch.logProbs.array == batch.refLogProbs.array)
  }

  @Test func totalRewardIsScoreLessThePenaltyOfTheWholeAnswer() throws {
    let ppo = try trainer { $0.klCoef = 0.7 }
    try ppo.step(Fixture.prompts(4))
    let batch = try ppo.rollout(Fixture.prompts(4))
    try ppo.score(batch)
    try ppo.advantages(batch)
    let beta = try #require(batch.klCoef)
    let totals = rowSums(try #require(batch.rewards).array, offsets: batch.offsets)
    let kl = rowSums(batch.kl.array, offsets: batch.offsets)
    // k1 summed over an answer is log π(answer) − log π_ref(answer).
    let ours = rowSums(batch.logProbs.array, offsets: batch.offsets)
    let theirs = rowSums(batch.refLogProbs.array, offsets: batch.offsets)
    #expect(kl.contains { abs($0) > 1e-3 })
    #expect(furthest(kl, zip(ours, theirs).map { $0 - $1 }) < Self.tolerance)
    let wanted = zip(try #require(batch.scores), kl).map { $0 - beta * $1 }
    #expect(furthest(totals, wanted) < Self.tolerance)
  }

  @Test func aRowAloneHasTheNumbersItHasInABatch() throws {
    let ppo = try trainer()
    let queries = (0..<3).map { Fixture.tokens(2 + 3 * $0, seed: UInt64($0)) }
    let responses = (0..<3).map { Fixture.tokens(7 - 2 * $0, seed: UInt64(9 + $0)) }
    let together = try ppo.rollout(queries: queries, responses: responses)
    for row in 0..<3 {
      let alone = try ppo.rollout(queries: [queries[row]], responses: [responses[row]])
      let range = together.rows[row]
      #expect(
        furthest(Array(together.logProbs.array[range]), alone.logProbs.array) < Self.tolerance)
      #expect(furthest(Array(together.values.array[range]), alone.values.array) < Self.tolerance)
    }
  }

  @Test func everyParameterMoves() throws {
    let ppo = try trainer()
    let before = ppo.stateTensors
    try ppo.step(
      queries: [Array(3..<50)], responses: [Array(50..<60)], scores: [1])
    let after = ppo.stateTensors
    for (old, new) in zip(before, after) {
      #expect(old.tensor.array != new.tensor.array, "\(old.name)")
    }
  }

  @Test func theRewardModelAndTheReferenceDoNotMove() throws {
    let judge = RewardModel(from: try Fixture.policy(), draws: Fixture.draws)
    let ppo = try trainer(judge)
    let before = (Fixture.bits(judge.model), Fixture.bits(ppo.reference))
    try ppo.step(Fixture.prompts(3))
    #expect(Fixture.bits(judge.model) == before.0)
    #expect(Fixture.bits(ppo.reference) == before.1)
  }

  @Test func theScoreRises() throws {
    let ppo = try trainer {
      $0.optimizer.learningRate = 3e-3
      $0.batchSize = 16
      $0.maxTokens = 8
    }
    try ppo.run(Fixture.prompts(4), steps: 15)
    let scores = ppo.log["ppo/mean_scores"]
    #expect(scores.count == 15)
    #expect(mean(scores.suffix(3)) > mean(scores.prefix(3)) + 1)
  }

  @Test func sameSeedSameBitsAndFourStepsThenSixAreTen() throws {
    func run(_ parts: [Int]) throws -> (bits: [UInt32], kl: [Double]) {
      let ppo = try trainer {
        $0.batchSize = 3
        $0.miniBatchSize = 2
        $0.maxTokens = 3
        $0.ppoEpochs = 2
      }
      for steps in parts { try ppo.run(Fixture.prompts(5), steps: steps) }
      return (Fixture.bits(ppo.policy), ppo.log["objective/kl"])
    }
    let whole = try run([5])
    let split = try run([2, 3])
    #expect(whole.bits == split.bits)
    #expect(whole.kl == split.kl)
  }

  @Test func theNumberOfThreadsChangesNoBit() throws {
    let before = Engine.threads
    defer { Engine.threads = before }
    func run(_ threads: Int) throws -> [UInt32] {
      Engine.threads = threads
      let ppo = try trainer { $0.maxTokens = 20 }
      try ppo.step(Fixture.prompts(24))
      return Fixture.bits(ppo.policy)
    }
    let one = try run(1)
    #expect(try run(2) == one)
    #expect(try run(4) == one)
  }

  @Test func stagesWantTheirOrder() throws {
    let ppo = try trainer()
    let batch = try ppo.rollout(Fixture.prompts(2))
    #expect(throws: TrainingError.stage(called: "update", found: .rolledOut, wanted: .advantaged)) {
      try ppo.update(batch)
    }
    #expect(throws: TrainingError.stage(called: "advantages", found: .rolledOut, wanted: .scored)) {
      try ppo.advantages(batch)
    }
    try ppo.score(batch)
    try ppo.advantages(batch)
    try ppo.update(batch)
    #expect(batch.age == 1)
    #expect(
      throws: TrainingError.stage(called: "update", found: .updated, wanted: .advantaged, age: 1)
    ) {
      try ppo.update(batch)
    }
  }

  @Test func aBatchOfAnEarlierPolicyIsRefused() throws {
    let ppo = try trainer()
    let (first, second) = (
      try ppo.rollout(Fixture.prompts(2)), try ppo.rollout(Fixture.prompts(2))
    )
    for batch in [first, second] {
      try ppo.score(batch)
      try ppo.advantages(batch)
    }
    try ppo.update(first)
    let before = Fixture.bits(ppo.policy)
    #expect(second.age == 1)
    #expect(throws: TrainingError.stale(called: "update", age: 1)) { try ppo.update(second) }
    #expect(Fixture.bits(ppo.policy) == before)
  }

  @Test func aKLFarAboveTheTargetIsAWarning() throws {
    let ppo = try trainer { $0.target = 0.01 }
    ppo.reference.parameters[0].value = ppo.reference.parameters[0].value * 0.5
    let step = try ppo.step(Fixture.prompts(4))
    #expect(step.kl > 0.1)
    #expect(step.warnings.contains(.largeKL(step.kl, target: 0.01)))
  }

  @Test func emptyAnswersAndSingleTokensGiveFiniteNumbers() throws {
    let ppo = try trainer()
    for responses in [[[], []], [[], [5]], [[7], [8]]] as [[[Int32]]] {
      let step = try ppo.step(
        queries: [[1, 4], [1, 5]], responses: responses, scores: [1, 0])
      #expect(step.metrics.allSatisfy { $0.value.isFinite })
      #expect(step.warnings.contains(.noTokens) == responses.allSatisfy { $0.isEmpty })
    }
    #expect(Fixture.bits(ppo.policy).allSatisfy { Float(bitPattern: $0).isFinite })
    let single = try ppo.step(queries: [[1, 4]], responses: [[5, 6]], scores: [1])
    #expect(single.metrics.allSatisfy { $0.value.isFinite })
    #expect(single.warnings.isEmpty)
  }

  @Test func equalScoresAreAWarning() throws {
    let step = try trainer(Fixed([2, 2, 2])).step(Fixture.prompts(3))
    #expect(step.warnings.contains(.equalScores(2, count: 3)))
  }

  @Test func wrongInputIsAnErrorAndChangesNothing() throws {
    let ppo = try trainer(Fixed([1, .nan, 0]))
    let before = Fixture.bits(ppo.policy)
    #expect(
      throws: TrainingError.notFinite(trainer: "PPO", tensor: "scores", step: 1, found: "nan")
    ) { try ppo.step(Fixture.prompts(3)) }
    #expect(throws: TrainingError.self) { try ppo.step([]) }
    #expect(throws: TrainingError.emptyRow(trainer: "PPO", what: "prompt", row: 0)) {
      try ppo.step(queries: [[]], responses: [[4]], scores: [1])
    }
    #expect(throws: TrainingError.self) {
      try ppo.step(queries: [[1]], responses: [[4], [5]], scores: [1, 2])
    }
    #expect(throws: ModelError.self) {
      try ppo.step(queries: [[1]], responses: [[9999]], scores: [1])
    }
    #expect(throws: TrainingError.noReward) { try trainer(nil).step(Fixture.prompts(2)) }
    #expect(Fixture.bits(ppo.policy) == before)
    #expect(ppo.log.count == 0)
  }

  /// Drawing one token at a time from a cache and reading whole rows sum in different orders.
  static let decoding = 1e-4

  @Test func sampledAndMeasuredLogProbabilitiesAgree() throws {
    for temperature in [1.0, 0.7] {
      let ppo = try trainer { $0.temperature = temperature }
      let prompts = Fixture.prompts(4)
      let batch = try ppo.rollout(prompts)
      // The head took the trainer's first draw, the answers its second.
      let draw = Draw(
        seed: Fixture.draws.seed, call: Fixture.draws.call, count: 1, purpose: .sample)
      let sampled = try ppo.policy.generate(
        prompts.map(\.tokens),
        GenerationSettings(maxTokens: 6, temperature: Float(temperature)), draw: draw)
      #expect(sampled.map(\.tokens) == batch.responses)
      #expect(
        furthest(sampled.flatMap(\.logProbs), batch.logProbs.array.map { $0 }) < Self.decoding)
    }
  }

  @Test func aStopStringEndsAnAnswerAndTheUpdateSeesTheRest() throws {
    let stops = "abcdefgABCDEFG0123456".map { String($0) }
    let ppo = try trainer {
      $0.maxTokens = 30
      $0.stop = stops
    }
    let batch = try ppo.rollout(Fixture.prompts(8))
    #expect(batch.finishes.contains(.stopString))
    #expect(Set(batch.responses.map(\.count)).count > 2)
    for (sample, finish) in zip(batch.samples, batch.finishes) where finish == .stopString {
      let last = ppo.policy.tokenizer.decodeContinuation(
        prompt: sample.promptTokens, sample.responseTokens)
      #expect(stops.contains { last.hasSuffix($0) })
      #expect(!stops.contains { sample.response.contains($0) })
    }
    try ppo.score(batch)
    try ppo.advantages(batch)
    #expect(try ppo.update(batch).metrics.allSatisfy { $0.value.isFinite })
  }

  @Test func aModelCannotBeItsOwnReference() throws {
    let policy = try Fixture.policy()
    #expect(throws: TrainingError.self) {
      try PPO(policy: policy, reference: policy, draws: Fixture.draws)
    }
    #expect(throws: TrainingError.self) {
      try DPO(policy: policy, reference: policy, draws: Fixture.draws)
    }
  }

  @Test func aFrozenPolicyCannotBeTrained() throws {
    let policy = try Fixture.policy()
    policy.freeze()
    #expect(throws: TrainingError.frozen(trainer: "PPO", model: policy.name)) {
      try PPO(policy: policy, draws: Fixture.draws)
    }
    let ppo = try trainer()
    ppo.policy.freeze()
    let head = ppo.valueFunction.head.weight.value.array
    #expect(throws: TrainingError.frozen(trainer: "PPO", model: ppo.policy.name)) {
      try ppo.step(Fixture.prompts(2))
    }
    #expect(ppo.valueFunction.head.weight.value.array == head)
  }

  @Test func aLossThatIsNotFiniteKeepsTheWeights() throws {
    let ppo = try trainer { $0.optimizer.learningRate = 1e-3 }
    let batch = try ppo.rollout(Fixture.prompts(3))
    try ppo.score(batch)
    try ppo.advantages(batch)
    let parameter = ppo.valueFunction.head.bias
    parameter.value = Tensor([.nan], [1])
    let before = Fixture.bits(ppo.policy)
    let error = #expect(throws: TrainingError.self) { try ppo.update(batch) }
    #expect(
      error == .notFinite(trainer: "PPO", tensor: "values", step: 1, found: "nan"))
    #expect(Fixture.bits(ppo.policy) == before)
    #expect(ppo.policy.parameters.allSatisfy { $0.gradient == nil })
  }

  @Test func stoppingKeepsTheLastCompletedOptimizerStep() throws {
    // The weights after each optimizer step of an undisturbed run …
    var snapshots: [[UInt32]] = []
    let whole = try trainer { $0.miniBatchSize = 2 }
    try whole.step(Fixture.prompts(4)) { progress in
      if progress.phase == "update" { snapshots.append(Fixture.bits(whole.policy)) }
    }
    #expect(snapshots.count == 8)
    // … are those of a run stopped at it, and the trainer still works.
    let stopped = try trainer { $0.miniBatchSize = 2 }
    #expect(throws: Stopped.self) {
      try stopped.step(Fixture.prompts(4)) { progress in
        if progress.phase == "update" && progress.done == 3 { throw Stopped() }
      }
    }
    #expect(Fixture.bits(stopped.policy) == snapshots[2])
    #expect(stopped.log.count == 0)
    #expect(stopped.policy.parameters.allSatisfy { $0.gradient == nil })
    try stopped.step(Fixture.prompts(4))
    #expect(stopped.log.count == 1)
  }

  @Test func stoppingInAnAnswerChangesNoWeight() throws {
    let ppo = try trainer()
    let before = Fixture.bits(ppo.policy)
    #expect(throws: Stopped.self) {
      try ppo.step(Fixture.prompts(2)) { progress in
        if progress.phase == "generate" && progress.done == 2 { throw Stopped() }
      }
    }
    #expect(Fixture.bits(ppo.policy) == before)
  }

  @Test func everyStatisticOfTRLIsThere() throws {
    let step = try trainer().step(Fixture.prompts(3))
    let wanted = [
      "objective/kl", "objective/kl_coef", "objective/entropy", "ppo/mean_non_score_reward",
      "ppo/mean_scores", "ppo/std_scores", "ppo/loss/policy", "ppo/loss/value", "ppo/loss/total",
      "ppo/policy/entropy", "ppo/policy/approxkl", "ppo/policy/policykl", "ppo/policy/clipfrac",
      "ppo/policy/advantages_mean", "ppo/policy/ratio", "ppo/returns/mean", "ppo/returns/var",
      "ppo/val/vpred", "ppo/val/error", "ppo/val/clipfrac", "ppo/val/mean", "ppo/val/var",
      "ppo/val/var_explained", "ppo/learning_rate", "tokens/queries_len_mean",
      "tokens/queries_len_std", "tokens/responses_len_mean", "tokens/responses_len_std",
      "objective/non_score_reward", "objective/rlhf_reward", "val/ratio_var", "val/num_eos_tokens",
    ]
    for name in wanted { #expect(step.metrics.value(name) != nil, "\(name)") }
    let lists = step.distributions.map(\.name)
    for name in [
      "objective/kl_dist", "objective/logprobs", "objective/ref_logprobs", "ppo/policy/advantages",
      "ppo/policy/ratio", "tokens/queries_dist", "tokens/responses_dist",
    ] { #expect(lists.contains(name), "\(name)") }
    for (alias, name) in PPO.aliases { #expect(wanted.contains(name), "\(alias)") }
  }
}
