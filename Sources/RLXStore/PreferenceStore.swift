import GRDB
import Glibc
import Synchronization

/// Human preferences in an SQLite file: prompts, candidate answers, comparisons, judgements.
///
/// Rows are only ever added: a new judgement of the same annotator supersedes, a withdrawal is a
/// row of its own. Each method is one transaction, on disk when it returns: SQLite's rollback
/// journal with synchronous = EXTRA, which also flushes the folder, so that neither a killed
/// process nor a lost power supply takes a label back. Labels come at a human's speed, so the
/// flushes cost nothing that matters, and with this journal a file at rest is whole in itself, to
/// be copied or hashed (WAL keeps the newest rows in a second file). Several processes may hold
/// one file; a writer waits up to `patience` for another.
package final class PreferenceStore: Sendable {
  /// Milliseconds since 1970, UTC.
  package typealias Clock = @Sendable () -> Int64

  /// nil in memory.
  package let file: String?
  let queue: DatabaseQueue
  let clock: Clock
  /// The rows that came through this store, and not from another process.
  private let own = Mutex<[ClosedRange<Int>]>([])
  /// Seconds to wait for another process that writes.
  static let patience = 10.0

  init(queue: DatabaseQueue, file: String?, clock: @escaping Clock) {
    self.queue = queue
    self.file = file
    self.clock = clock
  }

  /// Opens a file of preferences; makes it if `create` and there is none.
  package convenience init(
    path: String, create: Bool = true, clock: @escaping Clock = PreferenceStore.systemClock
  ) throws(StoreError) {
    let exists = try Self.checkFile(path)
    guard exists || create else {
      throw StoreError(
        file: path, found: "no such file", wanted: "a file of preferences", isMissing: true)
    }
    do {
      let queue = try DatabaseQueue(path: Self.plain(path), configuration: Self.configuration)
      try Self.check(queue)
      try Self.migrate(queue)
      self.init(queue: queue, file: path, clock: clock)
    } catch {
      throw StoreError(error, file: path)
    }
  }

  /// A store that ends with the process.
  package static func memory(clock: @escaping Clock = PreferenceStore.systemClock)
    throws(StoreError) -> PreferenceStore
  {
    do {
      let queue = try DatabaseQueue(configuration: configuration)
      try migrate(queue)
      return PreferenceStore(queue: queue, file: nil, clock: clock)
    } catch {
      throw StoreError(error, file: nil)
    }
  }

  package static let systemClock: Clock = {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
  }

  /// Several additions as one transaction: all of them or, if `body` throws, none.
  package func transaction<Value>(_ body: (StoreTransaction) throws -> Value) throws(StoreError)
    -> Value
  {
    do {
      let (value, rows) = try queue.write { db in
        let before = try Self.lastRow(db)
        let value = try body(StoreTransaction(db: db, clock: clock))
        return (value, before + 1..<(try Self.lastRow(db)) + 1)
      }
      if !rows.isEmpty { own.withLock { $0.append(ClosedRange(rows)) } }
      return value
    } catch {
      throw StoreError(error, file: file)
    }
  }

  /// The rows after a row that came through this store.
  func ownRows(after row: Int) -> [ClosedRange<Int>] {
    own.withLock { $0 }.filter { $0.upperBound > row }
      .map { max($0.lowerBound, row + 1)...$0.upperBound }
  }

  static func lastRow(_ db: Database) throws -> Int {
    try Int.fetchOne(db, sql: "SELECT MAX(row) FROM entries") ?? 0
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do {
      return try queue.read(body)
    } catch {
      throw StoreError(error, file: file)
    }
  }
}

// MARK: - Opening

extension PreferenceStore {
  static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(patience)
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA synchronous = EXTRA")
    }
    return configuration
  }

  /// SQLite takes ":memory:", "file:…" and the empty path for something else than a file.
  static func plain(_ path: String) -> String { path.utf8.first == 0x2F ? path : "./" + path }

  /// False if nothing is there yet; an error for whatever is no file of SQLite's.
  static func checkFile(_ path: String) throws(StoreError) -> Bool {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw StoreError(
        found: path.isEmpty ? "an empty path" : "a path with a NUL character",
        wanted: "a path to a file", remedy: "\"memory\" for a store without a file")
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
      let code = errno
      guard code == ENOENT else { throw unreadable(path, code) }
      let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      let above = folder.isEmpty ? "." : folder.joined(separator: "/") + "/"
      guard stat(above, &status) == 0 else {
        throw StoreError(
          file: path, found: "no folder \(above)", wanted: "a path in a folder that exists",
          isMissing: true)
      }
      return false
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw StoreError(
        file: path, found: isFolder ? "a folder" : "a pipe or device", wanted: "an ordinary file")
    }
    if status.st_size > 0 { try checkHeader(path) }
    return true
  }

  private static func checkHeader(_ path: String) throws(StoreError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }
    var header = [UInt8](repeating: 0, count: 16)
    let count = header.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, 16) }
    guard count == 16, header.elementsEqual("SQLite format 3\0".utf8) else {
      throw notADatabase(path)
    }
  }

  private static func notADatabase(_ path: String) -> StoreError { .notADatabase(path) }

  private static func unreadable(_ path: String, _ code: Int32) -> StoreError {
    StoreError(
      file: path, found: String(cString: strerror(code)), wanted: "a file that can be read",
      isMissing: code == ENOTDIR)
  }

  /// Refuses databases of other programs and of later versions.
  static func check(_ queue: DatabaseQueue) throws {
    try queue.read { db in
      let mark = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
      // The list of migrations is made before all else, for a moment alone.
      let things =
        try Int.fetchOne(
          db, sql: "SELECT COUNT(*) FROM sqlite_master WHERE tbl_name <> 'grdb_migrations'") ?? 0
      if mark == 0, things == 0 { return }
      guard mark == Schema.applicationID else {
        throw StoreError(
          found: "an SQLite database of something else", wanted: "a file of preferences",
          remedy: "give another path")
      }
      if try Schema.migrator.hasBeenSuperseded(db) {
        throw StoreError(
          found: "preferences written by a later rlx", wanted: "a file of this version or before",
          remedy: "use the newer rlx")
      }
    }
  }

  private static func migrate(_ queue: DatabaseQueue) throws {
    do {
      try Schema.migrator.migrate(queue)
    } catch {
      // Another process may have made the same tables in between; if so, all is well.
      guard try queue.read(Schema.migrator.hasCompletedMigrations) else { throw error }
    }
  }
}
