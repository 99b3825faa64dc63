import Foundation
import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

/// Every trainer on every family: a step or two, after which all weights have moved and all numbers are
/// numbers. What the networks compute, the goldens of RLXModels say.
@Suite(.serialized) struct FamilyTrainingTests {
  /// Fresh, with weights large enough that a step shows; windows are shorter than the texts.
  private func model(_ family: ModelConfig.Family) throws -> LanguageModel {
    let tokenizer = try Fixture.policy().tokenizer
    let shape = ModelShape(family: family, layers: 2, width: 32, heads: 2, context: 40)
    var config = try shape.config(for: tokenizer)
    config.initialRange = 0.2
    if config.window > 0 { config.window = 5 }
    return LanguageModel(
      config, tokenizer: tokenizer, name: family.rawValue,
      draw: Draw(seed: 4, call: 0, purpose: .initial))
  }

  private func expectMoved(_ before: [[Float]], _ model: LanguageModel) {
    for (old, parameter) in zip(before, model.parameters) {
      #expect(parameter.value.isFinite, "\(parameter.name)")
      #expect(parameter.value.array != old, "\(parameter.name) did not move")
    }
  }

  private func values(_ model: LanguageModel) -> [[Float]] { model.parameters.map(\.value.array) }

  @Test(arguments: ModelConfig.Family.allCases)
  func imitationMovesEveryWeight(family: ModelConfig.Family) throws {
    let model = try model(family)
    let before = values(model)
    var settings = SFT.Settings()
    settings.optimizer.learningRate = 1e-3
    let sft = try SFT(model, settings, draws: Fixture.draws)
    let example = SFT.Example(
      prompt: Fixture.tokens(9, seed: 1), completion: Fixture.tokens(9, seed: 2))
    let first = try #require(try sft.step([example]).value("loss"))
    for _ in 0..<4 { try sft.step([example]) }
    let last = try #require(try sft.step([example]).value("loss"))
    #expect(last < first)
    expectMoved(before, model)
  }

  @Test(arguments: ModelConfig.Family.allCases)
  func policyAndRewardModelTakeAStep(family: ModelConfig.Family) throws {
    let policy = try model(family)
    let judge = RewardModel(from: policy, draws: Fixture.draws)
    var learning = RewardModel.Settings()
    learning.optimizer.learningRate = 1e-3
    let pairs = (0..<4).map { seed -> Comparison<[Int32]> in
      let seed = 10 * UInt64(seed)
      return Comparison([Fixture.tokens(8, seed: seed + 1), Fixture.tokens(7, seed: seed + 2)])
    }
    try judge.fit(pairs, learning)
    #expect(try judge.scores([Fixture.tokens(8, seed: 1)]).allSatisfy(\.isFinite))

    let before = values(policy)
    var settings = PPO.Settings()
    settings.optimizer.learningRate = 1e-3
    settings.maxTokens = 8
    let ppo = try PPO(policy: policy, reward: judge, settings: settings, draws: Fixture.draws)
    let step = try ppo.step(Fixture.prompts(4))
    #expect(step.metrics.value("ppo/mean_scores")?.isFinite == true)
    expectMoved(before, policy)

    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("family-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try judge.save(folder: folder.path)
    let read = try RewardModel.load(folder: folder.path, draws: Fixture.draws)
    let row = [Fixture.tokens(12, seed: 3)]
    #expect(try read.scores(row) == judge.scores(row))
  }
}
