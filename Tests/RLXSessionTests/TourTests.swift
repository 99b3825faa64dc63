import Foundation
import RLXSession
import RLXTestSupport
import Testing

/// The example scripts as users run them.
@Suite(.serialized) struct TourTests {
  private func run(_ example: String, _ arguments: [String]) async throws -> (
    CellResult, TestConsole
  ) {
    let console = TestConsole()
    var options = SessionOptions()
    options.arguments = arguments
    let session = try Session(options: options, console: console)
    let path = Repository.root.appendingPathComponent("examples/\(example)").path
    return (await session.runFile(path), console)
  }

  private var stories: String? { Repository.shared("models/stories260K")?.path }

  @Test func theTourRunsOnAModelOfRandomWeights() async throws {
    let (result, console) = try await run("tour.rlx", [SmallModel.folder])
    #expect(result == .done, "\(console.err)")
    #expect(console.out.contains("objective/kl"))
  }

  @Test func theTourRunsOnARealModel() async throws {
    guard let stories else { return }
    let (result, console) = try await run("tour.rlx", [stories])
    #expect(result == .done, "\(console.err)")
    // What the model's author published it to say.
    #expect(console.out.contains("there was a little girl named Lily. She loved to play"))
  }

  @Test func theClassicProgramPrintsOneLineAPrompt() async throws {
    let (result, console) = try await run("trl-script.rlx", [SmallModel.folder])
    #expect(result == .done, "\(console.err)")
    let lines = console.out.split(separator: "\n")
    #expect(lines.count == 9)
    #expect(
      lines[0].hasPrefix("Epoch 0, Prompt: Explain quantum computing to a..., Reward: 0."))
  }
}
