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
      switch value.storage {
      case .null: fields.append("null")
      case .int64(let number): fields.append("\(number)")
      case .double(let number): fields.append("\(number)")
      case .string, .blob: fields.append(quoted(try Fields(row: row).text(column)))
      }
    }
    return "[" + fields.joined(separator: ", ") + "]"
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
