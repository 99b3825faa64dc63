import Foundation
import RLXTestSupport
import RLXTraining
import Testing

@Suite struct BestOfTests {
  @Test func theHighestOfEachGroupIsBestAndOfEqualsTheFirst() {
    #expect(bestPlaces([1, 3, 2, 5, 5, 4], n: 3) == [1, 3])
    #expect(bestPlaces([-1, -2], n: 1) == [0, 1])
    #expect(bestPlaces([], n: 2) == [])
  }

  @Test func answersThatSayTheSameShareTheirVotes() {
    let said = ["4", "5", "4", nil, "x", "y", "y", "y"]
    #expect(voteShares(said, n: 4) == [0.5, 0.25, 0.5, 0, 0.25, 0.75, 0.75, 0.75])
    #expect(bestPlaces(voteShares([nil, nil] as [String?], n: 2), n: 2) == [0])
  }

  /// log 4 − 3/4 = 0.636294…
  @Test func boundByHand() {
    #expect(bestOfKLBound(1) == 0)
    #expect(abs(bestOfKLBound(2) - 0.19314718055994531) < 1e-15)
    #expect(abs(bestOfKLBound(4) - 0.63629436111989057) < 1e-15)
  }

  /// The bound is the KL itself where scores never tie: choosing the best of n equally likely answers
  /// out of many gives the j-th of m with probability (j/m)ⁿ − ((j − 1)/m)ⁿ.
  @Test func boundIsTheExactKLInTheLimit() {
    let m = 200_000.0
    for n in [2, 4, 16] {
      var kl = 0.0
      for j in 1...Int(m) {
        let p = pow(Double(j) / m, Double(n)) - pow(Double(j - 1) / m, Double(n))
        if p > 0 { kl += p * log(p * m) }
      }
      #expect(abs(kl - bestOfKLBound(n)) < 1e-4, "n = \(n)")
      #expect(kl <= bestOfKLBound(n) + 1e-9, "n = \(n)")
    }
  }

  /// The mean over every choice of k, one after the other.
  private func slow(_ scores: [Double], of k: Int) -> Double {
    var total = 0.0
    var count = 0
    for mask in 0..<(1 << scores.count) where mask.nonzeroBitCount == k {
      let chosen = scores.indices.filter { mask >> $0 & 1 == 1 }
      total += chosen.map { scores[$0] }.max() ?? 0
      count += 1
    }
    return total / Double(count)
  }

  @Test func expectedBestIsTheMeanOverAllChoices() {
    var numbers = SeededNumbers(seed: 5)
    for n in 1...9 {
      let scores = (0..<n).map { _ in Double(numbers.next() % 7) - 3 }
      for k in 1...n {
        #expect(abs(expectedBest(scores, of: k) - slow(scores, of: k)) < 1e-12, "\(k) of \(scores)")
      }
    }
  }
}
