import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

/// Whole PPO updates against TRL 0.11.4's `PPOTrainer.step`, and, where an answer is empty, against
/// a PyTorch program that repeats TRL's updates to 2e-7.
@Suite(.serialized) struct GoldenPPOTests {
  /// float32 on both sides: eight Adam steps of 1e-3, where TRL's own float32 run differs from a
  /// float64 run by 5e-7 in weights and 2e-6 in per-token numbers and statistics. Ten times that.
  static let weights = 1e-5
  static let numbers = 2e-5

  struct Update: Decodable {
    let queries, responses: [[Int32]]
    let raw_scores, scores: [Double]
    let packed: [String: [Float]]
    let stats: [String: Double]
    let kl_coef_after: Double
    let v_head: [Float]?
  }

  struct Run: Decodable {
    let orders: [[[Int]]]
    let updates: [Update]
  }

  private func trainer(_ change: (inout PPO.Settings) -> Void) throws -> PPO {
    var settings = PPO.Settings(profile: .trl011)
    settings.optimizer.learningRate = 1e-3
    change(&settings)
    let ppo = try PPO(
      policy: Fixture.policy(), reference: Fixture.reference(), settings: settings,
      draws: Fixture.draws)
    let head = try Fixture.checkpoint("value-head.safetensors")
    ppo.valueFunction.head.weight.value = try head.tensor(named: "weight")
    ppo.valueFunction.head.bias.value = try head.tensor(named: "bias")
    return ppo
  }

  /// Runs one recorded update and compares everything but the weights.
  private func follow(_ update: Update, _ orders: [[Int]], _ ppo: PPO) throws -> PPOStep {
    let batch = try ppo.rollout(queries: update.queries, responses: update.responses)
    try ppo.score(batch, rewards: update.raw_scores.map { .score($0) })
    try ppo.advantages(batch)
    #expect(furthest(try #require(batch.scores), update.scores) < Self.numbers)
    for (name, tensor) in batch.named where update.packed[name] != nil {
      let wanted = try #require(update.packed[name])
      #expect(furthest(tensor.array, wanted) < Self.numbers, "\(name)")
    }
    let nonScore = try #require(batch.nonScoreRewards)
    #expect(furthest(nonScore.array, update.packed["non_score"] ?? []) < Self.numbers)
    let step = try ppo.update(batch, orders: orders)
    #expect(update.stats.count > 20)
    for (name, wanted) in update.stats {
      let found = try #require(step.metrics.value(name), "\(name) is not measured")
      #expect(furthest([found], [wanted]) < Self.numbers, "\(name): \(found), wanted \(wanted)")
    }
    #expect(furthest([ppo.klController.value], [update.kl_coef_after]) < Self.numbers)
    return step
  }

  private func compareWeights(_ ppo: PPO, _ file: String) throws {
    let wanted = try Fixture.checkpoint(file)
    for (name, value) in ppo.stateTensors where !name.hasPrefix("m/") && !name.hasPrefix("v/") {
      let found = value.array
      let recorded = try wanted.tensor(named: name).array
      #expect(furthest(found, recorded) < Self.weights, "\(name) after \(file)")
    }
    #expect(Set(wanted.names).isSubset(of: ppo.stateTensors.map(\.name)))
  }

  @Test func twoUpdatesAgreeWithTRL() throws {
    let run = try Fixture.json("ppo-trl.json", as: Run.self)
    let ppo = try trainer { $0.miniBatchSize = 2 }
    for (i, update) in run.updates.enumerated() {
      _ = try follow(update, run.orders[i], ppo)
      try compareWeights(ppo, "ppo-trl-weights-\(i + 1).safetensors")
    }
  }

  @Test func twoUpdatesWithAnEmptyAnswerAgreeWithPyTorch() throws {
    let run = try Fixture.json("ppo-empty.json", as: Run.self)
    let ppo = try trainer { _ in }
    for (i, update) in run.updates.enumerated() {
      #expect(update.responses.contains { $0.isEmpty })
      let step = try follow(update, run.orders[i], ppo)
      #expect(step.metrics.allSatisfy { $0.value.isFinite })
      try compareWeights(ppo, "ppo-empty-weights-\(i + 1).safetensors")
    }
  }

  /// The second answer of each recorded batch is the text before a stop string and its token.
  @Test func theSecondAnswerEndsWithItsStopString() throws {
    let run = try Fixture.json("ppo-trl.json", as: Run.self)
    let model = try Fixture.policy()
    for update in run.updates {
      #expect(model.tokenizer.decode([try #require(update.responses[1].last)]).hasSuffix("."))
      #expect(Set(update.responses.map(\.count)).count > 2)
    }
  }

  static let variants: [(name: String, change: @Sendable (inout PPO.Settings) -> Void)] = [
    (
      "full",
      {
        $0.klPenalty = .full
        $0.gamma = 0.9
        $0.miniBatchSize = 2
      }
    ),
    (
      "whitened",
      {
        $0.whitenRewards = true
        $0.miniBatchSize = 2
      }
    ),
    (
      "abs",
      {
        $0.klPenalty = .abs
        $0.adapKlCtrl = false
        $0.klCoef = 0.05
        $0.miniBatchSize = 2
      }
    ),
    (
      "mse",
      {
        $0.klPenalty = .k2
        $0.scoreClip = 0.8
        $0.cliprange = 0.05
        $0.cliprangeValue = 0.02
        $0.vfCoef = 0.7
        $0.lam = 0.5
        $0.miniBatchSize = 2
      }
    ),
    (
      "accumulation",
      {
        $0.gradientAccumulationSteps = 2
        $0.miniBatchSize = 2
      }
    ),
    (
      "threshold",
      {
        $0.ratioThreshold = 1.02
        $0.ppoEpochs = 3
      }
    ),
    (
      "stopping",
      {
        $0.earlyStopping = true
        $0.targetKl = 0.002
      }
    ),
  ]

  @Test(arguments: variants.indices)
  func otherSettingsAgreeWithTRL(index: Int) throws {
    let (name, change) = Self.variants[index]
    let run = try #require(Fixture.json("ppo-variants.json", as: [String: Run].self)[name])
    let ppo = try trainer(change)
    var leftOut: [TrainWarning] = []
    for (i, update) in run.updates.enumerated() {
      let step = try follow(update, run.orders[i], ppo)
      let head = try #require(update.v_head)
      #expect(furthest(ppo.valueFunction.head.weight.value.array, head) < Self.weights, "\(name)")
      leftOut += step.warnings.filter { if case .ratioAboveThreshold = $0 { true } else { false } }
    }
    #expect(leftOut.isEmpty == (name != "threshold"))
  }
}
