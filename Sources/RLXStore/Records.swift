package typealias PromptID = Int64
package typealias CandidateID = Int64
package typealias ComparisonID = Int64
package typealias JudgementID = Int64
package typealias RankingID = Int64

/// What an annotator said of a comparison. `first` is candidate a, wherever it was shown.
package enum Choice: String, Sendable, CaseIterable {
  case first, second, tie, skip
}

/// Which candidate stood on the left, or on top.
package enum ShownOrder: String, Sendable, CaseIterable {
  case ab, ba
}

/// A choice, with how sure it is where the judge says so.
package struct Verdict: Equatable, Sendable {
  package let choice: Choice
  /// The probability in (0, 1) that candidate a is the better one; nil if only a choice was made.
  package let strength: Double?

  package init(_ choice: Choice) {
    self.choice = choice
    strength = nil
  }

  /// From the probability that a is better; nil unless strictly between 0 and 1. Exactly 0.5 ties.
  package init?(probabilityOfFirst probability: Double) {
    guard probability > 0, probability < 1 else { return nil }
    choice = probability > 0.5 ? .first : probability < 0.5 ? .second : .tie
    strength = probability
  }
}

/// One answer to a prompt.
package struct Candidate: Equatable, Sendable {
  package var text: String
  /// The ids it was sampled as, nil if it was given as text.
  package var tokens: [Int32]?
  package var model: String?
  /// How it was generated, as JSON.
  package var settings: String?

  package init(
    _ text: String, tokens: [Int32]? = nil, model: String? = nil, settings: String? = nil
  ) {
    self.text = text
    self.tokens = tokens
    self.model = model
    self.settings = settings
  }
}

/// Two answers to one prompt, to be judged.
package struct ComparisonRecord: Equatable, Sendable {
  package let id: ComparisonID
  package let prompt: String
  package let a: Candidate
  package let b: Candidate
  package let aID: CandidateID
  package let bID: CandidateID
  /// Where it came from: "add", "label", "rank" or what the caller said.
  package let source: String
  package let ranking: RankingID?
}

/// A judgement with all it is about.
package struct JudgementRecord: Equatable, Sendable {
  package let id: JudgementID
  package let comparison: ComparisonRecord
  package let verdict: Verdict
  package let by: String
  /// nil where nothing was shown: added pairs, rankings, functions.
  package let shown: ShownOrder?
  package let shownDigest: String?
  /// Milliseconds since 1970, UTC.
  package let time: Int64
}

/// A judgement with a winner, as training wants it.
package struct PairRecord: Equatable, Sendable {
  package let comparison: ComparisonID
  package let judgement: JudgementID
  package let prompt: String
  package let chosen: String
  package let rejected: String
  package let by: String
  /// The probability in (0.5, 1) that `chosen` is the better one, if the judge gave it.
  package let strength: Double?
  package let chosenID: CandidateID
  package let rejectedID: CandidateID
  package let chosenTokens: [Int32]?
  package let rejectedTokens: [Int32]?

  /// nil for ties and skips.
  package init?(_ record: JudgementRecord) {
    let (pair, strength) = (record.comparison, record.verdict.strength)
    let firstWon: Bool
    switch record.verdict.choice {
    case .first: firstWon = true
    case .second: firstWon = false
    case .tie, .skip: return nil
    }
    comparison = pair.id
    judgement = record.id
    prompt = pair.prompt
    chosen = firstWon ? pair.a.text : pair.b.text
    rejected = firstWon ? pair.b.text : pair.a.text
    by = record.by
    self.strength = firstWon ? strength : strength.map { 1 - $0 }
    chosenID = firstWon ? pair.aID : pair.bID
    rejectedID = firstWon ? pair.bID : pair.aID
    chosenTokens = firstWon ? pair.a.tokens : pair.b.tokens
    rejectedTokens = firstWon ? pair.b.tokens : pair.a.tokens
  }
}
