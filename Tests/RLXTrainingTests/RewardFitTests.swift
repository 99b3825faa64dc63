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
    settings.earlyStoppingPatience = 3
    return settings
  }

  /// A fit that evaluates every second step, as a session does.
  private func fit(
    _ rm: RewardModel, _ settings: RewardModel.Settings, heldOut: [Comparison<[Int32]>]
  ) throws -> (watch: HeldOutWatch, values: [Double], keptOther: Bool) {
    let watch = HeldOutWatch(rm, settings)
    var values: [Double] = []
    do {
      try rm.fit(comparisons(8), settings) { progress in
        guard progress.metrics != nil, rm.log.count % 2 == 0 else { return }
        let found = try rm.evaluate(heldOut)
        watch.note(found, after: rm.log.count)
        values.append(found.value("eval_loss") ?? .nan)
        if watch.isEnough { throw RunEnd() }
      }
    } catch is RunEnd {}
    return (watch, values, watch.keepBest(after: rm.log.count))
  }

  /// Held-out pairs that say the opposite: training makes them worse.
  @Test func itStopsAndKeepsTheWeightsThatWereBest() throws {
    let opposite = comparisons(8).map { Comparison(Array($0.answers.reversed())) }
    let rm = RewardModel(from: try Fixture.policy(), draws: Fixture.draws)
    let (watch, values, keptOther) = try fit(rm, settings, heldOut: opposite)
    let best = try #require(values.firstIndex(of: values.min() ?? 0))
    #expect(keptOther)
    #expect(watch.best?.step == 2 * (best + 1))
    #expect(watch.best?.value == values[best])
    // Three looks without a gain.
    #expect(rm.log.count == 2 * (best + 1) + 6)
    // The same arithmetic on the same weights.
    #expect(try rm.evaluate(opposite).value("eval_loss") == values[best])

    var last = settings
    last.loadBestModelAtEnd = false
    let other = RewardModel(from: try Fixture.policy(), draws: Fixture.draws)
    let kept = try fit(other, last, heldOut: opposite)
    #expect(!kept.keptOther)
    #expect(try other.evaluate(opposite).value("eval_loss") == kept.values.last)
  }

  @Test func withoutAStopRuleItRunsToTheEnd() throws {
    var plain = settings
    plain.epochs = 6
    plain.earlyStoppingPatience = nil
    let rm = RewardModel(from: try Fixture.policy(), draws: Fixture.draws)
    let (watch, values, _) = try fit(rm, plain, heldOut: comparisons(4, seed: 100))
    #expect(rm.log.count == 6 && values.count == 3)
    #expect(watch.best?.value == values.min())
  }
}
