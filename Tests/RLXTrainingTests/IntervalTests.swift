import RLXTestSupport
import RLXTraining
import Testing

@Suite struct IntervalTests {
  /// The printed tables of Student's t at 0.975 (Fisher and Yates), three decimals.
  @Test(arguments: [
    (1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (6, 2.447), (7, 2.365), (8, 2.306),
    (9, 2.262), (10, 2.228), (15, 2.131), (20, 2.086), (30, 2.042), (60, 2.000), (120, 1.980),
    (1000, 1.962),
  ])
  func quantilesAreThoseOfTheTables(freedom: Int, quantile: Double) {
    #expect(abs(studentQuantile(freedom: freedom) - quantile) < 5.1e-4)
  }

  /// 1, 2, 3, 4: mean 2.5, s = √(5/3), t(3) = 3.18245: ± 3.18245 · 1.29099 / 2 = 2.05426.
  @Test func intervalByHand() {
    let interval = MeanInterval([1, 2, 3, 4])
    #expect(interval.mean == 2.5)
    #expect(abs((interval.halfWidth ?? 0) - 2.05426) < 1e-5)
    #expect(MeanInterval([3]).halfWidth == nil && MeanInterval([3]).low == nil)
    #expect(MeanInterval([3, 3]).halfWidth == 0)
  }

  /// Of many samples of five normal numbers around 0, the interval holds 0 in 95 %.
  @Test func intervalsHoldTheMeanAsOftenAsTheySay() {
    var numbers = SeededNumbers(seed: 8)
    func normal() -> Double {
      // The sum of twelve uniform numbers: near enough to normal for a coverage of two digits.
      (0..<12).reduce(-6) { sum, _ in sum + Double(numbers.next() >> 11) / 9007199254740992 }
    }
    let runs = 20_000
    let hits = (0..<runs).filter { _ in
      let interval = MeanInterval((0..<5).map { _ in normal() })
      return (interval.low ?? 1) <= 0 && 0 <= (interval.high ?? -1)
    }
    // Three deviations of the share: √(0.05 · 0.95 / 20000) = 0.0015.
    #expect(abs(Double(hits.count) / Double(runs) - 0.95) < 0.0047)
  }
}
