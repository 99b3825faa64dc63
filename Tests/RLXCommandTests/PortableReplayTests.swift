import Foundation
import RLXTestSupport
import Testing

/// A session recorded on one kind of processor and replayed on another: here the same, told to use
/// other instructions, which gives other last bits.
@Suite struct PortableReplayTests {
  private static let script = """
    policy = Model("nano")
    answers = policy.generate(["Once", "One day"], n: 2, max_tokens: 8)
    answers
    sft = SFT(policy, learning_rate: 1e-3, batch_size: 2)
    sft.run(Dataset("nano/demos").take(4), steps: 2);
    print("loss", sft.log[-1].loss)
    ppo = PPO(policy, reward: fn(prompt, answer) => answer.len / 10, max_tokens: 6)
    ppo.step(["Once", "Two", "The"])
    policy.logits([1, 5, 9]).softmax()
    """

  private static func replay(_ file: String, _ options: [String]) throws -> Command {
    try Command.run(["replay"] + options + [file], environment: ["RLX_ISA": "baseline"])
  }

  @Test func otherLastBitsAreWithinTheToleranceAndNothingElseIs() throws {
    let folder = try ScratchFolder()
    let record = folder.file("record.rlx")
    let made = try Command.run(["--record", record, "--portable", "-c", Self.script])
    try #require(made.code == ExitCodes.done, "\(made.errors)")
    let exact = try Self.replay(record, [])
    try #require(exact.code == ExitCodes.replayDiffers, "these processors compute alike")
    let near = try Self.replay(record, ["--rtol", "1e-2"])
    #expect(near.code == ExitCodes.done, "\(near.errors)")
    #expect(near.output == "replayed 9 statements: the same, within 0.01\n")
    let narrow = try Self.replay(record, ["--rtol", "1e-12"])
    #expect(narrow.code == ExitCodes.replayDiffers)

    let text = try String(contentsOfFile: record, encoding: .utf8)
    let edited = try folder.write(
      text.replacing("learning_rate: 1e-3", with: "learning_rate: 2e-3"), to: "edited.rlx")
    let other = try Self.replay(edited, ["--rtol", "1e-2"])
    #expect(other.code == ExitCodes.replayDiffers)
  }

  @Test func aRecordWithoutOutlinesSaysWhatItLacks() throws {
    let folder = try ScratchFolder()
    let record = folder.file("record.rlx")
    _ = try Command.run(["--record", record, "-c", "x = randn([40, 40])\n(x @ x).sum()"])
    let text = try String(contentsOfFile: record, encoding: .utf8)
    #expect(!text.contains("#% about"))
    // Another value than was recorded, whatever the processor.
    let edited = try folder.write(text.replacing(".sum()", with: ".mean()"), to: "edited.rlx")
    let replay = try Self.replay(edited, ["--rtol", "1e-2"])
    #expect(replay.code == ExitCodes.replayDiffers)
    #expect(replay.errors.contains("recorded with --portable"))
  }

  @Test(arguments: [["--rtol", "0"], ["--rtol", "2"], ["--rtol", "x"]])
  func aToleranceThatIsNoneIsWrongUsage(options: [String]) throws {
    #expect(try Self.replay("none.rlx", options).code == ExitCodes.wrongUsage)
  }

  @Test func portableWantsARecord() throws {
    #expect(try Command.run(["--portable", "-c", "1"]).code == ExitCodes.wrongUsage)
  }
}
