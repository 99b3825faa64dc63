import Foundation
import RLXSession
import RLXTestSupport
import Testing

/// The README's transcript is what the prompt really answers.
@Suite(.enabled(if: Repository.shared != nil, "needs the real model"))
struct ReadmeTests {
  /// The typed lines of the transcript, each with the text that follows it.
  static func transcript() throws -> [(typed: String, shown: String)] {
    let readme = try String(
      contentsOf: Repository.root.appendingPathComponent("README.md"), encoding: .utf8)
    let start = try #require(readme.range(of: "```text\nrlx> "))
    let end = try #require(readme[start.upperBound...].range(of: "\n```"))
    return readme[start.upperBound..<end.lowerBound].components(separatedBy: "\nrlx> ").map {
      turn in
      let lines = turn.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(lines[0]), lines.count > 1 ? String(lines[1]) + "\n" : "")
    }
  }

  @Test func theTranscriptIsWhatThePromptAnswers() async throws {
    let model = try #require(Repository.shared("models/stories260K"))
    let console = TestConsole()
    let session = try Session(options: SessionOptions(), console: console)
    let turns = try Self.transcript()
    #expect(turns.count > 10)
    var seen = 0
    var errors = 0
    for (typed, shown) in turns {
      let statement = typed.replacingOccurrences(
        of: "Model(\"stories260K\")", with: "Model(\"\(model.path)\")")
      let result = await session.run(statement)
      let out = console.out.dropFirst(seen)
      seen = console.out.count
      let failed = result != .done
      let err = failed ? String(console.err.dropFirst(errors)) : ""
      errors = console.err.count
      #expect(out + err == shown, "\(typed)")
    }
  }

  @Test func everyFileTheReadmeNamesExists() throws {
    let readme = try String(
      contentsOf: Repository.root.appendingPathComponent("README.md"), encoding: .utf8)
    for link in readme.matches(of: /\]\(([^)#]+)\)/) where !link.1.hasPrefix("http") {
      let place = Repository.root.appendingPathComponent(String(link.1)).path
      #expect(FileManager.default.fileExists(atPath: place), "\(link.1)")
    }
  }
}
