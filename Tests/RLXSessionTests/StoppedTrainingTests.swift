import Foundation
import RLXSession
import Synchronization
import Testing

/// Training that a person stops: the objects stay whole, and a replay stops at the same count.
@Suite(.serialized) struct StoppedTrainingTests {
  /// A console that raises the session's stop flag at a certain line of progress.
  private final class StoppingConsole: Console {
    private let state = Mutex<(flag: StopFlag?, left: Int, err: String)>((nil, 0, ""))
    var facts: TerminalFacts { TerminalFacts() }
    var err: String { state.withLock { $0.err } }

    /// Stops at the `count`-th line of progress from now on.
    func stop(_ flag: StopFlag, after count: Int) {
      state.withLock { $0 = (flag, count, $0.err) }
    }

    func write(_ text: String) {}
    func writeError(_ text: String) { state.withLock { $0.err += text } }
    func ask(_ question: LabelQuestion) -> LabelAnswer { .quit }
    func progress(_ line: ProgressLine?) {
      guard line != nil else { return }
      state.withLock {
        $0.left -= 1
        if $0.left == 0 { $0.flag?.set() }
      }
    }
  }

  /// Stops within a rollout, within an update, and within supervised training.
  @Test(arguments: [
    ("ppo.run([\"the\", \"a\"], steps: 50)", 3), ("ppo.run([\"the\", \"a\"], steps: 50)", 15),
    ("sft.run([\"the cat\"], steps: 50)", 4),
    ("sft.run([\"the cat\"], steps: 50, eval: [\"a dog\", \"a cat\"], eval_steps: 1)", 9),
    ("sft.run([\"the cat\"], steps: 50, sample: \"the\", sample_steps: 1)", 30),
    ("small.run([\"the cat\", \"a dog\", \"the dog\"], steps: 50)", 5),
    ("ppo.run([\"the\"], steps: 50, eval: [\"a\"], eval_steps: 1, until: fn(log) => false)", 24),
    ("policy.generate(\"the\", max_tokens: 50)", 5),
  ])
  func aStoppedStatementLeavesAStateThatReplays(statement: String, after count: Int) async throws {
    let scratch = try Scratch()
    let console = StoppingConsole()
    var options = SessionOptions()
    options.journal = scratch.path + "/session.rlx"
    options.arguments = [SmallModel.folder]
    let session = try Session(options: options, console: console)
    _ = await session.run(
      """
      policy = Model(args[0])
      sft = SFT(policy, learning_rate: 1e-3)
      small = SFT(policy, batch_size: 1, gradient_accumulation_steps: 3)
      ppo = PPO(policy, reward: fn(p, r) => r.len, max_tokens: 8, min_tokens: 8,
        learning_rate: 1e-3)
      """)
    console.stop(session.stop, after: count)
    #expect(await session.run(statement) == .failed(.interrupted))
    // What comes after works on whole objects.
    #expect(await session.run("ppo.step([\"the\"])") == .done, "\(console.err)")
    #expect(await session.run("policy.loss(\"the cat\").item()") == .done)
    await session.close()
    let journal = try scratch.read("session.rlx")
    #expect(journal.contains("#~ stopped at="))

    let replayed = TestConsole()
    let other = try Session(options: SessionOptions(), console: replayed)
    #expect(
      await other.replay(scratch.path + "/session.rlx") == .done, "\(replayed.out)\(replayed.err)")
  }
}
