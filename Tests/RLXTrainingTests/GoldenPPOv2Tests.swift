import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

/// The profile `ppov2` against TRL 0.11.4's own `PPOv2Trainer`: two updates, value model and score
/// after the end included.
@Suite(.serialized) struct GoldenPPOv2Tests {
  /// float32 on both sides over sixteen Adam steps of 3e-4; TRL's float32 run differs from its float64
  /// run by less than 1e-6 in weights. Twenty times that.
  static let tolerance = 2e-5

  struct Update: Decodable {
    let queries, responses: [[Int32]]
    let raw_scores, scores: [Double]
    let packed, ends, weights: [String: [Float]]
    /// What PPOv2 logs, and the same without padding where it averages over that too.
    let stats, unpadded: [String: Double]
  }

  struct Run: Decodable {
    let orders: [[[Int]]]
    let head: [Float]
    let updates: [Update]
  }

  static let variants: [(name: String, change: @Sendable (inout PPO.Settings) -> Void)] = [
    ("plain", { _ in }),
    ("penalised", { ($0.missingEosPenalty, $0.klCoef, $0.gamma) = (1, 0.2, 0.9) }),
    ("whitened", { ($0.whitenRewards, $0.miniBatchSize) = (true, 8) }),
  ]

  /// PPOv2's names for what the log has under another.
  static let names = [
    "loss/policy_avg": "ppo/loss/policy", "loss/value_avg": "ppo/loss/value",
    "policy/clipfrac_avg": "ppo/policy/clipfrac", "val/clipfrac_avg": "ppo/val/clipfrac",
    "policy/approxkl_avg": "ppo/policy/approxkl", "policy/entropy_avg": "ppo/policy/entropy",
    "val/ratio": "ppo/policy/ratio", "lr": "ppo/learning_rate",
    "objective/scores": "ppo/mean_scores",
  ]

  @Test(arguments: variants.indices)
  func twoUpdatesAgree(_ index: Int) throws {
    let gap = try Self.gap(Self.variants[index].name)
    #expect(gap.worst < Self.tolerance, "\(gap.place)")
  }

  /// Follows a recorded run and measures how far everything is from it.
  static func gap(_ variant: String) throws -> Gap {
    let (name, change) = try #require(variants.first { $0.name == variant })
    let run = try #require(try Fixture.json("ppov2.json", as: [String: Run].self)[name])
    var settings = PPO.Settings(profile: .ppov2)
    settings.optimizer.learningRate = 3e-4
    (settings.maxTokens, settings.miniBatchSize, settings.totalSteps) = (9, 4, 2)
    change(&settings)
    let judge = RewardModel(from: try Fixture.reference(), draws: Fixture.draws)
    judge.head.weight.value = Tensor(run.head, [1, run.head.count])
    judge.head.bias.value = .zeros([1])
    let ppo = try PPO(
      policy: Fixture.policy(), reward: judge, reference: Fixture.reference(), settings: settings,
      draws: Fixture.draws)
    var gap = Gap()
    for (i, update) in run.updates.enumerated() {
      let batch = try ppo.rollout(queries: update.queries, responses: update.responses)
      // The third is scored by what its value model begins as, the others with another head.
      try ppo.score(
        batch, rewards: name == "whitened" ? nil : update.raw_scores.map { .score($0) })
      try ppo.advantages(batch)
      gap.note(try #require(batch.rawScores), update.raw_scores, "raw scores of update \(i)")
      gap.note(try #require(batch.scores), update.scores, "scores of update \(i)")
      #expect(update.packed.count == 7)
      for (name, wanted) in update.packed {
        let found = try #require(batch.named.first { $0.name == name }).tensor.array
        gap.note(found, wanted, "\(name) of update \(i)")
      }
      let ends = try #require(batch.ends)
      let places = [ends.values, try #require(ends.rewards), try #require(ends.returns)]
      for (name, tensor) in zip(["values", "rewards", "returns"], places) {
        gap.note(tensor.array, try #require(update.ends[name]), "\(name) after ends \(i)")
      }
      let step = try ppo.update(batch, orders: run.orders[i])
      try compare(step, update, &gap)
      try compareWeights(ppo, update, &gap)
    }
    let before = (Fixture.bits(judge.model), try Fixture.bits(Fixture.reference().trunk()))
    #expect(before.0 == before.1, "the reward model moved")
    return gap
  }

  /// Every statistic of PPOv2; of those it averages over padding too, the mean without it.
  private static func compare(_ step: PPOStep, _ update: Update, _ gap: inout Gap) throws {
    #expect(update.stats.count == 15)
    for (name, logged) in update.stats {
      let wanted = update.unpadded[name] ?? logged
      gap.note([try #require(step.metrics.value(names[name] ?? name), "\(name)")], [wanted], name)
    }
  }

  private static func compareWeights(_ ppo: PPO, _ update: Update, _ gap: inout Gap) throws {
    #expect(update.weights.count == 5)
    for (name, wanted) in update.weights {
      let found = try #require(ppo.stateTensors.first { $0.name == name }).tensor.array
      let start = name.contains("lm_head") || name.contains("embed") ? 7 * wanted.count : 0
      gap.note(Array(found[start..<(start + wanted.count)]), wanted, name)
    }
    #expect(ppo.valueFunction.head.bias.value.array == [0])
  }
}
