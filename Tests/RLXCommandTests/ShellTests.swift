import Foundation
import RLXTestSupport
import Testing

/// The shell as a person meets it: keys in, text out.
@Suite(.serialized) struct ShellTests {
  private let home: ScratchFolder

  /// What the shell sends between a line and its output: the end of bracketed paste.
  private static let ran = "\u{1B}[?2004l"

  init() throws { home = try ScratchFolder() }

  private var environment: [String: String] {
    ["HOME": home.path, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"]
  }

  /// A shell at its first prompt.
  private func shell(
    _ arguments: [String] = [], terminal: String = "xterm", columns: Int = 80
  ) throws -> Pty {
    var environment = environment
    environment["TERM"] = terminal
    let pty = try Pty(
      Command.rlx, arguments, environment: environment, columns: columns)
    try pty.expect("rlx> ")
    return pty
  }

  @Test func aStatementRunsAndThePromptComesBack() throws {
    let pty = try shell()
    pty.send("6 * 7\r")
    try pty.expect(Self.ran + "42\r\n")
    try pty.expect("rlx> ")
  }

  @Test func controlDEndsWithZeroAndGivesTheTerminalBack() throws {
    let pty = try shell()
    let during = pty.settings.c_lflag
    pty.send("\u{4}")
    #expect(try pty.exitCode() == 0)
    #expect(during & tcflag_t(ICANON) == 0)
    #expect(pty.settings.c_lflag & tcflag_t(ICANON | ECHO) == tcflag_t(ICANON | ECHO))
  }

  @Test func enterStartsANewRowUntilTheStatementIsComplete() throws {
    let pty = try shell()
    pty.send("fn twice(n) {\r")
    pty.send("return n * 2\r")
    pty.send("}\r")
    try pty.expect("rlx> ")
    pty.send("twice(\r21)\r")
    try pty.expect(Self.ran + "42\r\n")
  }

  @Test func altEnterStartsANewRowInAnyCase() throws {
    let pty = try shell()
    pty.send("a = 1\u{1B}\rprint(\"both\", a)\r")
    try pty.expect("both 1\r\n")
  }

  @Test func linesTypedAheadRunOneAfterAnother() throws {
    let pty = try shell()
    pty.send("a = 1\ra += 1\rif a == 2 {\ra = a * 50\r}\rprint(\"a is\", a)\r\u{4}")
    try pty.expect("a is 100\r\n")
    #expect(try pty.exitCode() == 0)
  }

  @Test func linesTypedWhileAStatementRunsWaitForIt() throws {
    let pty = try shell()
    pty.send("n = 0\rfor i in 0..300000 { n += 1 }\r")
    pty.send("print(\"counted\", n)\r\u{4}")
    try pty.expect("counted 300000\r\n")
    #expect(try pty.exitCode() == 0)
  }

  @Test func aPasteWaitsForEnterAndThenRunsEachStatement() throws {
    let pty = try shell()
    pty.send("\u{1B}[200~a = [\r  1,\r  2,\r]\rprint(\"pasted\", a)\r\u{1B}[201~")
    #expect(!pty.rest(for: .milliseconds(300)).contains("pasted [1"))
    pty.send("\r")
    try pty.expect("pasted [1, 2]\r\n")
  }

  @Test func aPastedTranscriptLosesItsPromptsAndOutput() throws {
    let pty = try shell()
    pty.send("\u{1B}[200~rlx> b = 20\rrlx> b + 1\r21\rrlx> print(\"end\", b)\r\u{1B}[201~\r")
    try pty.expect("end 20\r\n")
  }

  @Test func theEditorsOwnCommandLineCannotBeReached() throws {
    let pty = try shell()
    pty.send("\u{1B}x\"\u{1B}(")
    pty.send("\u{15}6 * 7\r")  // Ctrl-U takes the quote away
    try pty.expect(Self.ran + "42\r\n")
  }

  @Test func textOutsideAsciiIsTypedShownAndRun() throws {
    let pty = try shell()
    pty.send("s = \"né 日本 😀\"\rprint(s, s.len)\r")
    try pty.expect("né 日本 😀 7\r\n")
  }

  @Test func textOutsideAsciiNeedsNoLocale() throws {
    var environment = environment
    environment["LANG"] = nil
    let pty = try Pty(Command.rlx, environment: environment)
    try pty.expect("rlx> ")
    pty.send("print(\"é\".len, \"é\")\r")
    try pty.expect("1 é\r\n")
  }

  @Test func historyCrossesRunsAndKeepsAnInputWhole() throws {
    let first = try shell()
    first.send("print(\r\"from\",\r\"before\")\r")
    try first.expect("from before\r\n")
    first.send("\u{4}")
    #expect(try first.exitCode() == 0)
    let second = try shell()
    second.send("\u{1B}[A\r")
    try second.expect("from before\r\n")
    try second.expect("rlx> ")
    second.send("x = 1\r\u{1B}[A\u{1B}[A\r")
    try second.expect("from before\r\n")
  }

  @Test func whatIsKeptFollowsTheStateFolder() throws {
    var environment = environment
    environment["XDG_STATE_HOME"] = home.file("elsewhere")
    let pty = try Pty(Command.rlx, environment: environment)
    try pty.expect("rlx> ")
    pty.send("1\r\u{4}")
    #expect(try pty.exitCode() == 0)
    #expect(FileManager.default.fileExists(atPath: home.file("elsewhere/rlx/history.jsonl")))
    #expect(!FileManager.default.fileExists(atPath: home.file(".local")))
  }

  @Test func nothingIsKeptWithoutAJournal() throws {
    let pty = try shell(["--no-journal"])
    pty.send("1\r\u{4}")
    #expect(try pty.exitCode() == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.path) == [])
  }

  @Test func controlRFindsAnEarlierInput() throws {
    let pty = try shell()
    pty.send("print(\"needle\")\r1\r2\r\u{12}need\r\r")
    try pty.expect(Self.ran + "needle\r\n")
    try pty.expect(Self.ran + "needle\r\n")
  }

  @Test func controlCStopsTheStatementAndKeepsTheShell() throws {
    let pty = try shell()
    pty.send("kept = 5\rprint(\"going\"); while true {}\r")
    try pty.expect(Self.ran + "going\r\n")
    pty.send("\u{3}")
    try pty.expect("stopped")
    pty.send("print(\"kept\", kept)\r")
    try pty.expect("kept 5\r\n")
  }

  /// One long matrix product cannot be stopped in between; on many cores it is not long.
  @Test(.enabled(if: ProcessInfo.processInfo.activeProcessorCount <= 8, "too fast to interrupt"))
  func aSecondControlCEndsWhatDoesNotStop() throws {
    let pty = try shell()
    pty.send("x = randn([6000, 6000])\r")
    try pty.expect("rlx> ")
    pty.send("print(\"going\"); y = x @ x @ x @ x @ x @ x\r")
    try pty.expect(Self.ran + "going\r\n")
    pty.send("\u{3}")
    try pty.expect("stopping")
    pty.send("\u{3}")
    #expect(try pty.exitCode() == ExitCodes.interrupted)
    #expect(pty.settings.c_lflag & tcflag_t(ICANON | ECHO) == tcflag_t(ICANON | ECHO))
    let next = try shell()
    next.send(":load --recover\r")
    try next.expect("recovered 2 statements")
  }

  @Test func aStopAndAContinueKeepTheLine() throws {
    let pty = try shell()
    pty.send("print(\"a\",")
    _ = pty.rest(for: .milliseconds(200))
    pty.kill(SIGSTOP)
    pty.kill(SIGCONT)
    try pty.expect("print(\"a\",")
    pty.send(" \"b\")\r")
    try pty.expect("a b\r\n")
  }

  @Test func aShellThatDidNothingLeavesNoJournal() throws {
    let pty = try shell()
    pty.send("\u{4}")
    #expect(try pty.exitCode() == 0)
    let journals = home.file(".local/state/rlx/sessions")
    #expect(try FileManager.default.contentsOfDirectory(atPath: journals) == [])
  }

  @Test func aHomeThatCannotBeWrittenIsSaidOnce() throws {
    var environment = environment
    environment["HOME"] = "/proc/nowhere"
    let pty = try Pty(Command.rlx, environment: environment)
    try pty.expect("warning: cannot write to /proc/nowhere")
    pty.send("6 * 7\r")
    try pty.expect("42\r\n")
  }

  @Test func controlCAtThePromptDropsTheLine() throws {
    let pty = try shell()
    pty.send("print(\"dropped\")")
    _ = pty.rest(for: .milliseconds(200))
    for keys in ["\u{3}", "f(\r", "\u{3}", "\u{3}\u{3}\u{3}"] {
      pty.send(keys)
      _ = pty.rest(for: .milliseconds(200))
    }
    pty.send("print(\"alive\")\r")
    #expect(!(try pty.expect("alive\r\n")).contains("\ndropped"))
  }

  /// Ctrl-C is a key among keys while a line is typed, so that nothing behind it is lost, however fast
  /// it comes.
  @Test func whatIsTypedRightBehindControlCIsKept() throws {
    let pty = try shell()
    for turn in 0..<20 {
      pty.send("print(\"dropped\")\u{3}print(\"kept\", \(turn))\r")
      #expect(!(try pty.expect("kept \(turn)\r\n")).contains("\ndropped"))
      try pty.expect("rlx> ")
    }
  }

  @Test func controlCRightBehindEnterStopsTheStatement() throws {
    let pty = try shell()
    for turn in 0..<10 {
      pty.send("while true {}\r\u{3}")
      try pty.expect("rlx> ")
      _ = pty.rest(for: .milliseconds(20))
      pty.send("print(\"turn\", \(turn))\r")
      try pty.expect("turn \(turn)\r\n")
    }
  }

  @Test func controlUnderscoreTakesBackEdits() throws {
    let pty = try shell()
    // Keys one by one: what comes at once is one edit.
    func type(_ keys: String) throws {
      for key in keys {
        pty.send(String(key))
        _ = pty.rest(for: .milliseconds(15))
      }
    }
    try type("print(1, 2)")
    try type("\u{15}")  // Ctrl-U: the line is gone
    try type("\u{1F}")  // and back
    pty.send("\r")
    try pty.expect(Self.ran + "1 2\r\n")
    try pty.expect("rlx> ")
    try type("[\"a b\"].len")
    try type("\u{1F}")  // the last word
    try type("\u{1F}\u{1F}\u{1F}\u{1F}")  // and more than there is
    try type("6 * 7")
    pty.send("\r")
    try pty.expect(Self.ran + "42\r\n")
  }

  @Test func aKilledShellLeavesTheTerminalUsableOnTermination() throws {
    let pty = try shell()
    pty.kill(SIGTERM)
    #expect(try pty.exitCode() == 128 + SIGTERM)
    #expect(pty.settings.c_lflag & tcflag_t(ICANON | ECHO) == tcflag_t(ICANON | ECHO))
  }

  @Test func anErrorKeepsTheShell() throws {
    let pty = try shell()
    pty.send("nothing_here\r")
    try pty.expect("unknown name")
    pty.send("1 +* 2\r")
    try pty.expect("error:")
    pty.send("print(\"still\")\r")
    try pty.expect("still\r\n")
  }

  @Test func theRestOfAPasteDoesNotRunAfterAnError() throws {
    let pty = try shell()
    pty.send("\u{1B}[200~fail \"no\"\rprint(\"after\")\r\u{1B}[201~\r")
    try pty.expect("not run: the 1 entry after this one")
    #expect(!pty.rest(for: .milliseconds(200)).contains("after\r\n\u{1B}"))
  }

  @Test func exitEndsTheShellWithItsCode() throws {
    let pty = try shell()
    pty.send("exit(7)\r")
    #expect(try pty.exitCode() == 7)
  }

  @Test(arguments: ["dumb", "xterm-256color", "nothing-known"])
  func anyTerminalWillDo(terminal: String) throws {
    let pty = try shell(terminal: terminal)
    pty.send("6 * 7\r")
    try pty.expect("42\r\n")
    pty.send("\u{4}")
    #expect(try pty.exitCode() == 0)
  }

  @Test func aPlainShellMovesNoCursorAndUsesNoColour() throws {
    let pty = try shell(["--plain"])
    pty.send("print(\r")
    try pty.expect("  ... ")
    pty.send("1)\rnothing_here\r")
    let seen = try pty.expect("unknown name")
    #expect(!seen.contains("\u{1B}"))
    pty.send("\u{4}")
    #expect(try pty.exitCode() == 0)
  }

  @Test func theWindowMayChangeItsSize() throws {
    let pty = try shell()
    pty.send("print(\"a\",")
    pty.resize(columns: 40, rows: 10)
    try pty.expect("rlx> ")
    pty.send("\"b\")\r")
    try pty.expect("a b\r\n")
  }
}
