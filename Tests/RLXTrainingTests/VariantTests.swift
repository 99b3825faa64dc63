import Foundation
import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

@Suite(.serialized) struct VariantTests {
  private func bits(_ trainer: some StatefulTrainer) -> [UInt64] {
    trainer.stateTensors.flatMap { $0.tensor.array.map { UInt64($0.bitPattern) } }
      + trainer.stateNumbers.map(\.value.bitPattern)
      + trainer.log.entries.flatMap { $0.map(\.value.bitPattern) }
  }

  private func trainer() throws -> PPO {
    var settings = PPO.Settings()
    settings.maxTokens = 5
    settings.batchSize = 4
    settings.optimizer.learningRate = 1e-3
    return try PPO(
      policy: try Fixture.policy(), reward: EvenTokens(), settings: settings, draws: Fixture.draws)
  }

  @Test func aVariantChangesNothingOfItsOriginal() throws {
    let ppo = try trainer()
    try ppo.run(Fixture.prompts(5), steps: 2)
    let before = bits(ppo)
    let variant = try ppo.variant([("whiten_rewards", .bool(true))], seed: 9)
    try variant.run(Fixture.prompts(5), steps: 2)
    #expect(bits(ppo) == before)
    #expect(variant.log.count == 2 && variant.settings.whitenRewards)
    #expect(variant.reference === ppo.reference)
  }

  /// With the original's own seed and settings, in the place where a pass over the data begins, a
  /// variant does what the original would have done: weights, moments and controllers went along.
  @Test func aVariantGoesOnFromWhereItsOriginalStands() throws {
    let ppo = try trainer()
    let prompts = Fixture.prompts(4)
    try ppo.run(prompts, steps: 2)
    let variant = try ppo.variant([], seed: Fixture.draws.seed)
    try variant.run(prompts, steps: 2)
    try ppo.run(prompts, steps: 2)
    #expect(Fixture.bits(variant.policy) == Fixture.bits(ppo.policy))
    #expect(variant.log["objective/kl"] == Array(ppo.log["objective/kl"].suffix(2)))
    #expect(variant.counters.map(\.value) == ppo.counters.map(\.value))
  }

  @Test func seedsDifferAndRepeat() throws {
    let ppo = try trainer()
    func scores(_ seed: UInt64) throws -> [Double] {
      let variant = try ppo.variant([], seed: seed)
      try variant.run(Fixture.prompts(5), steps: 1)
      return variant.log["objective/entropy"]
    }
    #expect(try scores(1) == scores(1))
    #expect(try scores(1) != scores(2))
  }

  @Test func aKLWeightOfItsOwnIsWhereTheControllerBegins() throws {
    let ppo = try trainer()
    try ppo.run(Fixture.prompts(5), steps: 1)
    let kept = try ppo.variant([("cliprange", .number(0.1))], seed: 1)
    #expect(kept.klController.value == ppo.klController.value)
    #expect(try ppo.variant([("kl_coef", .number(0.7))], seed: 1).klController.value == 0.7)
  }

  @Test func frozenParametersStayFrozenInVariants() throws {
    let policy = try Fixture.policy()
    policy.parameters[0].isFrozen = true
    let sft = try SFT(policy, draws: Fixture.draws)
    policy.parameters[1].isFrozen = true  // since the trainer was made
    let variant = try sft.variant([("learning_rate", .number(0.1))], seed: 1)
    #expect(variant.model.parameters.map(\.isFrozen) == policy.parameters.map(\.isFrozen))
    try variant.run([SFT.Example(completion: [4, 5, 6, 7])], steps: 1)
    for place in 0..<2 {
      #expect(variant.model.parameters[place].value.array == policy.parameters[place].value.array)
    }
    #expect(variant.model.parameters[2].value.array != policy.parameters[2].value.array)
  }

  @Test func settingsThatCannotBeAreErrors() throws {
    let sft = try SFT(try Fixture.policy(), draws: Fixture.draws)
    #expect(throws: TrainingError.self) { try sft.checkVariant([("learning_rate", .number(-1))]) }
    #expect(throws: TrainingError.self) { try sft.checkVariant([("kl_coef", .number(1))]) }
    try sft.checkVariant([("batch_size", .integer(2))])
  }
}
