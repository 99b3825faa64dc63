import GRDB

/// How much a store holds. Judgements are the standing ones unless said otherwise.
package struct Summary: Equatable, Sendable {
  package struct Annotator: Equatable, Sendable {
    package let name: String
    package let winners: Int
    package let ties: Int
    package let skips: Int
    package var judgements: Int { winners + ties + skips }
  }

  package let prompts: Int
  package let candidates: Int
  package let comparisons: Int
  /// Comparisons nobody has a standing judgement on.
  package let unjudged: Int
  package let withdrawn: Int
  /// Judgements a later one of the same annotator replaced.
  package let superseded: Int
  /// All rows of all tables.
  package let rows: Int
  /// In the order of their first judgement.
  package let annotators: [Annotator]

  package var judgements: Int { annotators.reduce(0) { $0 + $1.judgements } }
  package var winners: Int { annotators.reduce(0) { $0 + $1.winners } }
  package var ties: Int { annotators.reduce(0) { $0 + $1.ties } }
  package var skips: Int { annotators.reduce(0) { $0 + $1.skips } }
}

extension PreferenceStore {
  package func summary() throws(StoreError) -> Summary {
    try read { db in
      func count(_ source: String) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM \(source)") ?? 0
      }
      func stands(_ table: String) -> String {
        "id NOT IN (SELECT id FROM undone WHERE kind = '\(table)')"
      }
      let byAnnotator = try Row.fetchAll(
        db,
        sql: """
          SELECT "by", SUM(choice IN ('first', 'second')) AS winners, SUM(choice = 'tie') AS ties,
            SUM(choice = 'skip') AS skips
          FROM standing GROUP BY "by" ORDER BY MIN(id)
          """
      ).map { row in
        let fields = Fields(row: row)
        return Summary.Annotator(
          name: try fields.text("by"), winners: Int(try fields.integer("winners")),
          ties: Int(try fields.integer("ties")), skips: Int(try fields.integer("skips")))
      }
      return Summary(
        prompts: try count(
          "prompts WHERE \(stands("prompts")) OR id IN (SELECT prompt_id FROM known)"),
        candidates: try count(
          "candidates WHERE \(stands("candidates"))"
            + " OR id IN (SELECT a FROM known UNION SELECT b FROM known)"),
        comparisons: try count("known"),
        unjudged: try count("known WHERE id NOT IN (SELECT comparison_id FROM standing)"),
        withdrawn: try count("judgements WHERE withdraws IS NOT NULL AND \(stands("judgements"))"),
        superseded: try count("valid") - count("standing"), rows: try count("entries"),
        annotators: byAnnotator)
    }
  }
}
