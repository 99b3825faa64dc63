/// Each of these is one transaction, on disk when it returns.
extension PreferenceStore {
  /// The candidate with these properties, added if it is new.
  @discardableResult
  package func addCandidate(_ candidate: Candidate, prompt: String) throws(StoreError)
    -> CandidateID
  {
    try transaction { try $0.addCandidate(candidate, prompt: $0.addPrompt(prompt)) }
  }

  /// A new comparison.
  package func addComparison(prompt: String, a: Candidate, b: Candidate, source: String)
    throws(StoreError) -> ComparisonID
  {
    try transaction {
      let prompt = try $0.addPrompt(prompt)
      let (a, b) = (try $0.addCandidate(a, prompt: prompt), try $0.addCandidate(b, prompt: prompt))
      return try $0.addComparison(prompt: prompt, a: a, b: b, source: source)
    }
  }

  /// The comparison of these two, added if it is new.
  package func findOrAddComparison(
    prompt: String, a: Candidate, b: Candidate, source: String = "label"
  ) throws(StoreError) -> ComparisonID {
    try transaction { try $0.findOrAddComparison(prompt: prompt, a: a, b: b, source: source) }
  }

  /// A pair whose winner is known.
  @discardableResult
  package func addPair(
    prompt: String, chosen: Candidate, rejected: Candidate, by: String, strength: Double? = nil
  ) throws(StoreError) -> (comparison: ComparisonID, judgement: JudgementID) {
    try transaction {
      try $0.addPair(
        prompt: prompt, chosen: chosen, rejected: rejected, by: by, strength: strength)
    }
  }

  /// A ranking and every pair it implies.
  @discardableResult
  package func rank(prompt: String, responses: [Candidate], order: [Int], by: String)
    throws(StoreError) -> RankingID
  {
    try transaction { try $0.rank(prompt: prompt, responses: responses, order: order, by: by) }
  }

  /// A judgement; an earlier one by the same annotator no longer counts.
  @discardableResult
  package func judge(
    _ comparison: ComparisonID, _ verdict: Verdict, by: String, shown: ShownOrder? = nil,
    shownDigest: String? = nil
  ) throws(StoreError) -> JudgementID {
    try transaction {
      try $0.judge(comparison, verdict, by: by, shown: shown, shownDigest: shownDigest)
    }
  }

  /// Takes a judgement back by a new row.
  @discardableResult
  package func withdraw(_ judgement: JudgementID, by: String) throws(StoreError) -> JudgementID {
    try transaction { try $0.withdraw(judgement, by: by) }
  }
}
