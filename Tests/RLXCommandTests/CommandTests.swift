import Foundation
import RLXTestSupport
import Testing

/// The exit codes as the language's design lists them, written down a second time on purpose.
enum ExitCodes {
  static let done: Int32 = 0
  static let failed: Int32 = 1
  static let wrongUsage: Int32 = 2
  static let replayDiffers: Int32 = 3
  static let limitReached: Int32 = 4
  static let syntaxError: Int32 = 65
  static let inputMissing: Int32 = 66
  static let interrupted: Int32 = 130
}

@Suite struct CommandTests {
  @Test func aFileRunsWithItsArguments() throws {
    let folder = try ScratchFolder()
    let file = try folder.write("print(args)\nargs.len", to: "script.rlx")
    let run = try Command.run([file, "one", "--quiet"])
    #expect(run.output == "[\"one\", \"--quiet\"]\n2\n")
    #expect(run.errors == "")
    #expect(run.code == ExitCodes.done)
  }

  @Test func quietShowsOnlyWhatIsPrinted() throws {
    let run = try Command.run(["--quiet", "-c", "print(1)\n2"])
    #expect(run.output == "1\n")
  }

  @Test func codeRuns() throws {
    let run = try Command.run(["-c", "1 + 1; args", "a"])
    #expect(run.output == "[\"a\"]\n")
  }

  @Test(arguments: [[], ["-"], ["-", "x"]])
  func standardInputRunsWhole(arguments: [String]) throws {
    let run = try Command.run(arguments, input: "fn f() {\n  return 7\n}\nprint(f(), args.len)\n")
    #expect(run.output == "7 \(max(arguments.count - 1, 0))\n")
    #expect(run.code == ExitCodes.done)
  }

  @Test(arguments: [
    ("print(1)", ExitCodes.done), ("fail \"no\"", ExitCodes.failed), ("[0][5]", ExitCodes.failed),
    ("exit(9)", 9), ("1 +", ExitCodes.syntaxError), ("1 +* 2", ExitCodes.syntaxError),
    ("fn f() => f()\nf()", ExitCodes.limitReached),
  ])
  func theExitCodeSaysHowItEnded(code: String, status: Int32) throws {
    let run = try Command.run(["-c", code])
    #expect(run.code == status, "\(run.errors)")
    #expect((run.errors == "") == (status == 0 || status == 9))
  }

  @Test func stepsAreLimited() throws {
    let run = try Command.run(["--max-steps", "1000", "-c", "while true {}"])
    #expect(run.code == ExitCodes.limitReached)
    #expect(run.errors.contains("--max-steps"))
  }

  @Test func outputThatCannotBeWrittenIsAFailure() throws {
    let full = try Command.run(
      ["-c", "\"$0\" -c '1 + 1' >/dev/full", Command.rlx], executable: "/bin/sh")
    #expect(full.code == ExitCodes.failed)
    #expect(full.errors.contains("standard output"))
    // A reader that stops reading, as head does, is no failure.
    let closed = try Command.run(
      ["-c", "\"$0\" -c 'for i in 0..20000 { print(i) }' | head -n 1", Command.rlx],
      executable: "/bin/sh")
    #expect(closed.output == "0\n")
    #expect(closed.errors == "")
  }

  @Test func aFileThatIsNotThereIsNamed() throws {
    let run = try Command.run(["no-such-file.rlx"])
    #expect(run.code == ExitCodes.inputMissing)
    #expect(run.errors.contains("no-such-file.rlx"))
  }

  @Test(arguments: [
    ["--sed", "3"], ["--seed"], ["--seed", "x"], ["-c"], ["replay"], ["replay", "a", "b"],
    ["--threads", "0"], ["--color", "blue", "-c", "1"], ["replay", "--root"],
  ])
  func wrongUsageIsSaidAndChangesNothing(arguments: [String]) throws {
    let run = try Command.run(arguments)
    #expect(run.code == ExitCodes.wrongUsage)
    #expect(run.errors.hasPrefix("error: "))
    #expect(run.errors.contains("try: rlx --help"))
    #expect(run.output == "")
  }

  @Test func helpAndVersionGoToStandardOutput() throws {
    let help = try Command.run(["--help"])
    #expect(help.code == ExitCodes.done)
    for option in ["--seed", "--record", "--root", "--max-steps", "-c", "replay"] {
      #expect(help.output.contains(option))
    }
    let version = try Command.run(["--version"])
    #expect(version.output.wholeMatch(of: /rlx \d+\.\d+\.\d+\n/) != nil)
  }

  @Test func aRecordedRunReplays() throws {
    let folder = try ScratchFolder()
    let script = try folder.write("x = 3\nx * 2\n", to: "script.rlx")
    let record = folder.file("record.rlx")
    let run = try Command.run(["--record", record, script])
    #expect(run.code == ExitCodes.done, "\(run.errors)")
    let replay = try Command.run(["replay", record])
    #expect(replay.code == ExitCodes.done, "\(replay.errors)")
    let again = try Command.run([record])
    #expect(again.output == run.output)
  }

  @Test func colourIsForTerminalsUnlessAskedFor() throws {
    let plain = try Command.run(["-c", "nothing_here"])
    #expect(!plain.errors.contains("\u{1B}"))
    let coloured = try Command.run(["--color", "always", "-c", "nothing_here"])
    #expect(coloured.errors.contains("\u{1B}["))
  }

  @Test func controlCEndsAFileWithItsCode() throws {
    let folder = try ScratchFolder()
    let file = try folder.write("print(\"begun\")\nwhile true {}\n", to: "script.rlx")
    let pty = try Pty(Command.rlx, [file], environment: ["HOME": folder.path])
    try pty.expect("begun")
    pty.send("\u{3}")
    #expect(try pty.exitCode() == ExitCodes.interrupted)
  }
}
