import Foundation
import RLXData
import RLXTensor
import RLXTestSupport
import Testing

@testable import RLXTraining

@Suite struct EvaluationMeasureTests {
  private let draw = Draw(seed: 3, call: 1, purpose: .evaluation)

  private func golden() throws -> JSON {
    try JSON.read(Repository.golden("training/evaluation.json").path)
  }

  private func numbers(_ value: JSON?) -> [Double] {
    value?.arrayValue?.compactMap(\.doubleValue) ?? []
  }

  /// What SciPy makes of the same resamples.
  @Test func anIntervalIsWhatSciPyMakesOfTheSameDraws() throws {
    let cases = try #require(golden()["intervals"]?.objectValue)
    #expect(cases.count == 4)
    for (name, found) in cases {
      let values = numbers(found["values"])
      let ends = BootstrapInterval.ends(
        mean(values), distribution: numbers(found["distribution"]),
        without: numbers(found["without"]))
      // Doubles on both sides; the normal quantile by other means.
      let tolerance = 1e-9 * max(1, values.map(abs).max() ?? 1)
      #expect(abs(ends.low - (found["low"]?.doubleValue ?? .nan)) < tolerance, "\(name)")
      #expect(abs(ends.high - (found["high"]?.doubleValue ?? .nan)) < tolerance, "\(name)")
    }
  }

  /// Of many normal numbers the interval of the mean is mean ± 1.96 s/√n.
  @Test func ofManyNumbersItIsTheNormalInterval() {
    let values = (0..<400).map { row in
      // Sums of twelve uniform numbers: variance 1.
      (0..<12).reduce(-6.0) { $0 + draw.uniform(row: row, position: $1) }
    }
    let found = BootstrapInterval(mean: values, draw: draw)
    let half = 1.96 * standardDeviation(values) / 20
    #expect(found.value == mean(values))
    // 2,000 draws settle a quantile in the tails to about a twentieth of the half width.
    #expect(abs((found.low ?? .nan) - (found.value - half)) < 0.15 * half)
    #expect(abs((found.high ?? .nan) - (found.value + half)) < 0.15 * half)
    #expect(found == BootstrapInterval(mean: values, draw: draw), "the same seed, the same ends")
  }

  @Test func aRatioWeighsRowsByTheirDenominators() {
    let found = BootstrapInterval(
      ratio: [2, 6, 0], by: [1, 3, 0], draw: draw, transform: { exp($0) })
    #expect(abs(found.value - exp(2)) < 1e-12)
    #expect(found.low == found.high, "every row says the same")
  }

  @Test func oneRowHasNoInterval() {
    let one = BootstrapInterval(mean: [4], draw: draw)
    #expect((one.value, one.rows) == (4, 1))
    #expect(one.low == nil && one.high == nil)
    let same = BootstrapInterval(mean: [1, 1, 1], draw: draw)
    #expect(same.low == 1 && same.high == 1)
    #expect(BootstrapInterval(mean: [], draw: draw).rows == 0)
  }

  @Test func repetitionCountsWhatCameBefore() {
    // a b a b a b: the bigrams ab ba ab ba ab are two different ones of five.
    #expect(repetition([1, 2, 1, 2, 1, 2], n: 2) == 1 - 2.0 / 5)
    #expect(repetition([1, 2, 3], n: 4) == 0)
    #expect(repetition([Int](), n: 1) == 0)
    #expect(repetition([7, 7, 7, 7, 7], n: 4) == 0.5)
    let found = distinct([[1, 2, 1], [2, 1], [9]], n: 2)
    #expect((found.different, found.all) == (2, 3))
  }

  @Test func selfBLEUIsWhatNLTKSays() throws {
    let found = try #require(golden()["self_bleu"])
    let texts = (found["texts"]?.arrayValue ?? []).map { text in
      (text.arrayValue ?? []).compactMap(\.stringValue)
    }
    let wanted = numbers(found["scores"])
    let scores = SelfBLEU.scores(texts)
    #expect(scores.count == wanted.count && wanted.count == 6)
    for (mine, theirs) in zip(scores, wanted) { #expect(abs(mine - theirs) < 1e-12) }
    #expect(SelfBLEU.scores([["one"]]).isEmpty)
  }

  @Test(
    arguments: [
      ("So 3 + 4 = 7.\n#### 7", "7"), ("#### 1,234", "1234"), ("It costs $5.", "5"),
      ("$1,000,000.00 in all", "1000000"), ("3.50", "3.5"), ("-12", "-12"), ("= -$4.10", "-4.1"),
      ("5-3", "3"), ("from 10 to 20", "20"), ("#### 5 apples and 6", "6"), ("007", "7"),
      ("0.0", "0"), ("-0", "0"), (".5", "0.5"), ("v1.2.3", "2.3"), ("no number", nil), ("", nil),
      ("#### none, 7 before", "7"), ("12 #### none", nil), ("٣", nil),
    ] as [(String, String?)])
  func theLastNumberOfATextIsItsAnswer(text: String, number: String?) {
    #expect(lastNumber(text) == number)
  }
}
