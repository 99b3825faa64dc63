import Foundation
import GRDB
import RLXStore
import RLXTestSupport
import Testing

/// Labelling at the terminal by keys; what came of it is counted in SQLite itself.
@Suite(.serialized) struct LabelTests {
  private let home: ScratchFolder
  private let file: String

  /// A file of preferences with five comparisons of "alpha n" and "beta n".
  init() throws {
    home = try ScratchFolder()
    file = home.file("labels.db")
    let store = try PreferenceStore(path: file)
    for number in 1...5 {
      _ = try store.addComparison(
        prompt: "prompt \(number)", a: Candidate("alpha \(number)"), b: Candidate("beta \(number)"),
        source: "test")
    }
  }

  private func shell(columns: Int = 80) throws -> Pty {
    let pty = try Pty(
      Command.rlx, environment: ["HOME": home.path, "LANG": "C.UTF-8"], columns: columns)
    try pty.expect("rlx> ")
    pty.send("prefs = Preferences(\"\(file)\")\r")
    try pty.expect("rlx> ")
    return pty
  }

  /// The question's page, which ends with the line of keys.
  @discardableResult
  private func page(_ number: Int, of total: Int, in pty: Pty) throws -> String {
    try pty.expect("\(number)/\(total)")
    return try pty.expect("q quit\r\n")
  }

  private func count(_ sql: String) throws -> Int {
    try DatabaseQueue(path: file).read { try Int.fetchOne($0, sql: sql) ?? -1 }
  }

  @Test func keysJudgeUndoQuitAndSurviveAKill() throws {
    let first = try shell()
    first.send("prefs.label(by: \"ana\")\r")
    try page(1, of: 5, in: first)
    first.send("1")
    try page(2, of: 5, in: first)
    first.send("2\r")  // the Enter after a key is nobody's answer
    try page(3, of: 5, in: first)
    first.send("u")
    try page(2, of: 5, in: first)
    first.send("t")
    try page(3, of: 5, in: first)
    first.send("s")
    try page(4, of: 5, in: first)
    #expect(try count("SELECT count(*) FROM judgements") == 5)
    #expect(try count("SELECT count(*) FROM judgements WHERE withdraws IS NOT NULL") == 1)
    first.send("q")
    try first.expect("rlx> ")

    first.send("prefs.label(by: \"ana\")\r")
    try page(1, of: 2, in: first)
    first.send("1")
    try page(2, of: 2, in: first)
    first.kill(SIGKILL)
    #expect(try first.exitCode() == 128 + SIGKILL)
    #expect(try count("SELECT count(*) FROM judgements") == 6)

    let second = try shell()
    second.send("prefs.label(by: \"ana\")\r")
    try page(1, of: 1, in: second)
    second.send("2")
    try second.expect("rlx> ")
    #expect(try count("SELECT count(*) FROM judgements") == 7)
    #expect(try count("SELECT count(*) FROM judgements WHERE choice = 'tie'") == 1)
    #expect(try count("SELECT count(*) FROM judgements WHERE choice = 'skip'") == 1)
    #expect(try count("SELECT count(DISTINCT comparison_id) FROM judgements") == 5)
    second.send("prefs.label(by: \"ana\")\rprint(\"nothing left\")\r")
    try second.expect("nothing left\r\n")
    #expect(try count("SELECT count(*) FROM judgements") == 7)
  }

  @Test func theKeyMeansTheAnswerThatStoodThere() throws {
    let pty = try shell()
    pty.send("prefs.label(by: \"ana\")\r")
    var wanted: [String] = []
    for number in 1...5 {
      let text = try page(number, of: 5, in: pty)
      let alpha = try #require(text.firstRange(of: "alpha \(number)"))
      let beta = try #require(text.firstRange(of: "beta \(number)"))
      wanted.append(alpha.lowerBound < beta.lowerBound ? "first ab" : "second ba")
      pty.send("1")
    }
    try pty.expect("rlx> ")
    let stored = try DatabaseQueue(path: file).read {
      try String.fetchAll($0, sql: "SELECT choice || ' ' || shown FROM judgements ORDER BY id")
    }
    #expect(stored == wanted)
  }

  @Test func aWideTerminalShowsTheAnswersSideBySide() throws {
    let pty = try shell(columns: 120)
    pty.send("prefs.label(by: \"ana\")\r")
    let text = try page(1, of: 5, in: pty)
    #expect(
      text.split(separator: "\r\n").contains { $0.contains("alpha 1") && $0.contains("beta 1") })
    pty.send("q")
    try pty.expect("rlx> ")
  }

  @Test func controlCStopsLabellingAndKeepsWhatWasJudged() throws {
    let pty = try shell()
    pty.send("prefs.label(by: \"ana\")\r")
    try page(1, of: 5, in: pty)
    pty.send("1")
    try page(2, of: 5, in: pty)
    pty.send("\u{3}")
    try pty.expect("rlx> ")
    #expect(try count("SELECT count(*) FROM judgements") == 1)
    pty.send("print(\"alive\")\r")
    try pty.expect("alive\r\n")
  }

  @Test func aFileAsksAtTheTerminalToo() throws {
    let script = try home.write(
      "print(Preferences(\"\(file)\").label(by: \"ana\").labelled)\n", to: "ask.rlx")
    let pty = try Pty(Command.rlx, [script], environment: ["HOME": home.path])
    for number in 1...5 {
      try page(number, of: 5, in: pty)
      pty.send(number == 1 ? "\u{1B}[Ax2" : "2")  // arrows and other letters choose nothing
    }
    try pty.expect("5\r\n")
    #expect(try pty.exitCode() == 0)
    #expect(pty.settings.c_lflag & tcflag_t(ICANON | ECHO) == tcflag_t(ICANON | ECHO))
  }

  @Test func anEndFromOutsideGivesTheTerminalBack() throws {
    let pty = try shell()
    pty.send("prefs.label(by: \"ana\")\r")
    try page(1, of: 5, in: pty)
    pty.send("1")
    try page(2, of: 5, in: pty)
    pty.kill(SIGTERM)
    #expect(try pty.exitCode() == 128 + SIGTERM)
    #expect(pty.settings.c_lflag & tcflag_t(ICANON | ECHO) == tcflag_t(ICANON | ECHO))
    #expect(try count("SELECT count(*) FROM judgements") == 1)
  }

  @Test func keysTypedBeforeTheFirstQuestionAreNoAnswers() throws {
    let pty = try shell()
    pty.send("prefs.label(by: \"ana\")\r111")
    try page(1, of: 5, in: pty)
    pty.send("q")
    try pty.expect("rlx> ")
    #expect(try count("SELECT count(*) FROM judgements") == 0)
  }

  @Test func aTypedLabelledAndSavedSessionReplays() throws {
    let saved = home.file("session.rlx")
    let pty = try shell()
    pty.send("prefs.label(by: \"ana\")\r")
    for number in 1...4 {
      try page(number, of: 5, in: pty)
      pty.send(number == 3 ? "t" : "1")
    }
    try page(5, of: 5, in: pty)
    pty.send("q")
    try pty.expect("rlx> ")
    pty.send("prefs.summary()\r:save \(saved)\r")
    try pty.expect("saved 3 statements")
    pty.send("\u{4}")
    #expect(try pty.exitCode() == 0)
    let replay = try Command.run(["replay", saved])
    #expect(replay.code == ExitCodes.done, "\(replay.errors)")
    // A replay asks nobody and writes nothing into the file.
    #expect(try count("SELECT count(*) FROM judgements") == 4)
    let text = try String(contentsOfFile: saved, encoding: .utf8)
    try home.write(text.replacing("choice=tie", with: "choice=1"), to: "edited.rlx")
    let edited = try Command.run(["replay", home.file("edited.rlx")])
    #expect(edited.code == ExitCodes.replayDiffers)
  }

  @Test func nobodyIsAskedWithoutATerminal() throws {
    let run = try Command.run(["-c", "Preferences(\"\(file)\").label(by: \"ana\")"])
    #expect(run.code == ExitCodes.failed)
    #expect(run.errors.contains("nobody to ask"))
    #expect(try count("SELECT count(*) FROM judgements") == 0)
  }
}
