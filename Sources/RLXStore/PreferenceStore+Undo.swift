import GRDB

/// What stood in a store at some moment: how many rows there were, and which were undone.
package struct StoreMoment: Equatable, Sendable {
  let rows: Int
  let undone: [ClosedRange<Int>]
}

extension PreferenceStore {
  package func moment() throws(StoreError) -> StoreMoment {
    try read { db in
      StoreMoment(rows: try Self.lastRow(db), undone: try Self.undoings(db).map(\.range))
    }
  }

  /// Makes what stood then stand again, by new rows: what came through this store since is taken
  /// back, what was taken back since is not. Rows of other processes stay as they are.
  ///
  /// Returns how many judgements more stand now, less than 0 where some were taken back.
  @discardableResult
  package func goBack(to moment: StoreMoment) throws(StoreError) -> Int {
    if try self.moment() == moment { return 0 }
    let own = ownRows(after: moment.rows)
    return try transaction { rows in
      let before = try Self.validCount(rows.db)
      let now = try Self.undoings(rows.db)
      for undoing in now where !moment.undone.contains(undoing.range) {
        try rows.undo(undoing.id)
      }
      for range in moment.undone where !now.contains(where: { $0.range == range }) {
        try rows.undo(range)
      }
      for range in own where try Self.stands(range, rows.db) { try rows.undo(range) }
      return try Self.validCount(rows.db) - before
    }
  }

  private static func undoings(_ db: Database) throws -> [(id: Int64, range: ClosedRange<Int>)] {
    try Row.fetchAll(db, sql: "SELECT id, first, last FROM effective_undoings ORDER BY id").map {
      let fields = Fields(row: $0)
      let first = Int(try fields.integer("first"))
      return (try fields.integer("id"), first...max(first, Int(try fields.integer("last"))))
    }
  }

  private static func validCount(_ db: Database) throws -> Int {
    try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM valid") ?? 0
  }

  /// Whether any row of a range, undoings aside, is not taken back.
  private static func stands(_ range: ClosedRange<Int>, _ db: Database) throws -> Bool {
    try Bool.fetchOne(
      db,
      sql: """
        SELECT EXISTS (
          SELECT 1 FROM entries WHERE row BETWEEN ? AND ? AND kind <> 'undoings'
            AND row NOT IN (SELECT row FROM undone)
        )
        """, arguments: [range.lowerBound, range.upperBound]) ?? false
  }
}

extension StoreTransaction {
  fileprivate func undo(_ range: ClosedRange<Int>) throws {
    _ = try insert("undoings (first, last, time)", [range.lowerBound, range.upperBound, clock()])
  }

  fileprivate func undo(_ undoing: Int64) throws {
    _ = try insert("undoings (undoes, time)", [undoing, clock()])
  }
}
