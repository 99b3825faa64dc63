import GRDB

/// Additions to a store, within one transaction.
package struct StoreTransaction {
  let db: Database
  let clock: PreferenceStore.Clock

  /// The prompt with this text, added if it is new.
  package func addPrompt(_ text: String) throws -> PromptID {
    let stored = StoredText(text)
    let same = try db.cachedStatement(sql: "SELECT id FROM prompts WHERE text = ?")
    if let id = try Int64.fetchOne(same, arguments: [stored]) { return id }
    return try insert("prompts (text)", [stored])
  }

  /// The candidate with this prompt, text, tokens, model and settings, added if it is new.
  package func addCandidate(_ candidate: Candidate, prompt: PromptID) throws -> CandidateID {
    let text = StoredText(candidate.text)
    let tokens = candidate.tokens.map { TokenList.encode($0) }
    let model = candidate.model.map(StoredText.init)
    let settings = candidate.settings.map(StoredText.init)
    let same = """
      SELECT id FROM candidates WHERE prompt_id = ? AND text = ? AND COALESCE(tokens, '') = ?
        AND COALESCE(model, '') = ? AND COALESCE(settings, '') = ?
      """
    let empty = StoredText("")
    if let id = try Int64.fetchOne(
      db.cachedStatement(sql: same),
      arguments: [prompt, text, tokens ?? "", model ?? empty, settings ?? empty])
    {
      return id
    }
    return try insert(
      "candidates (prompt_id, text, tokens, model, settings)",
      [prompt, text, tokens, model, settings])
  }

  /// A new comparison. Both candidates must answer its prompt and differ in text.
  package func addComparison(
    prompt: PromptID, a: CandidateID, b: CandidateID, source: String, ranking: RankingID? = nil
  ) throws -> ComparisonID {
    let found = try Row.fetchAll(
      db.cachedStatement(sql: "SELECT id, prompt_id, text FROM candidates WHERE id IN (?, ?)"),
      arguments: [a, b])
    let fields = found.map(Fields.init)
    guard fields.count == 2, try fields.allSatisfy({ try $0.integer("prompt_id") == prompt }) else {
      throw StoreError(
        found: "candidates \(a) and \(b)", wanted: "two different candidates of prompt \(prompt)")
    }
    let texts = try fields.map { try Array($0.text("text").utf8) }
    guard texts[0] != texts[1] else {
      throw StoreError(
        found: "the same answer twice", wanted: "two answers that differ",
        remedy: "leave out pairs with equal texts")
    }
    return try insert(
      "comparisons (prompt_id, a, b, source, ranking_id)",
      [prompt, a, b, StoredText(source), ranking])
  }

  /// The comparison of these two in this order and from this source, added if it is new: what
  /// labelling uses, so that it goes on where it was left.
  package func findOrAddComparison(
    prompt: String, a: Candidate, b: Candidate, source: String = "label"
  ) throws -> ComparisonID {
    let prompt = try addPrompt(prompt)
    let (a, b) = (try addCandidate(a, prompt: prompt), try addCandidate(b, prompt: prompt))
    let known = try Int64.fetchOne(
      db, sql: "SELECT id FROM known WHERE a = ? AND b = ? AND source = ? ORDER BY id",
      arguments: [a, b, StoredText(source)])
    return try known ?? addComparison(prompt: prompt, a: a, b: b, source: source)
  }

  /// A pair whose winner is known: a new comparison with its judgement. The winner is candidate a.
  package func addPair(
    prompt: String, chosen: Candidate, rejected: Candidate, by: String, strength: Double? = nil,
    source: String = "add"
  ) throws -> (comparison: ComparisonID, judgement: JudgementID) {
    let verdict = strength.map { Verdict(probabilityOfFirst: $0) } ?? Verdict(.first)
    guard let verdict, verdict.choice == .first else {
      throw StoreError(
        found: "the strength \(strength ?? 0)", wanted: "a probability above 0.5 and below 1")
    }
    let prompt = try addPrompt(prompt)
    let a = try addCandidate(chosen, prompt: prompt)
    let b = try addCandidate(rejected, prompt: prompt)
    let comparison = try addComparison(prompt: prompt, a: a, b: b, source: source)
    return (comparison, try judge(comparison, verdict, by: by))
  }

  /// A ranking: every pair it implies, each a comparison whose winner stands earlier in `order`
  /// (indices into `responses`, best first).
  package func rank(prompt: String, responses: [Candidate], order: [Int], by: String) throws
    -> RankingID
  {
    guard order.sorted() == Array(responses.indices), responses.count >= 2 else {
      throw StoreError(
        found: "the order \(order) of \(responses.count) responses",
        wanted: "each index of two responses or more once, best first")
    }
    let prompt = try addPrompt(prompt)
    let ranked = try order.map { try addCandidate(responses[$0], prompt: prompt) }
    let ranking = try insert(
      "rankings (prompt_id, candidates, \"by\", time)",
      [prompt, TokenList.encode(ranked), try annotator(by), clock()])
    for (place, better) in ranked.enumerated() {
      for worse in ranked[(place + 1)...] {
        let comparison = try addComparison(
          prompt: prompt, a: better, b: worse, source: "rank", ranking: ranking)
        _ = try judge(comparison, Verdict(.first), by: by)
      }
    }
    return ranking
  }

  /// A judgement. An earlier one by the same annotator stays, and no longer counts.
  package func judge(
    _ comparison: ComparisonID, _ verdict: Verdict, by: String, shown: ShownOrder? = nil,
    shownDigest: String? = nil
  ) throws -> JudgementID {
    let known = "SELECT EXISTS (SELECT 1 FROM comparisons WHERE id = ?)"
    guard try Bool.fetchOne(db.cachedStatement(sql: known), arguments: [comparison]) == true else {
      throw StoreError(found: "comparison \(comparison)", wanted: "a comparison of this store")
    }
    return try insert(
      "judgements (comparison_id, choice, strength, \"by\", shown, shown_digest, time)",
      [
        comparison, verdict.choice.rawValue, verdict.strength, try annotator(by), shown?.rawValue,
        shownDigest.map(StoredText.init), clock(),
      ])
  }

  /// Takes a judgement back by a new row; what it had superseded counts again.
  @discardableResult
  package func withdraw(_ judgement: JudgementID, by: String) throws -> JudgementID {
    let found = try Row.fetchOne(
      db, sql: "SELECT comparison_id FROM valid WHERE id = ?", arguments: [judgement])
    guard let found else {
      throw StoreError(
        found: "judgement \(judgement)", wanted: "a judgement of this store, not withdrawn before")
    }
    return try insert(
      "judgements (comparison_id, \"by\", time, withdraws)",
      [try Fields(row: found).integer("comparison_id"), try annotator(by), clock(), judgement])
  }

  private func annotator(_ name: String) throws -> StoredText {
    guard !name.isEmpty else {
      throw StoreError(
        found: "an empty name", wanted: "who judged", remedy: "by: \"a1\"")
    }
    return StoredText(name)
  }

  func insert(_ columns: String, _ values: [(any DatabaseValueConvertible)?]) throws
    -> Int64
  {
    let marks = values.map { _ in "?" }.joined(separator: ", ")
    // Cached: a data set enters as thousands of rows.
    let statement = try db.cachedStatement(sql: "INSERT INTO \(columns) VALUES (\(marks))")
    try statement.execute(arguments: StatementArguments(values))
    return db.lastInsertedRowID
  }
}
