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
    let nonScore = [0.5, -0.25, 1, 2].map { -0.2 * Float($0) }
    let rewards = RewardLayout(offsets: [0, 3, 3, 4], ends: []).rewards(
      nonScore: nonScore, scores: [3, 100, -1])
    let sums = rowSums(rewards, offsets: [0, 3, 3, 4])
    #expect(furthest(sums, [3 - 0.2 * 1.25, 0, -1 - 0.2 * 2]) < Self.tolerance)
    #expect(furthest(Array(rewards[0...1]), [-0.1, 0.05]) < Self.tolerance)
  }

  @Test func aScoreAfterTheEndStandsInAPlaceOfItsOwn() {
    // Answers of 2 tokens, none, and 1; the first has room after its end.
    let layout = RewardLayout(offsets: [0, 2, 2, 3], ends: [0])
    #expect(layout.offsets == [0, 3, 3, 4])
    let rewards = layout.rewards(nonScore: [-1, -2, -3], scores: [10, 20, 30])
    #expect(rewards == [-1, -2, 10, 27])
    let (tokens, ends) = layout.parted(rewards)
    #expect(tokens == [-1, -2, 27] && ends == [10])
    #expect(layout.woven(tokens, ends) == rewards)
  }

  @Test func rewardsOfTokensStandWhereTheyAreAndTheRestOfTheScoreAtTheLast() {
    let layout = RewardLayout(offsets: [0, 3, 4], ends: [])
    // The first answer's tokens say 0.5 in all and its score was cut to 0.25; the second has a score only.
    let rewards = layout.rewards(
      nonScore: [0, 0, 0, 0], tokens: [0.5, -0.25, 0.25, 0], scores: [0.25, 7])
    #expect(rewards == [0.5, -0.25, 0, 7])
  }

  @Test func biasedWhiteningDividesByTheCount() {
    // Deviations ±1: Σ(x − m)²/n = 1, Σ(x − m)²/(n − 1) = 2.
    #expect(furthest(whiten([1, 3], variance: .biased), [-1, 1]) < Self.tolerance)
    let narrow = Float(0.5).squareRoot()
    #expect(furthest(whiten([1, 3]), [-narrow, narrow]) < Self.tolerance)
    #expect(whiten([7], variance: .biased) == [0])
  }
}
