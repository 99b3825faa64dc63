import Foundation
import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

@Suite struct StepCostTests {
  /// What PyTorch's FlopCounterMode counts for one row of the small model, all tokens scored.
  struct Counted: Decodable {
    struct Operations: Decodable { let mm, bmm: Double }
    let length: Int
    let forward, backward: Double
    let forward_by_operation: Operations
  }

  /// PyTorch multiplies every query with every key, the masked half too: n² where n(n + 1)/2 count.
  @Test func operationsAreThosePyTorchCounts() throws {
    let config = try Fixture.policy().config
    for counted in try Fixture.json("operations.json", as: [Counted].self) {
      let n = Double(counted.length)
      let whole = OperationCount(config).reading(tokens: counted.length, scored: counted.length)
      let attention = counted.forward_by_operation.bmm * (n + 1) / (2 * n)
      #expect(whole == counted.forward_by_operation.mm + attention)
      #expect(counted.backward == 2 * counted.forward)
    }
  }

  /// A window of 3 over 5 tokens: they see 1, 2, 3, 3 and 3 tokens, 12 pairs where 15 are without one.
  @Test func windowsLeaveOutWhatTheyHide() throws {
    var config = try Fixture.policy().config
    func operations() -> Double { OperationCount(config).reading(tokens: 5, scored: 0) }
    let whole = operations()
    config.window = 3
    #expect(whole - operations() == 2 * 4 * 32 * 3)
    config.windowedLayers = [true, false]
    #expect(whole - operations() == 4 * 32 * 3)
    config.window = 5
    #expect(whole == operations())
  }

  /// The small model: 2 layers of C = 32, Q = 32, KV = 16, I = 48, V = 97. A layer's matrices are
  /// 32·(2·32 + 2·16) + 3·32·48 = 7680. A prompt of 3 and an answer of 2 tokens are 4 tokens read and
  /// 2 scored: 2·(2·7680·4 + 2·32·4·5) + 2·32·97·2 = 125440 + 12416 = 137856; trained on, 413568.
  /// All 5 read for a head: 2·(2·7680·5 + 2·32·5·6) = 157440; trained on, 472320.
  @Test func stepsByHand() throws {
    let size = RowSize(prompt: 3, response: 2)
    let policy = try Fixture.policy()
    let read = 137_856.0
    let heads = 157_440.0

    let sft = try SFT(policy, draws: Fixture.draws)
    let one = StepCost(sft, size)
    #expect(one.rows == 8 && one.tokens == 40)
    #expect(one.operations == 8 * 3 * read && one.ratio == 1)
    // Weights, gradients and two moments of 4 bytes; 8 rows of 5 tokens, 2 of which have rows of V.
    let weights = Double(policy.parameterCount)
    let kept = 8.0 * (5 * (2 * (4 * 32 + 2 * 32 + 2 * 16 + 3 * 48) + 2 * 32) + 2 * 2 * 97)
    #expect(one.memory == 4 * (4 * weights + kept))

    let reward = RewardModel(from: policy, draws: Fixture.draws)
    let pair = StepCost(reward, size, rows: 2)
    #expect(pair.tokens == 20 && pair.operations == 2 * 2 * 3 * heads)
    #expect(pair.ratio == 2 * heads / read)

    let steps = StepCost(try PRM(from: policy, draws: Fixture.draws), size, rows: 1)
    #expect(steps.operations == 3 * heads)

    let dpo = StepCost(try DPO(policy: policy, draws: Fixture.draws), size, rows: 1)
    #expect(dpo.operations == 2 * read + 2 * 3 * read)
    #expect(abs(dpo.ratio - 8.0 / 3) < 1e-12)

    var settings = PPO.Settings()
    settings.ppoEpochs = 4
    settings.batchSize = 6
    settings.miniBatchSize = 2
    let ppo = try PPO(policy: policy, settings: settings, draws: Fixture.draws)
    let without = StepCost(ppo, size)
    #expect(without.rows == 6 && without.operations == 6 * (3 + 12) * read)
    let with = StepCost(ppo, size, rewards: [reward.model])
    #expect(with.operations - without.operations == 6 * heads)
    #expect(with.memory - without.memory == 4 * Double(reward.model.parameterCount))
  }

  @Test func frozenWeightsNeedNeitherGradientsNorMoments() throws {
    let policy = try Fixture.policy()
    let size = RowSize(prompt: 3, response: 2)
    let all = StepCost(try SFT(policy, draws: Fixture.draws), size).memory
    let frozen = try #require(policy.parameters.first)
    frozen.isFrozen = true
    let some = StepCost(try SFT(policy, draws: Fixture.draws), size).memory
    #expect(all - some == 4 * 3 * Double(frozen.value.count))
  }

  /// What is counted beforehand is what the log counts as it happens, reward models aside.
  @Test func costAndLogAgree() throws {
    let size = RowSize(prompt: 3, response: 2)
    let rows = (0..<4).map { Fixture.tokens(3, seed: UInt64($0)) }
    let answers = (0..<4).map { Fixture.tokens(2, seed: UInt64(20 + $0)) }

    var plain = SFT.Settings()
    plain.appendEos = false
    plain.batchSize = 4
    let sft = try SFT(try Fixture.policy(), plain, draws: Fixture.draws)
    try sft.step(zip(rows, answers).map { SFT.Example(prompt: $0, completion: $1) })
    #expect(sft.log["flops"] == [StepCost(sft, size).operations])
    #expect(sft.log["num_tokens"] == [StepCost(sft, size).tokens])

    let pairs = zip(rows, answers).map {
      PreferencePair(prompt: $0, chosen: $1, rejected: $1.reversed())
    }
    let reward = RewardModel(from: try Fixture.policy(), draws: Fixture.draws)
    try reward.step(pairs)
    #expect(reward.log["flops"] == [StepCost(reward, size, rows: 4).operations])
    let dpo = try DPO(policy: try Fixture.policy(), draws: Fixture.draws)
    try dpo.step(pairs)
    #expect(dpo.log["flops"] == [StepCost(dpo, size, rows: 4).operations])
    #expect(dpo.log["num_tokens"] == [StepCost(dpo, size, rows: 4).tokens])

    let prm = try PRM(from: try Fixture.policy(), draws: Fixture.draws)
    let steps = try rows.map { try prm.row(PRM.Example(prompt: $0, steps: [[5]], labels: [true])) }
    try prm.step(steps)
    let read = RowSize(prompt: 3, response: steps[0].tokens.count - 3)
    #expect(prm.log["flops"] == [StepCost(prm, read, rows: 4).operations])

    for valueModel in [PPO.ValueModel.shared, .separate] {
      var settings = PPO.Settings()
      settings.maxTokens = 2
      settings.minTokens = 2
      settings.batchSize = 4
      settings.miniBatchSize = 2
      settings.valueModel = valueModel
      let ppo = try PPO(
        policy: try Fixture.policy(), reward: EvenTokens(), settings: settings,
        draws: Fixture.draws)
      try ppo.step(rows.map { Prompt(text: "", tokens: $0) })
      #expect(ppo.log["flops"] == [StepCost(ppo, size).operations], "\(valueModel)")
      #expect(ppo.log["num_tokens"] == [StepCost(ppo, size).tokens], "\(valueModel)")
    }
  }
}
