import Foundation
import RLXTestSupport
import Testing

@testable import rlx

/// `scripts/install`, with the program under test in place of a release build.
@Suite struct InstallTests {
  private static let script = Repository.root.appendingPathComponent("scripts/install").path

  private func shell(_ words: [String], _ environment: [String: String] = [:]) throws -> Command {
    try Command.run(
      words, executable: "/bin/bash",
      environment: ["PATH": "/usr/bin:/bin"].merging(environment) { $1 })
  }

  private func names(below path: String) -> Set<String> {
    Set(FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? [])
  }

  @Test func anInstalledScriptRunsByItsFirstLine() throws {
    let folder = try ScratchFolder()
    let prefix = folder.file("pre fix")
    let install = try shell([Self.script, "--binary", Command.rlx, prefix])
    #expect(install.code == 0, "\(install.errors)")
    #expect(install.errors.contains("not in PATH"))
    let script = try folder.write(
      "#!/usr/bin/env rlx\nprint(\"hello\", args)\n\"shown\"\n", to: "hello")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
    let run = try Command.run(
      ["a b", "--quiet"], executable: script,
      environment: ["PATH": prefix + "/bin:/usr/bin:/bin"], folder: "/")
    #expect(run.output == "hello [\"a b\", \"--quiet\"]\n\"shown\"\n", "\(run.errors)")
    #expect(run.code == ExitCodes.done)

    let installed = names(below: prefix)
    for name in [
      "bin/rlx", "share/man/man1/rlx.1", "share/bash-completion/completions/rlx",
      "share/zsh/site-functions/_rlx", "share/fish/vendor_completions.d/rlx.fish",
    ] { #expect(installed.contains(name)) }
    let resources = names(below: Repository.root.appendingPathComponent("Resources").path)
    #expect(resources.isSubset(of: names(below: prefix + "/share/rlx")))
  }

  @Test func whatWasInstalledGoesAndNothingElse() throws {
    let folder = try ScratchFolder()
    let root = folder.file("root")
    let stays = ["DESTDIR": root]
    #expect(try shell([Self.script, "--binary", Command.rlx, "/opt/x"], stays).code == 0)
    #expect(try shell([Self.script, "--binary", Command.rlx, "/opt/x"], stays).code == 0)
    #expect(names(below: root).contains("opt/x/bin/rlx"))
    #expect(!names(below: root).contains { $0.hasSuffix(".new") })
    try folder.write("mine", to: "root/opt/x/share/man/man1/mine.1")
    #expect(try shell([Self.script, "--uninstall", "/opt/x"], stays).code == 0)
    let left: Set<String> = names(below: root).filter { $0.hasPrefix("opt/x/") }
    #expect(
      left == [
        "opt/x/share", "opt/x/share/man", "opt/x/share/man/man1", "opt/x/share/man/man1/mine.1",
      ])
    #expect(try shell([Self.script, "--uninstall", "/opt/x"], stays).code == 0)
  }

  @Test(arguments: [["--binary"], ["--nonsense"], ["a", "b"], ["--binary", "/nowhere", "/opt/x"]])
  func wrongUsageIsSaid(_ words: [String]) throws {
    let run = try shell([Self.script] + words)
    #expect(run.code == 2)
    #expect(run.errors.hasPrefix("error: "))
  }

  /// Every option and command of `rlx --help`, and no other, is in the manual and the completions.
  @Test(arguments: [
    "share/rlx.1", "share/completions/rlx.bash", "share/completions/rlx.zsh",
    "share/completions/rlx.fish",
  ])
  func everyOptionIsDescribed(_ path: String) throws {
    let text = try String(
      contentsOf: Repository.root.appendingPathComponent(path), encoding: .utf8)
    let isFish = path.hasSuffix("fish")
    let plain = text.replacing("\\-", with: "-")
    let options = Set(Usage.help.matches(of: /--[a-z][a-z-]+/).map { String($0.output) })
    #expect(options.count >= 11)
    let described =
      isFish
      ? Set(plain.matches(of: /-c rlx[^\n]* -l ([a-z-]+)/).map { "--" + $0.output.1 })
      : Set(plain.matches(of: /--[a-z][a-z-]+/).map { String($0.output) })
    #expect(described == options)
    for command in Invocation.Command.allCases { #expect(plain.contains(command.rawValue)) }
  }

  @Test(arguments: [
    (["rlx", "--s"], "--seed"), (["rlx", "--color", ""], "auto always never"),
    (["rlx", ""], "script.rlx sub replay check fmt"),
    (["rlx", "fmt", "--c"], "--check --color"), (["rlx", "check", "s"], "script.rlx sub"),
    (["rlx", "script.rlx", "d"], "data.txt"), (["rlx", "replay", "--ro"], "--root"),
  ])
  func bashCompletes(_ words: [String], _ wanted: String) throws {
    let folder = try ScratchFolder()
    for name in ["script.rlx", "data.txt"] { try folder.write("", to: name) }
    try FileManager.default.createDirectory(
      atPath: folder.file("sub"), withIntermediateDirectories: true)
    let completion = Repository.root.appendingPathComponent("share/completions/rlx.bash").path
    let program = """
      source "$0"; cd "$1"; shift
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _rlx 2>/dev/null
      echo "${COMPREPLY[*]}"
      """
    let run = try shell(["-c", program, completion, folder.path] + words)
    #expect(run.output == wanted + "\n", "\(run.errors)")
  }
}
