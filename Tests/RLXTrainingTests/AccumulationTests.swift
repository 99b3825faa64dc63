import Glibc
import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

/// Gradient accumulation: small batches make the step that one large batch makes.
@Suite(.serialized) struct AccumulationTests {
  /// float32 sums of other groups: about the rounding of a sum of thousands of terms.
  static let numbers = 1e-5
  /// Some AdamW steps of 1e-3, whose direction rounding can tilt where a gradient is near 0.
  static let weights = 2e-5

  struct Recorded: Decodable {
    struct Step: Decodable { let loss, grad_norm: Double }
    let prompts, completions: [[Int32]]
    let steps: [Step]
    let norm: [Float]

    var examples: [SFT.Example] {
      zip(prompts, completions).map { SFT.Example(prompt: $0, completion: $1) }
    }
  }

  private static func sft(batch: Int, accumulating: Int) throws -> SFT {
    var settings = SFT.Settings()
    settings.optimizer.learningRate = 1e-3
    settings.appendEos = false
    settings.batchSize = batch
    settings.gradientAccumulationSteps = accumulating
    return try SFT(try Fixture.policy(), settings, draws: Fixture.draws)
  }

  private var pairs: [PreferencePair] {
    (0..<5).map { (row: Int) -> PreferencePair in
      PreferencePair(
        prompt: Fixture.tokens(2 + row, seed: UInt64(row)),
        chosen: Fixture.tokens(1 + 2 * row, seed: UInt64(20 + row)),
        rejected: Fixture.tokens(9 - row, seed: UInt64(40 + row)))
    }
  }

  /// Completions of 1, 12, 3 and 6 tokens: the mean of four means would be another number.
  @Test func threeStepsOfFourBatchesAgreeWithTransformersTrainer() throws {
    let recorded = try Fixture.json("accumulation.json", as: Recorded.self)
    let sft = try Self.sft(batch: 1, accumulating: 4)
    try sft.run(recorded.examples, steps: 3)
    #expect(furthest(sft.log["loss"], recorded.steps.map(\.loss)) < Self.numbers)
    #expect(furthest(sft.log["grad_norm"], recorded.steps.map(\.grad_norm)) < Self.numbers)
    let norm = try #require(sft.model.parameters.first { $0.name == "model.norm.weight" })
    #expect(furthest(norm.value.array, recorded.norm) < Self.weights)
  }

  /// Every number and every weight is that of the large batch, within rounding, for all three trainers.
  @Test(arguments: [1, 2, 4])
  func smallBatchesAreTheLargeOne(size: Int) throws {
    let recorded = try Fixture.json("accumulation.json", as: Recorded.self)
    let (whole, parted) = (
      try Self.sft(batch: 4, accumulating: 1),
      try Self.sft(batch: size, accumulating: 4 / size)
    )
    for trainer in [whole, parted] { try trainer.run(recorded.examples, steps: 3) }
    compare(whole.log, parted.log)
    compare(whole.model, parted.model)

    func dpo(_ batch: Int, _ accumulating: Int) throws -> DPO {
      var settings = DPO.Settings()
      settings.optimizer.learningRate = 1e-3
      settings.batchSize = batch
      settings.gradientAccumulationSteps = accumulating
      let dpo = try DPO(
        policy: Fixture.policy(), reference: Fixture.reference(), settings: settings,
        draws: Fixture.draws)
      try dpo.run(pairs, steps: 3)
      return dpo
    }
    let (wholeDPO, partedDPO) = (try dpo(5, 1), try dpo(size, (5 + size - 1) / size))
    compare(wholeDPO.log, partedDPO.log)
    compare(wholeDPO.policy, partedDPO.policy)

    func reward(_ batch: Int, _ accumulating: Int) throws -> RewardModel {
      var settings = RewardModel.Settings()
      settings.optimizer.learningRate = 1e-3
      settings.batchSize = batch
      settings.gradientAccumulationSteps = accumulating
      settings.maxSteps = 3
      let rm = RewardModel(from: try Fixture.policy(), draws: Fixture.draws)
      try rm.fit(pairs, settings)
      return rm
    }
    let (wholeRM, partedRM) = (try reward(5, 1), try reward(size, (5 + size - 1) / size))
    compare(wholeRM.log, partedRM.log)
    compare(wholeRM.model, partedRM.model)
  }

  private func compare(_ whole: TrainLog, _ parted: TrainLog) {
    #expect(whole.count == 3 && parted.count == 3)
    #expect(whole.names == parted.names)
    for name in whole.names {
      #expect(furthest(parted[name], whole[name]) < Self.numbers, "\(name)")
    }
  }

  private func compare(_ whole: LanguageModel, _ parted: LanguageModel) {
    for (a, b) in zip(whole.parameters, parted.parameters) {
      #expect(furthest(b.value.array, a.value.array) < Self.weights, "\(a.name)")
    }
  }

  /// TRL's PPO gives every mini-batch of a backward batch the same share: with answers of one length
  /// that is the large mini-batch. (With others it is TRL's to the golden `accumulation` of `GoldenPPOTests`.)
  @Test func miniBatchesOfPPOAreTheLargeOneWhereAnswersAreAlikeLong() throws {
    func ppo(_ mini: Int, _ accumulating: Int) throws -> PPO {
      var settings = PPO.Settings()
      settings.optimizer.learningRate = 1e-3
      settings.miniBatchSize = mini
      settings.gradientAccumulationSteps = accumulating
      let ppo = try PPO(
        policy: Fixture.policy(), reference: Fixture.reference(), settings: settings,
        draws: Fixture.draws)
      let batch = try ppo.rollout(
        queries: (0..<4).map { Fixture.tokens(3 + $0, seed: UInt64($0)) },
        responses: (0..<4).map { Fixture.tokens(5, seed: UInt64(10 + $0)) })
      try ppo.score(batch, rewards: [1, -1, 0.5, 2].map { .score($0) })
      try ppo.advantages(batch)
      try ppo.update(batch)
      return ppo
    }
    let (whole, parted) = (try ppo(4, 1), try ppo(2, 2))
    compare(whole.policy, parted.policy)
  }

  /// Only one batch's graph is in memory: adding up eight takes no more than adding up two. In a process
  /// of its own, for the engine counts the memory of all.
  @Test func memoryDoesNotGrowWithTheBatchesThatAreAddedUp() async {
    await #expect(processExitsWith: .success) {
      let two = try Self.peak(rows: 4, accumulating: 2)
      let eight = try Self.peak(rows: 16, accumulating: 8)
      let large = try Self.peak(rows: 16, accumulating: 1)
      // A hundredth: blocks come in sizes, and which are free depends on what went before.
      guard eight <= two + two / 100, large > 3 * eight else {
        print("two \(two), eight \(eight), large \(large)")
        exit(1)
      }
    }
  }

  /// The most bytes of tensors that some steps need beyond what stays.
  private static func peak(rows: Int, accumulating: Int) throws -> Int {
    let sft = try sft(batch: rows / accumulating, accumulating: accumulating)
    let examples = (0..<rows).map { SFT.Example(completion: Fixture.tokens(48, seed: UInt64($0))) }
    try sft.run(examples, steps: 1)
    Engine.releaseFreeMemory()
    let before = Engine.liveBytes
    try sft.run(examples, steps: 2)
    return Engine.peakBytes - before
  }

  @Test func anEpochCountsTheBatchesThatAreAddedUp() throws {
    var settings = SFT.Settings()
    (settings.batchSize, settings.gradientAccumulationSteps) = (2, 3)
    #expect(settings.stepCount(rows: 13, epochs: 2) == 6)
    #expect(settings.stepCount(rows: 12, epochs: 2) == 4)
  }

  /// A person may stop between two batches of one step: it is dropped whole.
  @Test func stoppingBetweenTwoBatchesDropsTheStep() throws {
    let recorded = try Fixture.json("accumulation.json", as: Recorded.self)
    let sft = try Self.sft(batch: 1, accumulating: 4)
    let before = Fixture.bits(sft.model)
    #expect(throws: Stopped.self) {
      try sft.run(recorded.examples, steps: 2) {
        if $0.phase == "accumulate", $0.done == 2 { throw Stopped() }
      }
    }
    #expect(Fixture.bits(sft.model) == before)
    #expect(sft.model.parameters.allSatisfy { $0.gradient == nil })
    #expect(sft.log.count == 0)
  }
}
