import Foundation
import RLXSession
import RLXTestSupport
import Testing

/// The examples on the model that comes with rlx, short: every stage of the pipeline a fortieth as long.
/// Whether the gold score rises, or falls, needs the whole of them: a minute or two each, by hand.
@Suite struct PipelineTests {
  private func run(_ name: String, _ arguments: [String]) async throws -> String {
    let console = TestConsole()
    var options = SessionOptions()
    options.arguments = arguments
    let session = try Session(options: options, console: console)
    let path = Repository.root.appendingPathComponent("examples/\(name)").path
    #expect(await session.runFile(path) == .done, "\(console.err)")
    return console.out
  }

  @Test func thePipelineRunsFromModelToComparison() async throws {
    let shown = try await run("pipeline.rlx", ["0.025"])
    for words in ["comparisons it has not seen:", "of 200", "+ demonstrations", "+ PPO", "after: "]
    {
      #expect(shown.contains(words), "\(words) is missing in \(shown)")
    }
  }

  @Test func rewardHackingComparesTwoPolicies() async throws {
    let shown = try await run("reward-hacking.rlx", ["1"])
    for words in ["nano itself", "kl_coef 0.001", "kl_coef 0.3", "gold"] {
      #expect(shown.contains(words), "\(words) is missing in \(shown)")
    }
  }
}
