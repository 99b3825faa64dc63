/// Answers to one prompt in the order people put them, best first, and what else they said.
///
/// `Answer` is what a reward reads: the ids of prompt and answer, or their features.
package struct Comparison<Answer: Equatable & Sendable>: Equatable, Sendable {
  /// At least two; more than two are a ranking.
  package var answers: [Answer]
  /// By how much the first is to score higher than the second (TRL's column `margin`); of two.
  package var margin: Double
  /// The probability that the first is the better one, in 0…1; 1 is a plain choice. Of two.
  package var probability: Double
  /// Whether neither was better. Of two.
  package var isTie: Bool

  package init(
    _ answers: [Answer], margin: Double = 0, probability: Double = 1, isTie: Bool = false
  ) {
    precondition(answers.count >= 2, "a comparison of \(answers.count) answers")
    self.answers = answers
    self.margin = margin
    self.probability = probability
    self.isTie = isTie
  }

  /// The same said of other forms of the answers.
  package func map<Other>(_ form: (Answer) throws -> Other) rethrows -> Comparison<Other> {
    Comparison<Other>(
      try answers.map(form), margin: margin, probability: probability, isTie: isTie)
  }

  /// Of a list of all answers of some comparisons, the places of this one's pairs, better first.
  func pairs(from start: Int) -> [(first: Int, second: Int)] {
    answers.indices.flatMap { i in
      (i + 1..<answers.count).map { (first: start + i, second: start + $0) }
    }
  }
}

extension Comparison<[Int32]> {
  package init(_ pair: PreferencePair) {
    self.init([pair.prompt + pair.chosen, pair.prompt + pair.rejected])
  }
}

/// The pairs of comparisons in which somebody was preferred, as places in the list of all answers.
func decidedPairs<Answer>(_ comparisons: [Comparison<Answer>]) -> [(first: Int, second: Int)] {
  var start = 0
  var pairs: [(first: Int, second: Int)] = []
  for comparison in comparisons {
    if !comparison.isTie { pairs += comparison.pairs(from: start) }
    start += comparison.answers.count
  }
  return pairs
}
