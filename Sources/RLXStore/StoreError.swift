import GRDB

/// What is wrong with a file of preferences or with what was to enter it: what was found, what was
/// wanted, what to try.
package struct StoreError: Error, Equatable, Sendable {
  /// The path of the file; nil in memory.
  package var file: String?
  package var found: String
  package var wanted: String
  package var remedy: String?
  /// True when the file is not there (exit code 66, where others are 1).
  package var isMissing = false

  package init(
    file: String? = nil, found: String, wanted: String, remedy: String? = nil,
    isMissing: Bool = false
  ) {
    self.file = file
    self.found = found
    self.wanted = wanted
    self.remedy = remedy
    self.isMissing = isMissing
  }
}

extension StoreError: CustomStringConvertible {
  /// One line, without the remedy.
  package var description: String {
    let text = "expected \(wanted), found \(found)"
    return file.map { "\($0): \(text)" } ?? text
  }
}

extension StoreError {
  /// What SQLite says, in our words; an error that is one of ours already gets the file.
  init(_ error: any Error, file: String?) {
    if var known = error as? StoreError {
      known.file = known.file ?? file
      self = known
      return
    }
    guard let error = error as? DatabaseError else {
      self.init(file: file, found: "\(error)", wanted: "a file of preferences")
      return
    }
    let message = error.message ?? "\(error.resultCode)"
    switch error.resultCode {
    case .SQLITE_NOTADB:
      self = .notADatabase(file)
    case .SQLITE_CORRUPT:
      self.init(
        file: file, found: "a damaged database (\(message))", wanted: "a whole SQLite database",
        remedy: "sqlite3 FILE .recover, or a copy from before")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(
        file: file, found: "another process that keeps it locked", wanted: "to write to it",
        remedy: "end the other process, or wait for it")
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
      self.init(file: file, found: "no permission to write (\(message))", wanted: "to write to it")
    case .SQLITE_CANTOPEN:
      self.init(
        file: file, found: "that it cannot be opened (\(message))",
        wanted: "a file in a folder that can be written")
    case .SQLITE_FULL:
      self.init(file: file, found: "a full disk", wanted: "room for another row")
    default:
      self.init(file: file, found: "SQLite's error \(message)", wanted: "a file of preferences")
    }
  }

  static func notADatabase(_ file: String?) -> StoreError {
    StoreError(
      file: file, found: "a file that is no SQLite database", wanted: "a file of preferences",
      remedy: "give another path, or Dataset(…) for a file of rows")
  }
}
