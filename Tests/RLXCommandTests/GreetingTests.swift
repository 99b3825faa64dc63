import Foundation
import RLXTestSupport
import Testing

@testable import rlx

/// What a newcomer sees first: rlx without a word.
@Suite(.serialized) struct GreetingTests {
  private let home: ScratchFolder

  init() throws { home = try ScratchFolder() }

  private func shell(_ arguments: [String] = []) throws -> Pty {
    try Pty(
      Command.rlx, arguments,
      environment: [
        "HOME": home.path, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "xterm",
      ], columns: 100)
  }

  @Test func showsThreeLinesThatWork() throws {
    let greeting = Greeting(examples: nil)
    #expect(greeting.lines.count == 3)
    let pty = try shell()
    try pty.expect(greeting.lines[0])
    try pty.expect("rlx> ")
    for line in [greeting.lines[0], greeting.lines[1]] { pty.send(line + "\r") }
    try pty.expect(" tokens", within: .seconds(60))
    pty.send(greeting.lines[2] + "\r")
    try pty.expect("Preferences nano/prefs")
  }

  @Test func keepsToANarrowScreen() {
    let greeting = Greeting(examples: nil)
    let head = greeting.text(columns: 24).split(separator: "\n").dropLast(3)
    #expect(head.count > 1 && head.allSatisfy { $0.count <= 24 })
    #expect(greeting.text(columns: 100).split(separator: "\n").count == 4)
  }

  @Test func isQuietWhenAskedToBe() throws {
    let pty = try shell(["--quiet"])
    #expect(!(try pty.expect("rlx> ")).contains("Model(\"nano\")"))
  }

  @Test func namesTheExamplesWhereTheyAre() throws {
    let scratch = try ScratchFolder()
    try FileManager.default.createDirectory(
      atPath: scratch.file("examples"), withIntermediateDirectories: true)
    func examples(from folder: String) -> String? {
      Greeting.examples(resources: scratch.file("Resources"), workingDirectory: folder)
    }
    #expect(examples(from: "/") == nil)
    try scratch.write("1\n", to: "examples/pipeline.rlx")
    let found = examples(from: "/")
    #expect(examples(from: scratch.path) == "examples")
    #expect(found == scratch.file("examples"))
    #expect(Greeting(examples: found).lines[2] == ":load \(scratch.file("examples"))/pipeline.rlx")
  }
}
