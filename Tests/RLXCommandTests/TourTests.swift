import Foundation
import RLXTestSupport
import Testing

/// The tour runs as it stands, as a file and pasted line by line at the prompt.
@Suite(.serialized) struct TourTests {
  private static let tour = Repository.root.appendingPathComponent("examples/tour.rlx").path
  private static let model = Repository.shared("models/stories260K")?.path
  /// A debug build on a busy machine of two cores; the release build takes seconds.
  private static let patience: Duration = .seconds(240)

  @Test(.enabled(if: model != nil, "needs the shared folder's models/stories260K"))
  func runsAsAFile() throws {
    let run = try Command.run([Self.tour, try #require(Self.model)], limit: Self.patience)
    #expect(run.code == ExitCodes.done, "\(run.errors)")
    #expect(run.output.contains("Once upon a time"))
  }

  @Test(.enabled(if: model != nil, "needs the shared folder's models/stories260K"))
  func runsLineByLineAtThePrompt() throws {
    let home = try ScratchFolder()
    let pty = try Pty(Command.rlx, environment: ["HOME": home.path, "LANG": "C.UTF-8"])
    try pty.expect("rlx> ")
    let model = try #require(Self.model)
    for line in try String(contentsOfFile: Self.tour, encoding: .utf8).split(separator: "\n") {
      pty.send(line.replacing("args.get(0, \"nano\")", with: "\"\(model)\"") + "\r")
    }
    pty.send("print(\"the end\", abs(by_hand.item() - by_trainer.item()) < 1e-5)\r")
    let seen = try pty.expect("the end true\r\n", within: Self.patience)
    #expect(!seen.contains("error:"))
    pty.send("\u{4}")
    #expect(try pty.exitCode() == 0)
  }
}
