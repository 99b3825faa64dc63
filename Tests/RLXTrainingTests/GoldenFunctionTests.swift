import RLXTensor
import RLXTraining
import Testing

/// TRL 0.11.4's own whitening, advantages, rewards, losses and controllers on ragged arrays.
@Suite struct GoldenFunctionTests {
  /// float32 on both sides, numbers of size 1, sums of a few dozen terms.
  static let tolerance = 1e-5

  struct Recorded: Decodable {
    struct Case: Decodable {
      let lengths: [Int]
      let rewards, values, old, new, vpred, other, scores, whitened, whitened_in_place: [Float]
      let token_rewards, non_score, advantages, returns, grad_new, grad_vpred: [Float]
      let logits: [[Float]]
      let mean, variance, policy_loss, value_loss: Double
      let kl: [String: [Float]]
      let stats: [String: Double]

      var offsets: [Int32] { lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + Int32($1)) } }
    }
    struct Control: Decodable { let kl, value: Double, count: Int }
    struct Moment: Decodable { let scores: [Double], mean, deviation: Double }
    let gamma, lam: Float
    let kl_coef: Double
    let cases: [Case]
    let controller: [Control]
    let moments: [Moment]
  }

  let recorded: Recorded

  init() throws { recorded = try Fixture.json("functions.json", as: Recorded.self) }

  @Test func meansVariancesAndWhitening() {
    for one in recorded.cases {
      #expect(abs(mean(one.rewards) - one.mean) < Self.tolerance)
      #expect(abs(variance(one.rewards) - one.variance) < Self.tolerance)
      #expect(furthest(whiten(one.rewards), one.whitened) < Self.tolerance)
      #expect(
        furthest(whiten(one.rewards, shiftMean: false), one.whitened_in_place) < Self.tolerance)
    }
  }

  @Test func rewardsAndPenalties() throws {
    for one in recorded.cases {
      for (name, wanted) in one.kl {
        let penalty = try #require(KLPenalty(rawValue: name))
        #expect(furthest(penalty.perToken(one.new, one.other), wanted) < Self.tolerance)
      }
      let beta = Float(recorded.kl_coef)
      let nonScore = KLPenalty.k1.perToken(one.new, one.other).map { -beta * $0 }
      let rewards = RewardLayout(offsets: one.offsets, ends: []).rewards(
        nonScore: nonScore, scores: one.scores.map(Double.init))
      #expect(furthest(rewards, one.token_rewards) < Self.tolerance)
      #expect(furthest(nonScore, one.non_score) < Self.tolerance)
    }
  }

  @Test func advantagesAndReturns() {
    for one in recorded.cases {
      let found = generalizedAdvantages(
        rewards: one.rewards, values: one.values, offsets: one.offsets, gamma: recorded.gamma,
        lambda: recorded.lam)
      #expect(furthest(whiten(found.advantages), one.advantages) < Self.tolerance)
      #expect(furthest(found.returns, one.returns) < Self.tolerance)
    }
  }

  @Test func policyLossAndItsGradient() throws {
    for one in recorded.cases {
      let new = Parameter("new", Tensor(one.new, [one.new.count]))
      let loss = PolicyLoss(
        new: new.tracked, old: Tensor(one.old, [one.old.count]),
        advantages: Tensor(one.advantages, [one.old.count]), cliprange: 0.2)
      #expect(furthest([loss.loss.item], [one.policy_loss]) < Self.tolerance)
      #expect(
        furthest([mean(loss.clipped.array)], [one.stats["policy/clipfrac"] ?? .nan])
          < Self.tolerance)
      try loss.loss.backward()
      #expect(furthest(try #require(new.gradient).array, one.grad_new) < Self.tolerance)
    }
  }

  @Test func valueLossAndItsGradient() throws {
    for one in recorded.cases {
      let value = Parameter("value", Tensor(one.vpred, [one.vpred.count]))
      let loss = ValueLoss(
        new: value.tracked, old: Tensor(one.values, [one.values.count]),
        returns: Tensor(one.returns, [one.returns.count]), cliprange: 0.2)
      #expect(furthest([loss.loss.item], [one.value_loss]) < Self.tolerance)
      #expect(
        furthest([mean(loss.clipped.array)], [one.stats["val/clipfrac"] ?? .nan]) < Self.tolerance)
      #expect(
        furthest([mean(loss.errors.array)], [one.stats["val/error"] ?? .nan]) < Self.tolerance)
      try (loss.loss * 0.1).backward()
      #expect(furthest(try #require(value.gradient).array, one.grad_vpred) < Self.tolerance)
    }
  }

  @Test func entropy() {
    for one in recorded.cases {
      let logits = Tensor(one.logits.flatMap { $0 }, [one.logits.count, 11])
      let found = mean(logits.tokenEntropy().array)
      #expect(furthest([found], [one.stats["policy/entropy"] ?? .nan]) < Self.tolerance)
    }
  }

  @Test func controllerAndRunningMoments() {
    var controller = KLController(value: 0.2, adaptive: true, target: 6, horizon: 10000)
    for step in recorded.controller {
      controller.update(kl: step.kl, count: step.count)
      #expect(abs(controller.value - step.value) < 1e-12)  // double on both sides
    }
    var moments = RunningMoments()
    for step in recorded.moments {
      moments.update(step.scores)
      #expect(abs(moments.mean - step.mean) < Self.tolerance)
      #expect(abs(moments.deviation - step.deviation) < Self.tolerance)
    }
  }
}
