import Foundation
import RLXSession
import RLXTestSupport
import Testing

/// The scripts of `examples/`, on the real model, in a short form where the whole takes long.
/// They are skipped where the folder of real models is missing.
@Suite(.serialized, .enabled(if: Repository.shared != nil, "needs the real model and data"))
struct ExampleTests {
  static let model = Repository.shared("models/stories260K")?.path ?? ""

  /// Runs an example with these arguments and returns its console; it must end well.
  func run(_ name: String, _ arguments: [String], seed: UInt64 = 0) async throws -> TestConsole {
    let console = TestConsole()
    var options = SessionOptions()
    options.arguments = arguments
    let session = try Session(options: options, console: console)
    let path = Repository.root.appendingPathComponent("examples/\(name)").path
    let result = await session.runFile(path)
    #expect(result == .done, "\(console.err)")
    return console
  }

  @Test func theTourAsDesignedRunsAsItStands() async throws {
    let tour = try #require(Repository.shared("design/tour.rlx"))
    let console = TestConsole()
    var options = SessionOptions()
    options.arguments = [Self.model]
    let session = try Session(options: options, console: console)
    #expect(await session.runFile(tour.path) == .done, "\(console.err)")
    #expect(console.out.contains(", there was a little girl named Lily."))
  }

  @Test func theToursCallsAreThoseOfTheDesign() throws {
    func calls(_ url: URL) throws -> [String] {
      try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map { line in
        let code = line.range(of: "      #").map { line[..<$0.lowerBound] } ?? line
        return code.trimmingCharacters(in: .whitespaces)
      }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }
    let design = try #require(Repository.shared("design/tour.rlx"))
    let ours = Repository.root.appendingPathComponent("examples/tour.rlx")
    #expect(try calls(ours) == calls(design))
  }

  @Test func theTourRunsStatementByStatementAtThePrompt() async throws {
    let text = try String(
      contentsOf: Repository.root.appendingPathComponent("examples/tour.rlx"), encoding: .utf8)
    let console = TestConsole()
    var options = SessionOptions()
    options.arguments = [Self.model]
    let session = try Session(options: options, console: console)
    var pending = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      pending += line + "\n"
      if case .incomplete = Session.state(of: pending) { continue }
      #expect(await session.run(pending) == .done, "\(console.err)")
      pending = ""
    }
    #expect(pending.isEmpty)
    let file = try await run("tour.rlx", [Self.model])
    #expect(console.out == file.out)
  }

  /// Two of the curve's steps; scripts/bench/curve runs all 31 for three seeds.
  @Test func theCurveTakesItsFirstSteps() async throws {
    let console = try await run("curve.rlx", [Self.model, "2", "1"])
    #expect(console.out.contains("step  0  score 0."))
    #expect(console.out.contains("step  1  score 0."))
    #expect(console.out.contains("kl"))
    #expect(console.out.contains("after: "))
  }

  @Test func realComparisonsTrainARewardModel() async throws {
    let data = try #require(Repository.shared("data/hh-harmless.jsonl.gz"))
    let scratch = try Scratch()
    let few = scratch.path + "/few.jsonl"
    let cut = try Session(options: SessionOptions(), console: TestConsole())
    #expect(
      await cut.run("Dataset(\"\(data.path)\").take(40).save(\"\(few)\")") == .done)
    let console = try await run("hh.rlx", [Self.model, few, "2"])
    #expect(console.out.contains("36 pairs to train on, 4 held out"))
    #expect(console.out.contains("epoch 2: training loss 0."))
    #expect(console.out.contains("held-out pairs:"))
    #expect(console.err.contains("kept its last 384"), "what is cut is said aloud")
  }

  @Test func theClassicProgramPrintsItsLines() async throws {
    let console = try await run("trl-script.rlx", [Self.model])
    let lines = console.out.split(separator: "\n")
    #expect(lines.count == 9)
    let first = try #require(lines.first)
    #expect(first.hasPrefix("Epoch 0, Prompt: Explain quantum computing to a..., Reward: 0."))
    let digits = try #require(first.split(separator: ".").last)
    #expect(digits.count == 3)
  }
}
