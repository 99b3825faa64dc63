import Foundation
import RLXTestSupport
import Testing

/// `rlx check` and `rlx fmt`.
@Suite struct ScriptCommandTests {
  @Test(arguments: [
    ("x = 1\nprint(x)\n", ExitCodes.done), ("print(y)\n", ExitCodes.failed),
    ("len()\n", ExitCodes.failed), ("x = ]\n", ExitCodes.syntaxError),
    ("use \"gone.rlx\"\n", ExitCodes.inputMissing),
    (
      String(repeating: "(", count: 70) + "1" + String(repeating: ")", count: 70),
      ExitCodes.limitReached
    ),
  ])
  func checkTellsByItsExitCode(_ text: String, _ code: Int32) throws {
    let folder = try ScratchFolder()
    let file = try folder.write(text, to: "script.rlx")
    for (run, name) in [
      (try Command.run(["check", file]), file),
      (try Command.run(["check", "-"], input: text, folder: folder.path), "<stdin>"),
    ] {
      #expect(run.code == code, "\(run.errors)")
      #expect(run.output == "")
      #expect((run.errors == "") == (code == ExitCodes.done))
      #expect(run.errors.contains(name) == (code != ExitCodes.done), "\(run.errors)")
    }
  }

  @Test func checkRunsNothingAndGoesThroughEveryFile() throws {
    let folder = try ScratchFolder()
    let first = try folder.write("print(\"ran\")\nlen()\nnope", to: "first.rlx")
    let second = try folder.write("use \"lib.rlx\"\ndouble()", to: "second.rlx")
    try folder.write("fn double(x) => 2 * x", to: "lib.rlx")
    let run = try Command.run(["check", first, second, folder.file("gone.rlx")])
    #expect(run.output == "")
    #expect(run.code == ExitCodes.inputMissing)
    for line in [
      "unknown name nope", "len: missing argument x", "double: missing argument x",
      "gone.rlx: no such file",
    ] {
      #expect(run.errors.contains("error: " + line) || run.errors.contains(line), "\(run.errors)")
    }
  }

  @Test func aSessionFileMayHoldTheFailuresItRecords() throws {
    let folder = try ScratchFolder()
    let record = folder.file("record.rlx")
    let shell = try Command.run(
      ["--record", record, "-c", "x = 1\nlen(nope: 1)"], folder: folder.path)
    #expect(shell.code == ExitCodes.failed)
    #expect(try Command.run(["check", record]).code == ExitCodes.done)
    let text = try String(contentsOfFile: record, encoding: .utf8)
    let edited = try folder.write(text.replacing("x = 1", with: "x = nope"), to: "edited.rlx")
    #expect(try Command.run(["check", edited]).code == ExitCodes.failed)
    // Its digests are over its text.
    let refused = try Command.run(["fmt", record])
    #expect(refused.code == ExitCodes.failed)
    #expect(refused.errors.contains("session file"))
    #expect(try String(contentsOfFile: record, encoding: .utf8) == text)
  }

  @Test func fmtWritesInPlaceAndToldToCheckOnlyNames() throws {
    let folder = try ScratchFolder()
    let good = try folder.write("x = 1\n", to: "good.rlx")
    let bad = try folder.write("x=1 # a\n", to: "bad.rlx")
    let check = try Command.run(["fmt", "--check", good, bad])
    #expect(check.code == ExitCodes.failed)
    #expect(check.output == bad + "\n")
    #expect(try String(contentsOfFile: bad, encoding: .utf8) == "x=1 # a\n")
    let run = try Command.run(["fmt", good, bad])
    #expect((run.code, run.output, run.errors) == (ExitCodes.done, "", ""))
    #expect(try String(contentsOfFile: bad, encoding: .utf8) == "x = 1 # a\n")
    #expect(try Command.run(["fmt", "--check", good, bad]).code == ExitCodes.done)
    #expect(try Command.run(["fmt", "-"], input: "f( 1 )").output == "f(1)\n")
  }

  @Test func fmtLeavesWhatItCannotReadAsItIs() throws {
    let folder = try ScratchFolder()
    let broken = try folder.write("x =  1\ny = ]\n", to: "broken.rlx")
    let fine = try folder.write("x =  1\n", to: "fine.rlx")
    let run = try Command.run(["fmt", broken, fine])
    #expect(run.code == ExitCodes.syntaxError)
    #expect(run.errors.contains("broken.rlx:2:5"))
    #expect(try String(contentsOfFile: broken, encoding: .utf8) == "x =  1\ny = ]\n")
    #expect(try String(contentsOfFile: fine, encoding: .utf8) == "x = 1\n", "the others go on")
    let gone = try Command.run(["fmt", folder.file("gone.rlx")])
    #expect(gone.code == ExitCodes.inputMissing)
    let mark = try folder.write("\n\n\n#% session 1\nx = 1\n", to: "mark.rlx")
    let refused = try Command.run(["fmt", mark])
    #expect(refused.code == ExitCodes.failed, "the comment would come to stand on line 1")
    #expect(try String(contentsOfFile: mark, encoding: .utf8).hasPrefix("\n\n"))
  }

  @Test func aFormattedFileKeepsItsPermissions() throws {
    let folder = try ScratchFolder()
    let file = try folder.write("#!/usr/bin/env rlx\nx=1\n", to: "script")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
    #expect(try Command.run(["fmt", file]).code == ExitCodes.done)
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o755)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["script"])
  }

  @Test func aScriptOfThatNameRuns() throws {
    let folder = try ScratchFolder()
    try folder.write("print(\"ran\", args)", to: "check")
    let run = try Command.run(["./check", "fmt"], folder: folder.path)
    #expect(run.output == "ran [\"fmt\"]\n")
    let command = try Command.run(["check", "check"], folder: folder.path)
    #expect((command.code, command.output) == (ExitCodes.done, ""))
  }

  @Test(arguments: [["check"], ["fmt"], ["fmt", "-", "-"], ["check", "--root", "x"]])
  func wrongUsageIsNamed(_ words: [String]) throws {
    let run = try Command.run(words)
    #expect(run.code == ExitCodes.wrongUsage)
    #expect(run.errors.hasPrefix("error: "))
  }
}
