import Foundation
import RLXSession
import RLXTestSupport
import Testing

/// `examples/pipeline.rlx` on the model that comes with rlx, every stage a fortieth as long. Whether the
/// gold score rises needs the whole of it: two minutes, by hand.
@Suite struct PipelineTests {
  @Test func runsFromModelToComparison() async throws {
    let console = TestConsole()
    var options = SessionOptions()
    options.arguments = ["0.025"]
    let session = try Session(options: options, console: console)
    let path = Repository.root.appendingPathComponent("examples/pipeline.rlx").path
    #expect(await session.runFile(path) == .done, "\(console.err)")
    for words in ["comparisons it has not seen:", "of 200", "+ demonstrations", "+ PPO", "after: "]
    {
      #expect(console.out.contains(words), "\(words) is missing in \(console.out)")
    }
  }
}
