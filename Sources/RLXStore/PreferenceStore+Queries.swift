import GRDB

extension PreferenceStore {
  private static let comparison = """
    SELECT c.id, p.text AS prompt, c.a, c.b, c.source, c.ranking_id,
      a.text AS a_text, a.tokens AS a_tokens, a.model AS a_model, a.settings AS a_settings,
      b.text AS b_text, b.tokens AS b_tokens, b.model AS b_model, b.settings AS b_settings
    """
  private static let joins = """
    FROM known AS c JOIN prompts AS p ON p.id = c.prompt_id
    JOIN candidates AS a ON a.id = c.a JOIN candidates AS b ON b.id = c.b
    """
  private static let judgement = """
    , j.id AS judgement, j.choice, j.strength, j."by", j.shown, j.shown_digest, j.time
    """

  /// The standing judgements that name a winner, in the order of their comparisons.
  package func winners() throws(StoreError) -> [PairRecord] {
    try standing().compactMap(PairRecord.init)
  }

  /// The standing judgements, ties and skips among them: of each annotator's on a comparison the
  /// last that is not withdrawn. In the order of their comparisons, then of their own.
  package func standing() throws(StoreError) -> [JudgementRecord] {
    try judgements("ORDER BY c.id, j.id", [])
  }

  /// What an annotator's judgement of a comparison now is, if there is one.
  package func standing(_ comparison: ComparisonID, by: String) throws(StoreError)
    -> JudgementRecord?
  {
    try judgements("WHERE c.id = ? AND j.\"by\" = ?", [comparison, StoredText(by)]).first
  }

  /// An annotator's standing judgement that came last.
  package func lastStanding(by: String) throws(StoreError) -> JudgementRecord? {
    try judgements("WHERE j.\"by\" = ? ORDER BY j.id DESC LIMIT 1", [StoredText(by)]).first
  }

  /// The comparisons on which an annotator has no standing judgement, a skip being one; in order.
  package func pending(by: String) throws(StoreError) -> [ComparisonRecord] {
    try comparisons(
      """
      WHERE NOT EXISTS (
        SELECT 1 FROM valid AS j WHERE j.comparison_id = c.id AND j."by" = ?
      ) ORDER BY c.id
      """, [StoredText(by)])
  }

  package func comparison(_ id: ComparisonID) throws(StoreError) -> ComparisonRecord? {
    try comparisons("WHERE c.id = ?", [id]).first
  }

  /// Every comparison, in order.
  package func comparisons() throws(StoreError) -> [ComparisonRecord] {
    try comparisons("ORDER BY c.id", [])
  }

  private func judgements(_ condition: String, _ arguments: StatementArguments)
    throws(StoreError) -> [JudgementRecord]
  {
    try read { db in
      let join = "JOIN standing AS j ON j.comparison_id = c.id"
      let sql = "\(Self.comparison) \(Self.judgement) \(Self.joins) \(join) \(condition)"
      return try Row.fetchAll(db, sql: sql, arguments: arguments).map {
        try Self.judgement(Fields(row: $0))
      }
    }
  }

  private func comparisons(_ condition: String, _ arguments: StatementArguments)
    throws(StoreError) -> [ComparisonRecord]
  {
    try read { db in
      let sql = "\(Self.comparison) \(Self.joins) \(condition)"
      return try Row.fetchAll(db, sql: sql, arguments: arguments).map {
        try Self.comparison(Fields(row: $0))
      }
    }
  }

  private static func candidate(_ fields: Fields, _ side: String) throws -> Candidate {
    Candidate(
      try fields.text("\(side)_text"), tokens: try fields.tokens("\(side)_tokens"),
      model: try fields.textIfAny("\(side)_model"),
      settings: try fields.textIfAny("\(side)_settings"))
  }

  private static func comparison(_ fields: Fields) throws -> ComparisonRecord {
    ComparisonRecord(
      id: try fields.integer("id"), prompt: try fields.text("prompt"),
      a: try candidate(fields, "a"), b: try candidate(fields, "b"),
      aID: try fields.integer("a"), bID: try fields.integer("b"),
      source: try fields.text("source"), ranking: try fields.integerIfAny("ranking_id"))
  }

  private static func judgement(_ fields: Fields) throws -> JudgementRecord {
    let choice = try fields.raw("choice", as: Choice.self)
    let strength = try fields.real("strength")
    return JudgementRecord(
      id: try fields.integer("judgement"), comparison: try comparison(fields),
      verdict: Verdict(choice, strength: strength), by: try fields.text("by"),
      shown: try fields.rawIfAny("shown"), shownDigest: try fields.textIfAny("shown_digest"),
      time: try fields.integer("time"))
  }
}

extension Verdict {
  /// As a row of the store has it.
  fileprivate init(_ choice: Choice, strength: Double?) {
    self.choice = choice
    self.strength = strength
  }
}
