import Foundation
import GRDB
import RLXStore
import RLXTestSupport
import Testing

/// Files that are no stores, and stores that several hold or that a death interrupts.
@Suite struct StoreFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func fill(_ path: String, pairs: Int = 3) throws {
    let store = try PreferenceStore(path: path, clock: { 0 })
    for i in 0..<pairs {
      try store.addPair(
        prompt: "p\(i)", chosen: Candidate("c"), rejected: Candidate("r"), by: "a1")
    }
  }

  // MARK: What is no store

  @Test func aFileThatIsNoDatabaseSaysSoAndStaysAsItIs() throws {
    for bytes in [Array("hello".utf8), [UInt8](repeating: 7, count: 5000), Array("SQLite".utf8)] {
      let path = folder.file("x.db", bytes)
      let error = #expect(throws: StoreError.self) { try PreferenceStore(path: path) }
      #expect(error?.file == path)
      #expect(error?.found == "a file that is no SQLite database")
      #expect(error?.wanted == "a file of preferences")
      #expect(error?.remedy != nil)
      #expect(try TemporaryFolder.bytes(of: path) == bytes)
      #expect(throws: StoreError.self) { try PreferenceStore.copy(of: path, asOf: 0) }
    }
    #expect(try folder.names() == ["x.db"])
  }

  @Test func foldersDevicesAndImpossiblePathsSaySo() throws {
    let isFolder = #expect(throws: StoreError.self) { try PreferenceStore(path: folder.path("")) }
    #expect(isFolder?.found == "a folder")
    let device = #expect(throws: StoreError.self) { try PreferenceStore(path: "/dev/null") }
    #expect(device?.found == "a pipe or device")
    let below = #expect(throws: StoreError.self) {
      try PreferenceStore(path: folder.path("no/a.db"))
    }
    #expect(below?.found.hasPrefix("no folder ") == true)
    #expect(below?.isMissing == true)
    let file = folder.file("f", [1])
    #expect(throws: StoreError.self) { try PreferenceStore(path: file + "/a.db") }
    #expect(throws: StoreError.self) { try PreferenceStore(path: "") }
    #expect(throws: StoreError.self) { try PreferenceStore(path: "a\0.db") }
    let absent = #expect(throws: StoreError.self) {
      try PreferenceStore(path: folder.path("a.db"), create: false)
    }
    #expect(absent?.isMissing == true)
    #expect(throws: StoreError.self) { try PreferenceStore(path: "/proc/rlx.db") }
    #expect(try folder.names() == ["f"])
  }

  @Test func otherDatabasesAreLeftAlone() throws {
    let path = folder.path("other.db")
    try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE prompts (x)") }
    let before = try TemporaryFolder.bytes(of: path)
    let error = #expect(throws: StoreError.self) { try PreferenceStore(path: path) }
    #expect(error?.found == "an SQLite database of something else")
    #expect(try TemporaryFolder.bytes(of: path) == before)
  }

  @Test func aLaterVersionIsRefused() throws {
    let path = folder.path("later.db")
    try fill(path)
    try DatabaseQueue(path: path).write {
      try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9 later')")
    }
    let error = #expect(throws: StoreError.self) { try PreferenceStore(path: path) }
    #expect(error?.found == "preferences written by a later rlx")
    #expect(throws: StoreError.self) { try PreferenceStore.copy(of: path, asOf: 1) }
  }

  @Test func anEmptyFileBecomesAStore() throws {
    let path = folder.file("empty.db", [])
    #expect(try PreferenceStore.copy(of: path, asOf: 0).rowCount() == 0)
    try fill(path)
    #expect(try PreferenceStore(path: path).summary().winners == 3)
  }

  @Test func everyTruncationIsReadOrRefusedNeverACrash() throws {
    let whole = folder.path("whole.db")
    try fill(whole)
    let bytes = try TemporaryFolder.bytes(of: whole)
    let cuts = Array(0..<120) + Array(stride(from: 120, to: bytes.count, by: 1021))
    var refused = 0
    for count in cuts where count > 0 {
      let path = folder.file("cut.db", Array(bytes[..<count]))
      do {
        let store = try PreferenceStore(path: path)
        _ = try store.winners()
        _ = try store.summary()
      } catch {
        refused += 1
        #expect(error.file == path)
      }
    }
    #expect(refused == cuts.count - 1)
  }

  @Test func damagedBytesAreReadOrRefusedNeverACrash() throws {
    let whole = folder.path("whole.db")
    try fill(whole)
    let bytes = try TemporaryFolder.bytes(of: whole)
    for place in stride(from: 16, to: bytes.count, by: 331) {
      var changed = bytes
      changed[place] ^= 0xFF
      let path = folder.file("changed.db", changed)
      do {
        let store = try PreferenceStore(path: path)
        _ = try store.winners()
        _ = try store.canonicalRows()
      } catch {
        #expect(error.file == path)
      }
    }
  }

  @Test func whatAnotherProgramWroteInTheWrongTypeIsAnError() throws {
    let path = folder.path("a.db")
    try fill(path, pairs: 1)
    try DatabaseQueue(path: path).write {
      try $0.execute(sql: "INSERT INTO candidates (prompt_id, text, tokens) VALUES (1, 'x', '[1,')")
      try $0.execute(sql: "INSERT INTO candidates (prompt_id, text) VALUES (1, x'ff')")
      try $0.execute(sql: "INSERT INTO comparisons (prompt_id, a, b, source) VALUES (1, 3, 4, 's')")
    }
    let store = try PreferenceStore(path: path)
    let error = #expect(throws: StoreError.self) { try store.pending(by: "a2") }
    #expect(error?.found == "\"[1,\" in the column a_tokens")
  }

  // MARK: Names SQLite would take otherwise

  @Test func aPathIsAlwaysAFile() async throws {
    let names = [":memory:", "file:x.db?mode=memory", "x y?.db"]
    // Relative paths, so in a process with a working directory of its own.
    await #expect(processExitsWith: .success) { [folder = folder.path("") as String] in
      guard chdir(folder) == 0 else { exit(1) }
      for name in [":memory:", "file:x.db?mode=memory", "x y?.db"] {
        try PreferenceStore(path: name).addCandidate(Candidate("a"), prompt: "p")
      }
    }
    #expect(try folder.names() == names)
    for name in names {
      #expect(try PreferenceStore(path: folder.path(name)).rowCount() == 2)
    }
  }

  @Test func standingJudgementsAreFoundByIndexNotBySearchingAllForEach() throws {
    let path = folder.path("a.db")
    try fill(path, pairs: 1)
    let plan = try DatabaseQueue(path: path).read {
      try String.fetchAll(
        $0, sql: "EXPLAIN QUERY PLAN SELECT * FROM standing",
        adapter: SuffixRowAdapter(fromIndex: 3))
    }
    // One pass over the judgements; every other look is by the comparison or the withdrawal. What was
    // undone is listed once for each place that asks, from the few undoings by the rows' numbers.
    #expect(plan.count { $0.hasPrefix("SCAN") && !$0.hasPrefix("SCAN u") } == 1, "\(plan)")
    #expect(!plan.contains { $0.contains("entries_of") }, "\(plan)")
    #expect(!plan.contains { $0.hasPrefix("SEARCH j USING INDEX judgements_withdrawn") }, "\(plan)")
    #expect(plan.contains { $0.contains("judgements_of (comparison_id=? AND by=?") }, "\(plan)")
  }

  // MARK: Several at once

  @Test func manyMayMakeOneFileAtOnce() async throws {
    for round in 0..<20 {
      let path = folder.path("\(round).db")
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 { group.addTask { _ = try PreferenceStore(path: path) } }
        try await group.waitForAll()
      }
    }
  }

  @Test func aDeathBetweenTheFirstTablesLeavesANewStore() throws {
    let path = folder.path("a.db")
    try DatabaseQueue(path: path).write {
      try $0.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
    }
    #expect(try PreferenceStore.copy(of: path, asOf: 0).rowCount() == 0)
    try fill(path)
    #expect(try PreferenceStore(path: path).summary().winners == 3)
  }

  @Test func twoStoresOverOneFileLoseNothing() async throws {
    let path = folder.path("a.db")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for annotator in ["a1", "a2", "a3", "a4"] {
        group.addTask {
          // Each makes the tables if the others have not, too.
          let store = try PreferenceStore(path: path)
          for i in 0..<25 {
            let id = try store.findOrAddComparison(
              prompt: "p\(i)", a: Candidate("x"), b: Candidate("y"))
            try store.judge(id, Verdict(i % 2 == 0 ? .first : .tie), by: annotator)
          }
        }
      }
      try await group.waitForAll()
    }
    let summary = try PreferenceStore(path: path).summary()
    #expect(summary.comparisons == 25)
    #expect(summary.judgements == 100)
    #expect(summary.rows == 25 + 50 + 25 + 100)
    #expect(Set(summary.annotators.map(\.name)) == ["a1", "a2", "a3", "a4"])
  }

  @Test func aKilledProcessLosesNothingItHadJudged() async throws {
    let path = folder.path("a.db")
    try fill(path)
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let store = try PreferenceStore(path: path)
      for id in 1...3 { try store.judge(Int64(id), Verdict(.second), by: "a2") }
      kill(getpid(), SIGKILL)
    }
    #expect(try PreferenceStore(path: path).summary().judgements == 6)
  }

  @Test func aProcessKilledWithinATransactionLeavesNoneOfIt() async throws {
    let path = folder.path("a.db")
    try fill(path)
    let rows = try PreferenceStore(path: path).canonicalRows()
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let store = try PreferenceStore(path: path)
      try store.transaction { transaction in
        // More than SQLite's cache holds, so that some of it is in the file already.
        let long = String(repeating: "x", count: 10_000)
        for i in 0..<1000 { _ = try transaction.addPrompt("\(i)\(long)") }
        kill(getpid(), SIGKILL)
      }
    }
    #expect(try folder.names() == ["a.db", "a.db-journal"])
    let copied = try PreferenceStore.copy(of: path, asOf: rows.count)
    #expect(try copied.canonicalRows() == rows)
    #expect(try PreferenceStore(path: path).canonicalRows() == rows)
  }

  @Test func aWriterWaitsForAnotherOne() async throws {
    let path = folder.path("a.db")
    try fill(path)
    let other = try DatabaseQueue(path: path)
    let store = try PreferenceStore(path: path)
    let held = Task.detached {
      try other.writeWithoutTransaction { db in
        try db.execute(sql: "BEGIN IMMEDIATE")
        usleep(300_000)
        try db.execute(sql: "COMMIT")
      }
    }
    usleep(50_000)
    try store.judge(1, Verdict(.tie), by: "a2")
    try await held.value
    #expect(try store.summary().ties == 1)
  }
}
