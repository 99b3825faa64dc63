import GRDB

extension PreferenceStore {
  /// How many rows all tables have together.
  package func rowCount() throws(StoreError) -> Int {
    try read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM entries") ?? 0 }
  }

  /// Rows after the first `start`, up to the first `end`, in the order they came: one line of JSON
  /// each, `["judgements", 3, …]`, for digests. Times are left out, as they are in every digest.
  package func canonicalRows(from start: Int = 0, to end: Int = .max) throws(StoreError) -> [String]
  {
    try read { db in
      try Row.fetchAll(
        db, sql: "SELECT kind, id FROM entries WHERE row > ? AND row <= ? ORDER BY row",
        arguments: [start, end]
      ).map { try Self.canonical(Fields(row: $0), db) }
    }
  }

  /// What stands, in the order it came, and says nothing of what was undone: comparisons by content,
  /// judgements by the place of their comparison. Two stores with the same history but for what was
  /// undone give the same. One line each, for digests; times are left out.
  package func contentRows() throws(StoreError) -> [String] {
    try read { db in
      let entries = try Row.fetchAll(
        db,
        sql: """
          SELECT kind, id FROM entries WHERE kind IN ('comparisons', 'judgements')
            AND row NOT IN (SELECT row FROM undone) ORDER BY row
          """)
      var places: [String: [Int64: Int]] = [:]
      func place(_ kind: String, _ id: Int64?) -> String {
        guard let id else { return "null" }
        let next = places[kind]?.count ?? 0
        return "\(places[kind, default: [:]][id, default: next])"
      }
      func noted(_ kind: String, _ id: Int64?) -> String {
        let text = place(kind, id)
        if let id, places[kind]?[id] == nil { places[kind, default: [:]][id] = Int(text) }
        return text
      }
      return try entries.map { entry in
        let (kind, id) = (try Fields(row: entry).text("kind"), try Fields(row: entry).integer("id"))
        let row = try Row.fetchOne(
          db.cachedStatement(
            sql: kind == "comparisons"
              ? """
              SELECT p.text AS prompt, a.text AS a_text, a.tokens AS a_tokens, a.model AS a_model,
                a.settings AS a_settings, b.text AS b_text, b.tokens AS b_tokens,
                b.model AS b_model, b.settings AS b_settings, c.source, c.ranking_id
              FROM comparisons AS c JOIN prompts AS p ON p.id = c.prompt_id
              JOIN candidates AS a ON a.id = c.a JOIN candidates AS b ON b.id = c.b
              WHERE c.id = ?
              """
              : """
              SELECT comparison_id, choice, strength, "by", shown, shown_digest, withdraws
              FROM judgements WHERE id = ?
              """), arguments: [id])
        guard let row else { throw StoreError(found: "a row that is gone", wanted: "every row") }
        _ = noted(kind, id)
        let fields = try row.map { column, value -> String in
          switch column {
          case "ranking_id": noted("rankings", Int64.fromDatabaseValue(value))
          case "comparison_id": place("comparisons", Int64.fromDatabaseValue(value))
          case "withdraws": place("judgements", Int64.fromDatabaseValue(value))
          default: try Self.field(column, value, row)
          }
        }
        return "[" + ([Self.quoted(kind)] + fields).joined(separator: ", ") + "]"
      }
    }
  }

  private static func canonical(_ entry: Fields, _ db: Database) throws -> String {
    let kind = try entry.text("kind")
    guard Schema.tables.contains(kind) else {
      throw StoreError(found: "the table \(kind)", wanted: "a table of preferences")
    }
    let row = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT * FROM \(kind) WHERE id = ?"),
      arguments: [entry.integer("id")])
    guard let row else { throw StoreError(found: "a row that is gone", wanted: "every row") }
    var fields = [quoted(kind)]
    for (column, value) in row where column != "time" {
      fields.append(try field(column, value, row))
    }
    return "[" + fields.joined(separator: ", ") + "]"
  }

  private static func field(_ column: String, _ value: DatabaseValue, _ row: Row) throws -> String {
    switch value.storage {
    case .null: "null"
    case .int64(let number): "\(number)"
    case .double(let number): "\(number)"
    case .string, .blob: quoted(try Fields(row: row).text(column))
    }
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
