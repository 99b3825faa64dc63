import RLXModels
import RLXTensor
import RLXTraining
import Testing

/// The stop rule and what is kept.
@Suite(.serialized) struct RewardFitTests {
  private func comparisons(_ count: Int, seed: UInt64 = 0) -> [Comparison<[Int32]>] {
    (0..<count).map { row in
      let start = seed + UInt64(2 * row)
      return Comparison([
        Fixture.tokens(2 + row % 5, seed: start) + [7],
        Fixture.tokens(3 + row % 3, seed: start + 1) + [8],
      ])
    }
  }

  private var settings: RewardModel.Settings {
    var settings = RewardModel.Settings()
    settings.optimizer.learningRate = 3e-3
    settings.epochs = 40
    settings.evalSteps = 2
    settings.earlyStoppingPatience = 3
    return settings
  }

  /// Held-out pairs that say the opposite: the best weights are the first looked at.
  @Test func itStopsAndKeepsTheWeightsThatWereBest() throws {
    let opposite = comparisons(8).map { Comparison(Array($0.answers.reversed())) }
    let rm = RewardModel(from: try Fixture.policy(), draws: Fixture.draws)
    let result = try rm.fit(comparisons(8), settings, heldOut: opposite)
    let held = rm.log["eval_loss"]
    let best = try #require(held.firstIndex(of: held.min() ?? 0))
    #expect(result.stopped == rm.log.count)
    #expect(rm.log.count == 2 * (best + 1) + 6)
    #expect(result.kept?.step == 2 * (best + 1))
    #expect(result.kept?.value == held[best])
    let again = try rm.evaluate(opposite).value("eval_loss")
    // The same arithmetic on the same weights.
    #expect(again == held[best])
    #expect(rm.log["eval_accuracy"].count == held.count)

    var last = settings
    last.loadBestModelAtEnd = false
    let other = RewardModel(from: try Fixture.policy(), draws: Fixture.draws)
    let kept = try other.fit(comparisons(8), last, heldOut: opposite).kept
    #expect(kept == nil)
    #expect(try other.evaluate(opposite).value("eval_loss") == held.last)
  }

  @Test func withoutAStopRuleItRunsToTheEnd() throws {
    var plain = settings
    plain.epochs = 3
    plain.evalSteps = nil
    plain.earlyStoppingPatience = nil
    let rm = RewardModel(from: try Fixture.policy(), draws: Fixture.draws)
    let result = try rm.fit(comparisons(16), plain, heldOut: comparisons(4, seed: 100))
    #expect(result.stopped == nil)
    #expect(rm.log.count == 6)
    // Once a pass of two steps.
    #expect(rm.log["eval_loss"].count == 3)
  }

  @Test func lookingAtHeldOutPairsChangesNothing() throws {
    func weights(_ heldOut: [Comparison<[Int32]>]) throws -> [UInt32] {
      var plain = settings
      plain.epochs = 2
      plain.earlyStoppingPatience = nil
      plain.loadBestModelAtEnd = false
      let rm = RewardModel(from: try Fixture.policy(), draws: Fixture.draws)
      try rm.fit(comparisons(10), plain, heldOut: heldOut)
      return Fixture.bits(rm.model)
    }
    #expect(try weights([]) == weights(comparisons(3, seed: 50)))
  }
}
