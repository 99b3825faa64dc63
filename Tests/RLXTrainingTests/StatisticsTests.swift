import RLXTraining
import Testing

@Suite struct StatisticsTests {
  @Test func meansAndDeviationsOfFewNumbers() {
    #expect(mean([1.0, 2, 6]) == 3)
    #expect(variance([1.0, 2, 6]) == 7)
    #expect(mean([Double]()) == 0)
    #expect(variance([5.0]) == 0)
    #expect(standardDeviation([1.0, 3.0]) == 2.0.squareRoot())
  }

  /// Published values of Wilson's interval: 0 of 10 gives 0…0.2775, 8 of 10 gives 0.4902…0.9433.
  @Test(arguments: [(0, 10, 0.0, 0.2775), (8, 10, 0.4902, 0.9433), (10, 10, 0.7225, 1.0)])
  func wilsonIntervals(correct: Int, total: Int, low: Double, high: Double) {
    let found = Accuracy(correct: correct, total: total)
    #expect(abs(found.low - low) < 5e-5)
    #expect(abs(found.high - high) < 5e-5)
  }

  @Test func accuracyOfNothingSaysNothing() {
    let found = Accuracy(correct: 0, total: 0)
    #expect(found.value == 0 && found.low == 0 && found.high == 1)
  }

  @Test func logFindsValuesUnderOtherSystemsNames() {
    var log = TrainLog(aliases: [("kl", "objective/kl")])
    log.append([("objective/kl", 1), ("x", 5)])
    log.append([("objective/kl", 2)])
    #expect(log["kl"] == [1, 2])
    #expect(log["x"] == [5])
    #expect(log["y"] == [])
    #expect(log.names == ["objective/kl", "x"])
    #expect(log.last("x") == 5)
    #expect(log.count == 2)
  }

  @Test func passesVisitEveryRowOnceAndGoOnWhereTheyStopped() {
    var draws = TrainerDraws(seed: 1, call: 2)
    var passes = Passes()
    let first = passes.next(3, of: 5, draws: &draws) + passes.next(3, of: 5, draws: &draws)
    #expect(first.sorted() == [0, 1, 2, 3, 4])
    #expect(draws.count == 1)
    let wrapped = passes.wrapping(12, of: 5, draws: &draws)
    #expect(wrapped.count == 12)
    #expect(wrapped[0..<5].sorted() == [0, 1, 2, 3, 4])

    var again = (Passes(), TrainerDraws(seed: 1, call: 2))
    let whole = again.0.wrapping(17, of: 5, draws: &again.1)
    #expect(whole == first + wrapped)
  }

  @Test func scoresAreScaledThenClipped() {
    var moments = RunningMoments()
    #expect(
      processedScores([1, 2], scaling: false, norm: false, clip: nil, moments: &moments) == [1, 2])
    #expect(
      processedScores([-3, 0.5, 9], scaling: false, norm: false, clip: 1, moments: &moments)
        == [-1, 0.5, 1])
    let scaled = processedScores([1, 3], scaling: true, norm: true, clip: nil, moments: &moments)
    #expect(furthest(scaled, [-1 / 2.0.squareRoot(), 1 / 2.0.squareRoot()]) < 1e-6)
    var single = RunningMoments()
    #expect(
      processedScores([4], scaling: true, norm: false, clip: nil, moments: &single)[0].isFinite)
  }
}
