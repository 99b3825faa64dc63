import Foundation
import RLXTraining
import Testing

@Suite struct CalibrationTests {
  /// Differences 2, 1, −1, 0.1: probabilities .8808, .7311, .7311, .5250; right, right, wrong, right.
  @Test func byHand() {
    let curve = Calibration([2, 1, -1, 0.1], bins: 2)
    #expect(curve.bins.map(\.count) == [3, 1])
    #expect(furthest(curve.bins.map(\.confidence), [0.662365, 0.880797]) < 1e-6)
    #expect(furthest(curve.bins.map(\.accuracy), [2.0 / 3, 1]) < 1e-12)
    let error = 0.75 * abs(2.0 / 3 - 0.662365) + 0.25 * (1 - 0.880797)
    #expect(abs(curve.error - error) < 1e-6)
    let losses = [2.0, 1, -1, 0.1].map { log(1 + exp(-$0)) }
    #expect(abs(curve.loss - mean(losses)) < 1e-12)
    let squares = [2.0, 1, -1, 0.1].map { pow(1 - 1 / (1 + exp(-$0)), 2) }
    #expect(abs(curve.brier - mean(squares)) < 1e-12)
  }

  @Test func scoresThatSayNothingAndThoseThatSayAll() {
    let nothing = Calibration([0, 0, 0, 0], bins: 10)
    #expect(nothing.brier == 0.25 && nothing.bins[0].count == 4)
    #expect(abs(nothing.loss - log(2)) < 1e-12)
    let sure = Calibration([1000, -1000], bins: 10)
    #expect(sure.bins[9].count == 2 && sure.error == 0.5)
    #expect(abs(sure.loss - 500) < 1e-9)
    #expect(Calibration([], bins: 3).bins.map(\.count) == [0, 0, 0])
  }

  @Test func lengthGroupsNeverPartEqualLengths() {
    let groups = LengthGroup.groups(
      lengths: [3, -2, 0, 0, 0, 5], differences: [1, -1, 1, 1, -1, 2], count: 3)
    #expect(groups.map(\.from) == [-2, 3, 5])
    #expect(groups.map(\.to) == [0, 3, 5])
    let one = Accuracy(correct: 1, total: 1)
    #expect(groups.map(\.accuracy) == [Accuracy(correct: 2, total: 4), one, one])
    #expect(LengthGroup.groups(lengths: [], differences: [], count: 3).isEmpty)
    let many = LengthGroup.groups(
      lengths: Array(0..<100), differences: Array(repeating: 1, count: 100), count: 4)
    #expect(many.map(\.accuracy.total) == [25, 25, 25, 25])
  }

  @Test func combinationsAreCostesThree() {
    let scores = [1.0, 2, 6]
    #expect(ScoreCombination.mean(scores, weight: 0.5) == 3)
    #expect(ScoreCombination.worst(scores, weight: 0.5) == 1)
    // Variance (4 + 1 + 9) / 3.
    #expect(abs(ScoreCombination.uncertainty(scores, weight: 0.5) - (3 - 7.0 / 3)) < 1e-12)
  }

  @Test(arguments: [
    (" It is good.", " It is not good."), (" It is not good.", " It is good."),
    ("They can't run", "They can run"), ("It won't rain", "It will rain"),
    ("She wasn't here", "She was here"), ("Will it rain", "Will not it rain"),
  ])
  func negationTurnsTheFirstStatement(text: String, wanted: String) {
    #expect(TextProbe.negation(text) == wanted)
  }

  @Test func whatHasNoVerbOrNoTextIsLeftAlone() {
    #expect(TextProbe.negation("Blue sky") == nil)
    #expect(TextProbe.repetition("") == nil)
    #expect(TextProbe.repetition("yes") == "yes yes")
    #expect(TextProbe.repetition(" yes") == " yes yes")
  }
}
