import Foundation
import RLXModels
import RLXTensor
import RLXTraining
import Testing

@Suite(.serialized) struct TrainingDeterminismTests {
  /// A fresh network of two layers, wide enough that products are cut into pieces for a team.
  static func model(_ family: ModelConfig.Family) throws -> LanguageModel {
    let fixture = try Fixture.policy()
    var config = ModelConfig(
      vocabulary: fixture.config.vocabulary, width: 64, innerWidth: 160, layers: 2, heads: 4,
      kvHeads: family == .llama ? 2 : nil, context: 512)
    config.family = family
    let draw = Draw(seed: 5, call: 0, count: 0, purpose: .initial)
    return LanguageModel(
      name: family.rawValue, family: Families.fresh(config, draw: draw),
      tokenizer: fixture.tokenizer, stopTokens: [])
  }

  /// The weights after two steps on twelve rows of 40 to 150 tokens.
  static func trained(
    _ family: ModelConfig.Family, threads: Int, checkpointing: Bool = false
  ) throws -> [UInt32] {
    let before = Engine.threads
    defer { Engine.threads = before }
    Engine.threads = threads
    var settings = SFT.Settings()
    settings.optimizer.learningRate = 1e-3
    settings.optimizer.gradientCheckpointing = checkpointing
    settings.gradientAccumulationSteps = 2
    let sft = try SFT(try model(family), settings, draws: Fixture.draws)
    let rows = (0..<12).map {
      SFT.Example(prompt: [1], completion: Fixture.tokens(40 + 10 * $0, seed: UInt64($0)))
    }
    for _ in 0..<2 { try sft.step(rows) }
    return Fixture.bits(sft.model)
  }

  @Test(arguments: [ModelConfig.Family.llama, .gpt2])
  func wholeStepsHaveTheSameBitsOnAnyTeamAndAgain(family: ModelConfig.Family) throws {
    let one = try Self.trained(family, threads: 1)
    for threads in [1, 2, 4] {
      #expect(try Self.trained(family, threads: threads) == one, "\(threads) threads")
    }
  }

  @Test(arguments: [ModelConfig.Family.llama, .gpt2])
  func checkpointingChangesNoBit(family: ModelConfig.Family) throws {
    let plain = try Self.trained(family, threads: 2)
    #expect(try Self.trained(family, threads: 2, checkpointing: true) == plain)
  }

  /// In a process of its own, where nothing else allocates: what 1,000 steps leave is their log, seven
  /// numbers with names each.
  @Test func aThousandStepsTakeNoMoreMemory() async {
    await #expect(processExitsWith: .success) {
      func residentBytes() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * 4096
      }
      let sft = try SFT(try Fixture.policy(), draws: Fixture.draws)
      let rows = (0..<4).map {
        SFT.Example(prompt: [1], completion: Fixture.tokens(3 + $0, seed: UInt64($0)))
      }
      for _ in 0..<100 { try sft.step(rows) }
      let (live, resident) = (Engine.liveBytes, residentBytes())
      for _ in 0..<900 { try sft.step(rows) }
      guard Engine.liveBytes == live else { exit(1) }
      guard residentBytes() - resident < 8 << 20 else { exit(2) }
    }
  }
}
