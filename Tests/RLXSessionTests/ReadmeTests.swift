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

  /// Whether two texts are the same but for numbers, which may differ by 2 % or 0.02: other processors
  /// round other last bits, and three epochs at a high learning rate let them grow.
  static func agree(_ a: String, _ b: String) -> Bool {
    let number = /-?[0-9]+\.[0-9]+/
    func words(_ text: String) -> [Substring] {
      text.replacing(number, with: "#").split { $0 == " " || $0 == "\n" }
    }
    let (x, y) = (a.matches(of: number), b.matches(of: number))
    return words(a) == words(b) && x.count == y.count
      && zip(x, y).allSatisfy { one, other in
        guard let p = Double(one.0), let q = Double(other.0) else { return false }
        return abs(p - q) <= 0.02 + 0.02 * abs(q)
      }
  }

  @Test func aTranscriptThatDiffersIsNoticed() {
    #expect(Self.agree("loss 0.693 of 2\n", "loss  0.690 of 2\n"))
    #expect(!Self.agree("loss 0.693 of 2\n", "loss 0.793 of 2\n"))
    #expect(!Self.agree("loss 0.693 of 2\n", "loss 0.693 of 3\n"))
    #expect(!Self.agree("loss 0.693\n", "gain 0.693\n"))
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
      #expect(Self.agree(out + err, shown), "\(typed)\n\(out + err)")
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
