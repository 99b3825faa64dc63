import Foundation
import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

/// Trainers on models whose products are bf16.
@Suite(.serialized) struct BFloat16TrainingTests {
  /// The small model of the goldens with products of `dtype`.
  private func policy(_ dtype: DType) throws -> LanguageModel {
    let folder = Repository.golden("training/policy").path
    let plain = try LanguageModel.load(folder: folder)
    var config = plain.config
    config.dtype = dtype
    return LanguageModel(
      name: plain.name, family: try Families.build(config, from: WeightFiles(folder: folder)),
      tokenizer: plain.tokenizer, stopTokens: plain.stopTokens)
  }

  private func sft(_ dtype: DType, rate: Double = 1e-3) throws -> SFT {
    var settings = SFT.Settings()
    settings.optimizer.learningRate = rate
    return try SFT(try policy(dtype), settings, draws: Fixture.draws)
  }

  private let examples = (0..<6).map {
    SFT.Example(
      prompt: Fixture.tokens(3, seed: UInt64($0)),
      completion: Fixture.tokens(9, seed: 90 + UInt64($0)))
  }

  /// Losses near 4.6 over five steps: operands of 8 bits, and steps that differ where a gradient is small.
  @Test func lossesFollowFloat32() throws {
    let tolerance = 0.02
    let (exact, rounded) = (try sft(.float32), try sft(.bfloat16))
    for _ in 0..<5 {
      let a = try #require(try exact.step(examples).value("loss"))
      let b = try #require(try rounded.step(examples).value("loss"))
      #expect(a != b && abs(a - b) < tolerance)
    }
  }

  /// A step far below bf16's precision is kept: the weights themselves are float32.
  @Test func smallStepsAddUp() throws {
    let trainer = try sft(.bfloat16, rate: 1e-7)
    let before = trainer.model.parameters.map { $0.value.array }
    for _ in 0..<3 { try trainer.step(examples) }
    var moved = 0
    for (parameter, old) in zip(trainer.model.parameters, before) {
      for (new, old) in zip(parameter.value.array, old) where new != old {
        moved += 1
        // Adam's steps are at most about the learning rate; float32 rounds weights of 1 by 6e-8.
        #expect(abs(new - old) < 5e-7)
      }
    }
    #expect(moved > before.reduce(0) { $0 + $1.count } / 2)
  }

  @Test func sameBitsForAnyNumberOfThreads() throws {
    let threads = Engine.threads
    defer { Engine.threads = threads }
    let bits = try [1, 2, 4].map { count in
      Engine.threads = count
      let trainer = try sft(.bfloat16)
      for _ in 0..<2 { try trainer.step(examples) }
      return Fixture.bits(trainer.model)
    }
    #expect(bits[0] == bits[1] && bits[0] == bits[2])
  }

  /// All invariants of a step hold, among them that what was sampled is what is measured, and the first
  /// ratio is 1 to the bit though the mini-batch is smaller than the batch.
  @Test func proximalPolicyOptimisationRunsAndKeepsItsInvariants() throws {
    var settings = PPO.Settings()
    settings.optimizer.learningRate = 1e-3
    settings.maxTokens = 6
    settings.miniBatchSize = 2
    settings.ppoEpochs = 1
    settings.optimizer.learningRate = 0
    let still = try PPO(
      policy: policy(.bfloat16), reward: EvenTokens(), settings: settings, draws: Fixture.draws)
    let batch = try still.rollout(Fixture.prompts(5))
    #expect(batch.kl.array.allSatisfy { $0 == 0 }, "the reference is a copy, in bf16 too")
    try still.score(batch)
    try still.advantages(batch)
    try still.update(batch)
    #expect(try #require(batch.ratio).array.allSatisfy { $0 == 1 })

    settings.optimizer.learningRate = 1e-3
    settings.ppoEpochs = 4
    let ppo = try PPO(
      policy: policy(.bfloat16), reward: EvenTokens(), settings: settings, draws: Fixture.draws)
    let before = Fixture.bits(ppo.policy)
    for _ in 0..<2 { try ppo.step(Fixture.prompts(5)) }
    #expect(Fixture.bits(ppo.policy) != before)
    for invariant in try ppo.check(Fixture.prompts(4)) {
      #expect(invariant.holds, "\(invariant)")
    }
  }
}
