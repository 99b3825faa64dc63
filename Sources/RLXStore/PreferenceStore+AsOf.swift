import GRDB

extension PreferenceStore {
  /// A file as it stood when it had `rows` rows, in memory: what happens to it touches no file.
  ///
  /// An error if the file has fewer rows. Rows keep their ids.
  package static func copy(
    of path: String, asOf rows: Int, clock: @escaping Clock = PreferenceStore.systemClock
  ) throws(StoreError) -> PreferenceStore {
    guard try checkFile(path) else {
      throw StoreError(
        file: path, found: "no such file", wanted: "a file of preferences", isMissing: true)
    }
    do {
      let source = try openForReading(path)
      let copy = try memory(clock: clock)
      try source.read { source in
        let isNew = try !source.tableExists("entries")
        let there = isNew ? 0 : try Int.fetchOne(source, sql: "SELECT COUNT(*) FROM entries") ?? 0
        guard rows >= 0, there >= rows else {
          throw StoreError(found: "\(there) rows", wanted: "at least \(rows)")
        }
        if rows > 0 {
          try copy.queue.write { try insertEntries(of: source, upTo: rows, into: $0) }
        }
      }
      return copy
    } catch {
      throw StoreError(error, file: path)
    }
  }

  private static func insertEntries(of source: Database, upTo rows: Int, into copy: Database)
    throws
  {
    let entries = try Row.fetchCursor(
      source, sql: "SELECT kind, id FROM entries WHERE row <= ? ORDER BY row", arguments: [rows])
    while let entry = try entries.next() {
      let fields = Fields(row: entry)
      let kind = try fields.text("kind")
      guard Schema.tables.contains(kind) else {
        throw StoreError(found: "the table \(kind)", wanted: "a table of preferences")
      }
      let row = try Row.fetchOne(
        source.cachedStatement(sql: "SELECT * FROM \(kind) WHERE id = ?"),
        arguments: [fields.integer("id")])
      guard let row else { throw StoreError(found: "a row that is gone", wanted: "every row") }
      let columns = row.columnNames.map { "\"\($0)\"" }.joined(separator: ", ")
      let marks = row.columnNames.map { _ in "?" }.joined(separator: ", ")
      let insert = try copy.cachedStatement(
        sql: "INSERT INTO \(kind) (\(columns)) VALUES (\(marks))")
      try insert.execute(arguments: StatementArguments(row.databaseValues))
    }
  }

  /// Read-only, unless a killed writer left a journal that must be rolled back first.
  private static func openForReading(_ path: String) throws -> DatabaseQueue {
    var readOnly = configuration
    readOnly.readonly = true
    do {
      let queue = try DatabaseQueue(path: plain(path), configuration: readOnly)
      try check(queue)
      return queue
    } catch let error as DatabaseError
      where [.SQLITE_READONLY, .SQLITE_CANTOPEN].contains(error.resultCode)
    {
      let queue = try DatabaseQueue(path: plain(path), configuration: configuration)
      try check(queue)
      return queue
    }
  }
}
