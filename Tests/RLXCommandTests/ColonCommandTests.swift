import Foundation
import RLXTestSupport
import Testing

@testable import rlx

@Suite(.serialized) struct ColonCommandTests {
  private let home: ScratchFolder

  init() throws { home = try ScratchFolder() }

  private func shell() throws -> Pty {
    let pty = try Pty(
      Command.rlx, environment: ["HOME": home.path, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"])
    try pty.expect("rlx> ")
    return pty
  }

  @Test func helpListsEveryCommand() throws {
    let pty = try shell()
    pty.send(":help commands\r")
    let seen = try pty.expect("rlx> ")
    for command in ColonCommand.allCases { #expect(seen.contains("  \(command.synopsis)")) }
  }

  @Test func helpExplainsAName() throws {
    for question in [":help len", "?len", "len?"] {
      let pty = try shell()
      pty.send(question + "\r")
      try pty.expect("The number of elements")
    }
  }

  @Test func helpKnowsCommandsMetricsWordsAndVariables() throws {
    let pty = try shell()
    for (question, answer) in [
      (":help", "Topics"), ("?", "Topics"), ("?:save", ":save FILE"), (":save?", ":save FILE"),
      ("?objective/kl", "Healthy"), ("?\"kl\"", "objective/kl"), ("?|>", "first argument"),
      ("?for", "Goes through"), ("?index", "A position outside"), (":help data", "Rows with named"),
      ("data = Dataset([\"a\"])\r?data", "data = "), (":help data", "Rows with named"),
      ("?data.take", "Its first rows"), ("?PPO.init_kl_coef", "0.01 to 0.2"),
      ("?plto", "?plot, or :apropos plto"), (":apropos reward kl", "found; ?NAME"),
      (":apropos zzz", "nothing is said about"), (":apropos", ":apropos WORD\r\n"),
      ("?PPO.klcoef", "?PPO.kl_coef, or"), ("?PPO.nope", " :apropos PPO.nope\r\n"),
      (":last 3", "takes nothing behind it, got 3"), (":load none", "Tab completes it"),
    ] {
      pty.send(question + "\r")
      try pty.expect(answer)
      try pty.expect("rlx> ")
    }
  }

  @Test func varsShowsNamesTypesAndValues() throws {
    let pty = try shell()
    pty.send("answer = 42\r:vars\r")
    let seen = try pty.expect("int  42\r\n")
    #expect(seen.contains("answer"))
  }

  @Test func aSavedSessionReplaysInANewProcess() throws {
    let file = home.file("typed.rlx")
    let pty = try shell()
    pty.send("x = [1, 2]\rx += [3]\rx\rfail \"on purpose\"\r:save \(file)\r")
    try pty.expect("saved 3 statements")
    let replay = try Command.run(["replay", file], environment: ["HOME": home.path])
    #expect(replay.code == 0, "\(replay.errors)")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try home.write(text.replacing("x += [3]", with: "x += [4]"), to: "edited.rlx")
    let edited = try Command.run(["replay", home.file("edited.rlx")])
    #expect(edited.code == ExitCodes.replayDiffers)
  }

  @Test func undoAndRedoSayWhatTheyDid() throws {
    let pty = try shell()
    pty.send("a = 1\ra = 2\r:undo\r")
    try pty.expect("undone: a = 2\r\n")
    pty.send("print(\"now\", a)\r")
    try pty.expect("now 1\r\n")
    pty.send(":undo 2\r:redo\r")
    try pty.expect("redone: a = 1\r\n")
    pty.send(":undo x\r")
    try pty.expect("expected a number, got x")
    pty.send(":set undo_memory 10MB\r:set\r")
    try pty.expect("undo_memory: 10 MB\r\n")
    try pty.expect("undo_disk: 8 GB\r\n")
  }

  /// Killed after an undo, the shell comes back as it was after it.
  @Test func whatWasUndoneIsNotRecovered() throws {
    let pty = try shell()
    pty.send("a = 1\ra = 2\r:undo\r")
    try pty.expect("undone: a = 2\r\n")
    pty.kill(SIGKILL)
    _ = try? pty.exitCode()
    let next = try shell()
    next.send(":load --recover\rprint(\"now\", a)\r")
    try next.expect("recovered 1 statement")
    try next.expect("now 1\r\n")
  }

  @Test func loadRunsAFileHere() throws {
    let file = try home.write("loaded = 6 * 7\n", to: "script.rlx")
    let pty = try shell()
    pty.send(":load \(file)\rprint(\"loaded\", loaded)\r")
    try pty.expect("loaded 42\r\n")
  }

  @Test(arguments: [1, 3])
  func whatAKilledShellDidIsRecovered(statements: Int) throws {
    let killed = try shell()
    for number in 1...statements {
      killed.send("x\(number) = \(number)\r")
      try killed.expect("rlx> ")
    }
    killed.send("while true {}\r")
    _ = killed.rest(for: .milliseconds(400))
    killed.kill(SIGKILL)
    #expect(try killed.exitCode() == 128 + SIGKILL)
    let next = try shell()
    next.send(":load --recover\r")
    try next.expect("recovered \(statements) statement")
    next.send("print(\"last is\", x\(statements))\r")
    try next.expect("last is \(statements)\r\n")
  }

  @Test func historyShowsTheLastInputs() throws {
    let pty = try shell()
    pty.send("a = 1\rb = 2\r:history 2\r")
    try pty.expect("b = 2\r\n:history 2\r\n")
  }

  @Test func timeSaysHowLongAStatementTook() throws {
    let pty = try shell()
    pty.send(":time on\r1\r")
    try pty.expect("time: on")
    try pty.expect("time: 0.")
    pty.send(":time off\r")
    try pty.expect("time: off")
  }

  @Test func quitEndsTheShell() throws {
    let pty = try shell()
    pty.send(":quit\r")
    #expect(try pty.exitCode() == 0)
  }

  @Test(arguments: [
    (":vasr", ":vars"), (":sav x", ":save FILE"), (":save", ":save FILE"),
    (":history many", ":history [N]"), (":xyzzy", ":help"), (":time 3", ":time [on|off]"),
  ])
  func aCommandThatCannotBeFollowedSaysWhatToTry(typed: String, remedy: String) throws {
    let pty = try shell()
    pty.send(typed + "\r")
    try pty.expect("error:")
    try pty.expect("try: \(remedy)")
    try pty.expect("rlx> ")
  }
}
