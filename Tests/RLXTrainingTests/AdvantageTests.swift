import RLXTraining
import Testing

@Suite struct AdvantageTests {
  /// Float32 arithmetic on a few numbers of size 1.
  static let tolerance = 1e-6

  @Test func workedByHand() {
    // γ 0.5, λ 0.5; row 1: r = 1, 2; V = 0.5, 1. δ₂ = 2 − 1 = 1; δ₁ = 1 + 0.5·1 − 0.5 = 1.
    // A₂ = 1; A₁ = 1 + 0.25·1 = 1.25. Row 2 is empty. Row 3: r = 3, V = −1: A = 4.
    let found = generalizedAdvantages(
      rewards: [1, 2, 3], values: [0.5, 1, -1], offsets: [0, 2, 2, 3], gamma: 0.5, lambda: 0.5)
    #expect(found.advantages == [1.25, 1, 4])
    #expect(found.returns == [1.75, 2, 3])
  }

  @Test func withoutDiscountReturnsAreTheRewardsToCome() {
    let rewards: [Float] = [0.5, -1, 2, 0.25, 3]
    let values: [Float] = [0.1, 0.7, -0.4, 2, 1]
    let found = generalizedAdvantages(
      rewards: rewards, values: values, offsets: [0, 3, 5], gamma: 1, lambda: 1)
    #expect(furthest(found.returns, [1.5, 1, 2, 3.25, 3]) < Self.tolerance)
  }

  @Test func withLambdaZeroAdvantagesAreTheTemporalDifferences() {
    let found = generalizedAdvantages(
      rewards: [1, 2, 4], values: [3, 5, 9], offsets: [0, 3], gamma: 0.5, lambda: 0)
    // 1 + 2.5 − 3, 2 + 4.5 − 5, 4 − 9
    #expect(found.advantages == [0.5, 1.5, -5])
  }

  @Test(arguments: [(Float(1), Float(0.9025)), (0, 0)])
  func discountsTheOnlyReward(lambda: Float, first: Float) {
    let found = generalizedAdvantages(
      rewards: [0, 0, 1], values: [0, 0, 0], offsets: [0, 3], gamma: 0.95, lambda: lambda)
    #expect(furthest([found.advantages[0]], [first]) < Self.tolerance)
  }

  @Test func rowsDoNotSeeEachOther() {
    let together = generalizedAdvantages(
      rewards: [1, 2, 3], values: [4, 5, 6], offsets: [0, 1, 3], gamma: 0.9, lambda: 0.9)
    let alone = generalizedAdvantages(
      rewards: [2, 3], values: [5, 6], offsets: [0, 2], gamma: 0.9, lambda: 0.9)
    #expect(Array(together.advantages[1...]) == alone.advantages)
  }

  @Test func whitenedNumbersHaveMeanZeroAndVarianceOne() {
    let numbers: [Float] = [3, -1, 4, 1, -5, 9]
    let found = whiten(numbers)
    #expect(abs(mean(found)) < Self.tolerance)
    #expect(abs(variance(found) - 1) < Self.tolerance)
    let inPlace = whiten(numbers, shiftMean: false)
    #expect(abs(mean(inPlace) - mean(numbers)) < Self.tolerance)
    #expect(abs(variance(inPlace) - 1) < Self.tolerance)
  }

  @Test func whiteningOneNumberOrNoneOrEqualOnesIsFinite() {
    #expect(whiten([7]) == [0])
    #expect(whiten([]) == [])
    #expect(whiten([2, 2, 2]) == [0, 0, 0])
  }

  @Test func tokenRewardsSumToScoreLessThePenalty() {
    let kl: [Float] = [0.5, -0.25, 1, 2]
    let (rewards, nonScore) = tokenRewards(
      kl: kl, scores: [3, 100, -1], offsets: [0, 3, 3, 4], klCoef: 0.2)
    let sums = rowSums(rewards, offsets: [0, 3, 3, 4])
    #expect(furthest(sums, [3 - 0.2 * 1.25, 0, -1 - 0.2 * 2]) < Self.tolerance)
    #expect(furthest(nonScore, kl.map { -0.2 * $0 }) < Self.tolerance)
    #expect(furthest(Array(rewards[0...1]), [-0.1, 0.05]) < Self.tolerance)
  }
}
