import Foundation
import RLXSession
import RLXTestSupport
import Testing

/// A folder of its own for one test.
struct Scratch {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "rlx-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func file(_ name: String, _ text: String) throws -> String {
    let place = path + "/" + name
    try text.write(toFile: place, atomically: true, encoding: .utf8)
    return place
  }

  func read(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }
}

@Suite struct SessionTests {
  /// Runs cells in a session that keeps a journal, closes it, and returns console and journal.
  func record(_ cells: [String], seed: UInt64 = 0) async throws -> (TestConsole, String) {
    let scratch = try Scratch()
    let console = TestConsole()
    var options = SessionOptions()
    options.journal = scratch.path + "/session.rlx"
    options.seed = seed
    let session = try Session(options: options, console: console)
    for cell in cells { _ = await session.run(cell) }
    await session.close()
    return (console, try scratch.read("session.rlx"))
  }

  func replay(_ text: String) async throws -> (CellResult, TestConsole) {
    let scratch = try Scratch()
    let path = try scratch.file("session.rlx", text)
    let console = TestConsole()
    let session = try Session(options: SessionOptions(), console: console)
    return (await session.replay(path), console)
  }

  @Test func showsExpressionsAndNothingElse() async throws {
    let console = TestConsole()
    let session = try Session(options: SessionOptions(), console: console)
    #expect(await session.run("x = 3\nx * 2\nx;\nnil\nprint(\"hi\")") == .done)
    #expect(console.out == "6\nhi\n")
    #expect(console.err == "")
  }

  @Test func aJournalReplaysInAnotherSession() async throws {
    let (_, journal) = try await record([
      "xs = [3, 1, 2]", "xs.sort()", "fn double(x) => 2 * x", "xs.map(double)",
      "for x in xs { print(x) }", "m = {a: 1.5, b: nil}", "# a comment\nm",
    ])
    let (result, console) = try await replay(journal)
    #expect(result == .done)
    #expect(console.out == "replayed 7 statements: the same, to the bit\n")
  }

  @Test func theJournalIsAScriptThatRuns() async throws {
    let (first, journal) = try await record(["x = 20", "x + 1", "print(\"two\\nlines\")"])
    let scratch = try Scratch()
    let path = try scratch.file("s.rlx", journal)
    let console = TestConsole()
    let session = try Session(options: SessionOptions(), console: console)
    #expect(await session.runFile(path) == .done)
    #expect(console.out == first.out)
  }

  @Test func aFailureIsRecordedAndExpected() async throws {
    let (console, journal) = try await record(["x = 1", "x = [1, 2][5]", "x"])
    #expect(console.out == "1\n")
    #expect(journal.contains("\n#! index sha256:"))
    let (result, _) = try await replay(journal)
    #expect(result == .done)
  }

  // MARK: Disagreements: each ends a replay with exit 3 at the right statement.

  static let cells = ["x = 1", "y = [x, 2]", "y.sum()", "fail \"on purpose\"", "print(x)"]

  @Test(arguments: [
    ("y = [x, 2]", "y = [x, 3]", 2),
    ("y.sum()", "y.sum() + 0", 3),
    ("fail \"on purpose\"", "x", 4),
    ("print(x)", "fail \"now\"", 5),
    ("print(x)", "print(x)  + nil", 5),
    ("x = 1\n", "x = 2\n", 1),
  ])
  func anEditedStatementIsFound(old: String, new: String, statement: Int) async throws {
    let (_, journal) = try await record(Self.cells)
    let edited = journal.replacingOccurrences(of: old, with: new)
    #expect(edited != journal)
    let (result, console) = try await replay(edited)
    #expect(result == .failed(.replayDiffers))
    #expect(console.err.contains("statement \(statement):"), "\(console.err)")
    #expect(console.err.contains("recorded"))
  }

  @Test func anEditedDigestIsFound() async throws {
    let (_, journal) = try await record(Self.cells)
    var lines = journal.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let index = try #require(lines.firstIndex { $0.hasPrefix("#= ") })
    lines[index] = "#= sha256:" + String(repeating: "0", count: 64)
    let (result, console) = try await replay(lines.joined(separator: "\n"))
    #expect(result == .failed(.replayDiffers))
    #expect(console.err.contains("statement 1:"))
  }

  @Test(arguments: [
    ("#= sha256:zz", 65, "looks like a session mark"),
    ("x = = 1", 65, "expected a value"),
  ])
  func aReplaySaysWhyItCannotBegin(line: String, code: Int32, message: String) async throws {
    let (result, console) = try await replay("#% session 1\nx = 1\n\(line)\n")
    #expect(result.exitStatus == code)
    #expect(console.err.contains(message), "\(console.err)")
  }

  @Test func aHeaderTypedByHandWillDo() async throws {
    let text = "#% session\n#% seed 3\ni = 0\nfor k in 0..9 { i += 1 }\n#~ stopped at=4\n"
    let (result, console) = try await replay(text + "assert i == 3\n")
    #expect(result == .done, "\(console.err)")
  }

  @Test func aSessionOfAnotherFormatIsRefused() async throws {
    let (result, console) = try await replay("#% session 2 · rlx 9.0 · m · e\nx = 1\n")
    #expect(result.exitStatus == 65)
    #expect(console.err.contains("this rlx reads format 1"), "\(console.err)")
  }

  @Test func aStatementTakenOutBreaksTheChain() async throws {
    let (_, journal) = try await record(["x = 1", "2 + 2", "x"])
    let lines = journal.split(separator: "\n", omittingEmptySubsequences: false)
    let index = try #require(lines.firstIndex(of: "2 + 2"))
    var shorter = lines
    shorter.removeSubrange(index...(index + 1))
    let (result, console) = try await replay(shorter.joined(separator: "\n"))
    #expect(result == .failed(.replayDiffers))
    #expect(console.err.contains("chain"))
  }

  @Test func anAnswerLeftOverIsFound() async throws {
    let (_, journal) = try await record(["x = 1", "x"])
    let answer = "#< label choice=1 shown=sha256:" + String(repeating: "a", count: 64) + " by=me"
    let edited = journal.replacingOccurrences(of: "x = 1\n", with: "x = 1\n\(answer)\n")
    let (result, console) = try await replay(edited)
    #expect(result == .failed(.replayDiffers))
    #expect(console.err.contains("statement 1: the number of answers"))
  }

  @Test func aChangedInputIsFound() async throws {
    let scratch = try Scratch()
    let library = try scratch.file("lib.rlx", "fn one() => 1\n")
    let (console, journal) = try await record(["use \"\(library)\"", "one()"])
    #expect(console.out == "1\n")
    #expect(journal.contains("#% input sha256:"))
    #expect(try await replay(journal).0 == .done)
    _ = try scratch.file("lib.rlx", "fn one() => 1 # edited\n")
    let (result, changed) = try await replay(journal)
    #expect(result == .failed(.replayDiffers))
    #expect(changed.err.contains("lib.rlx"))
  }

  // MARK: Saving, loading, recovering

  @Test func savingLeavesOutFailuresThatChangedNothing() async throws {
    let scratch = try Scratch()
    let console = TestConsole()
    var options = SessionOptions()
    options.journal = scratch.path + "/journal.rlx"
    let session = try Session(options: options, console: console)
    for cell in ["x = 1", "x + \"a\"", "fn f() { print(1); fail \"late\" }", "f()", "x"] {
      _ = await session.run(cell)
    }
    let saved = scratch.path + "/saved.rlx"
    #expect(await session.save(to: saved) == .done)
    let text = try scratch.read("saved.rlx")
    #expect(!text.contains("x + \"a\""))
    #expect(text.contains("\nf()\n#! fail sha256:"))
    let (result, _) = try await replay(text)
    #expect(result == .done)
  }

  @Test func aSessionThatDiedIsRecoveredUpToItsLastWholeStatement() async throws {
    let scratch = try Scratch()
    let (_, journal) = try await record(["x = 1", "y = x + 1", "y"])
    var lines = journal.split(separator: "\n").map(String.init)
    lines.removeLast()
    lines.append("z = 5")
    _ = try scratch.file("dead.rlx", lines.joined(separator: "\n") + "\n")
    var options = SessionOptions()
    options.journalFolder = scratch.path
    let console = TestConsole()
    let session = try Session(options: options, console: console)
    #expect(await session.recover() == .done)
    #expect(await session.statementCount == 3)
    #expect(await session.variables.map(\.name).contains("z") == false)
    #expect(await session.run("y") == .done)
    #expect(console.out.hasSuffix("2\n"))
    // It is not offered twice.
    #expect(await session.recover() == .failed(.inputMissing))
  }

  @Test func pointsRunOutOnlyWhereALimitWasSet() async throws {
    var options = SessionOptions()
    options.maxSteps = 1000
    let console = TestConsole()
    let session = try Session(options: options, console: console)
    #expect(await session.run("while true { }") == .failed(.limitReached))
    #expect(console.err.contains("--max-steps"))
  }

  @Test func aStopIsRecordedAndStopsAReplayAtTheSameCount() async throws {
    let scratch = try Scratch()
    let console = TestConsole()
    var options = SessionOptions()
    options.journal = scratch.path + "/journal.rlx"
    let session = try Session(options: options, console: console)
    _ = await session.run("n = [0]")
    let stopper = Task.detached {
      try await Task.sleep(for: .milliseconds(200))
      session.stop.set()
    }
    let result = await session.run("i = 0\nwhile true { i += 1 }")
    try await stopper.value
    #expect(result == .failed(.interrupted))
    _ = await session.run("i > 0")
    await session.close()
    let journal = try scratch.read("journal.rlx")
    #expect(journal.contains("#~ stopped at="))
    #expect(console.out.hasSuffix("true\n"))
    let (replayed, errors) = try await replay(journal)
    #expect(replayed == .done, "\(errors.err)")
  }
}

extension SessionTests {
  /// A shell that dies while it asks has kept each answer, in the file and in its journal: they belong
  /// to the recovered session, as if Ctrl-C had ended the asking.
  @Test func answersOfTheStatementThatDiedAreRecovered() async throws {
    let scratch = try Scratch()
    let labels = scratch.path + "/labels.db"
    let dead = scratch.path + "/dead.rlx"
    var options = SessionOptions()
    options.journal = dead
    let first = TestConsole(answers: [.first, .second], isTerminal: true)
    let session = try Session(options: options, console: first)
    for cell in [
      "m = Model(\"\(SmallModel.folder)\")", "prefs = Preferences(\"\(labels)\")",
      "prefs.label(m.generate([\"the\", \"a\", \"cat\"], n: 2, max_tokens: 12), by: \"ann\")",
    ] { _ = await session.run(cell) }
    await session.close()
    let whole = try scratch.read("dead.rlx").split(separator: "\n").map(String.init)
    let quit = try #require(whole.firstIndex { $0.hasPrefix("#< ") && $0.contains("choice=quit") })
    _ = try scratch.file("dead.rlx", whole[..<quit].joined(separator: "\n") + "\n")

    options = SessionOptions()
    options.journalFolder = scratch.path
    options.journal = scratch.path + "/next/journal.rlx"
    try FileManager.default.createDirectory(
      atPath: scratch.path + "/next", withIntermediateDirectories: true)
    let second = TestConsole(isTerminal: true)
    let next = try Session(options: options, console: second)
    #expect(await next.recover() == .done, "\(second.err)")
    #expect(second.questions.isEmpty, "nobody is asked again")
    #expect(second.out.contains("recovered 3 statements"))
    #expect(await next.run("prefs.len") == .done)
    #expect(second.out.hasSuffix("2\n"))
    await next.close()
    let journal = try scratch.read("next/journal.rlx")
    #expect(journal.contains("#~ stopped at="))
    let (result, console) = try await replay(journal)
    #expect(result == .done, "\(console.err)")
  }

  @Test func recoveringDoesNotWriteJudgementsTwice() async throws {
    let scratch = try Scratch()
    let labels = scratch.path + "/labels.db"
    let cells = [
      "prefs = Preferences(\"\(labels)\")",
      "prefs.add(prompt: \"Once\", chosen: \" upon\", rejected: \" more\", by: \"ann\");",
      "prefs.len",
    ]
    let (console, journal) = try await record(cells)
    #expect(console.out == "1\n")
    var lines = journal.split(separator: "\n").map(String.init)
    lines.removeLast()
    _ = try scratch.file("dead.rlx", lines.joined(separator: "\n") + "\n")

    var options = SessionOptions()
    options.journalFolder = scratch.path
    let second = TestConsole()
    let session = try Session(options: options, console: second)
    #expect(await session.recover() == .done, "\(second.err)")
    // What the dead shell had written is there once, and what comes now goes into the file.
    #expect(await session.run("prefs.len") == .done)
    #expect(
      await session.run("prefs.add(prompt: \"One\", chosen: \" a\", rejected: \" b\", by: \"bo\");")
        == .done)
    let third = TestConsole()
    let reader = try Session(options: SessionOptions(), console: third)
    #expect(await reader.run("Preferences(\"\(labels)\").summary().by") == .done)
    #expect(third.out.contains("ann: {winners: 1") && third.out.contains("bo: {winners: 1"))
    #expect(await reader.run("Preferences(\"\(labels)\").len") == .done)
    #expect(third.out.hasSuffix("2\n"))
  }

  @Test func aLimitReachedInAReplayIsNoDifference() async throws {
    let (_, journal) = try await record(["n = 0", "for i in 0..5000 { n += i }"])
    let scratch = try Scratch()
    let path = try scratch.file("session.rlx", journal)
    var options = SessionOptions()
    options.maxSteps = 1000
    let console = TestConsole()
    let session = try Session(options: options, console: console)
    #expect(await session.replay(path) == .failed(.limitReached))
    #expect(console.err.contains("--max-steps"))
  }

  @Test func aReplayStoppedByAPersonIsNoDifference() async throws {
    let (_, journal) = try await record(["n = 0", "for i in 0..3000000 { n += i }"])
    let scratch = try Scratch()
    let path = try scratch.file("session.rlx", journal)
    let console = TestConsole()
    let session = try Session(options: SessionOptions(), console: console)
    session.stop.set()
    #expect(await session.replay(path) == .failed(.interrupted))
  }
}
