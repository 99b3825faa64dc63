import Foundation
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

/// What goes on around the steps of a run: evaluation, samples, the condition to stop on, log files.
@Suite(.serialized) struct TrainingRunTests {
  private static let start = """
    m = Model(MODEL)
    demos = [{prompt: "the", completion: " cat sat"}, {prompt: "a", completion: " dog ran"}]
    pairs = [
      {prompt: "the", chosen: " cat", rejected: " dog"},
      {prompt: "a", chosen: " cat", rejected: " dog"},
    ]
    sft = SFT(m, learning_rate: 0.01, batch_size: 1)
    dpo = DPO(m, learning_rate: 0.01, batch_size: 1)
    rm = RewardModel(m)
    ppo = PPO(m, reward: fn(p, r) => r.len, max_tokens: 4, learning_rate: 0.001)

    """

  @Test(arguments: [
    ("sft.run(demos, steps: 5, eval: demos, eval_steps: 2)\nsft.log[\"eval_loss\"].len", "2"),
    ("sft.run(demos, steps: 5, eval: demos)\nsft.log[-1].has(\"eval_loss\")", "true"),
    ("sft.run(demos, steps: 5, eval: demos)\nsft.log[0].has(\"eval_loss\")", "false"),
    ("sft.run(demos, steps: 2, eval: demos)\nsft.log[-1].eval_loss < 9", "true"),
    ("rm.fit(pairs, epochs: 2, eval: pairs)[\"eval_accuracy\"].len", "1"),
    ("dpo.run(pairs, steps: 3, eval: pairs, eval_steps: 1)[\"eval_rewards/margins\"].len", "3"),
    ("ppo.run([\"the\"], steps: 2, eval: [\"a\"], eval_steps: 1)[\"eval_objective/kl\"].len", "2"),
    ("sft.run(demos, steps: 4, sample: [\"the\", \"a\"], sample_steps: 2).samples.len", "4"),
    (
      "sft.run(demos, steps: 2, sample: \"the\", sample_tokens: 3).samples[0].prompt + \"!\"",
      "the!"
    ),
    ("ppo.run([\"the\"], steps: 1, sample: [\"a\"]).samples[0].step", "1"),
    ("sft.run(demos, steps: 50, until: fn(log) => log.len >= 3).len", "3"),
    ("rm.fit(pairs, epochs: 50, until: fn(log) => log.len >= 3).len", "3"),
    ("dpo.run(pairs, steps: 50, until: fn(log) => log[-1].loss < 0.6)[\"loss\"][-1] < 0.6", "true"),
    ("ppo.run([\"the\"], steps: 50, until: fn(log) => log.len == 2).len", "2"),
    // The end that `until` finds is an end like any other: it is evaluated.
    (
      "sft.run(demos, steps: 50, eval: demos, until: fn(log) => log.len == 2)[\"eval_loss\"].len",
      "1"
    ),
    (
      "sft.evaluate(demos).keys()",
      "[\"eval_loss\", \"eval_mean_token_accuracy\", \"eval_entropy\"]"
    ),
    ("sft.run(demos, steps: 1)\nsft.log[-1].flops > 0", "true"),
    ("SFT(m, batch_size: 1, gradient_accumulation_steps: 2).run(demos, epochs: 3).len", "3"),
  ])
  func gives(expression: String, expected: String) throws {
    let shown = try ObjectBench().run(Self.start + expression)
    #expect(shown.map { $0.shown.replacing("\"the!\"", with: "the!") } == expected, "\(expression)")
  }

  @Test(arguments: [
    ("sft.run(demos, steps: 1, eval_steps: 2)", "SFT.run: eval_steps: there is no eval"),
    ("ppo.run([\"a\"], steps: 1, sample_steps: 2)", "PPO.run: sample_steps: there is no sample"),
    ("sft.run(demos, steps: 2, until: fn(log) => 1)", "until: expected true or false"),
    ("sft.run(demos, steps: 2, until: true)", "until: expected a function"),
    ("sft.run(demos, steps: 2, report_to: \"jsonl\")", "there is no logging_dir"),
    (
      "sft.run(demos, steps: 2, logging_dir: \"x\", report_to: \"wandb\")",
      "report_to: expected \"jsonl\", \"tensorboard\""
    ),
    ("sft.run(demos, steps: 1, eval: [])", "SFT.run: eval: expected at least one row"),
    ("dpo.run(pairs, steps: 1, eval: [])", "DPO.run: eval: expected at least one row"),
    ("sft.run(demos, steps: 1, sample: [])", "SFT.run: sample: expected at least one row"),
    ("sft.run(demos, steps: 1, sample: [[1, 999999]])", "999999"),
    ("sft.run(demos, steps: 1, eval: [3])", "eval[0]: expected"),
    ("ppo.run([\"a\"], steps: 1, eval: [])", "PPO.run: eval: expected at least one row"),
    ("PPO(m).run([\"a\"], steps: 1, eval: [\"b\"])", "without a reward"),
    ("SFT(m, gradient_accumulation_steps: 0)", "gradient_accumulation_steps: expected an int"),
  ])
  func badInputIsAnError(script: String, message: String) {
    let error = ObjectBench().error(Self.start + script)
    #expect(error.contains(message), "\(script): \(error)")
  }

  /// What is wrong with data that are read after some steps is said before the first.
  @Test(arguments: ["eval: []", "sample: []", "sample: [[]]", "sample: [[1, 999999]]"])
  func badDataStopARunBeforeItsFirstStep(argument: String) throws {
    let found = try ObjectBench().run(
      Self.start + "try { sft.run(demos, steps: 2, \(argument)) } catch e { }\nsft.log.len")
    #expect(found?.shown == "0", "\(argument)")
  }

  /// The weights, moments, draws and every number of training are the same bits with and without.
  @Test func evaluationAndSamplesChangeNoDrawAndNoBitOfTraining() throws {
    let state = """

      kept = ["loss", "grad_norm"]
      [
        kept.map(fn(name) => [sft, dpo, rm].map(fn(t) => t.log[name])), ppo.log["ppo/loss/total"],
        ppo.log["ppo/mean_scores"], m.logprobs("the", " cat sat").list(), rm.score("the", " cat"),
        ppo.rollout(["the", "a"]).list().map(fn(answer) => answer.plain().tokens),
      ]
      """
    func run(_ more: String, _ prompts: String) throws -> Value? {
      try ObjectBench(seed: 3).run(
        Self.start + """
          sft.run(demos, steps: 4\(more.replacing("HELD", with: "demos"))\(prompts))
          dpo.run(pairs, steps: 4\(more.replacing("HELD", with: "pairs"))\(prompts))
          rm.fit(pairs, epochs: 4\(more.replacing("HELD", with: "pairs")))
          ppo.run(["the", "a"], steps: 3\(more.replacing("HELD", with: "[\"a\"]"))\(prompts))
          """ + state)
    }
    let plain = try run("", "")
    let watched = try run(
      ", eval: HELD, eval_steps: 1, until: fn(log) => false", ", sample: [\"the\"], sample_steps: 1"
    )
    #expect(plain != nil && plain?.shown == watched?.shown)
  }

  @Test func samplesAreShownAsTheyComeAndKeptInACheckpoint() throws {
    let folder = try TemporaryFolder()
    let bench = ObjectBench()
    let kept = try bench.run(
      Self.start + """
        sft.run(demos, steps: 2, sample: ["the"], sample_steps: 1, eval: demos)
        sft.save("\(folder.path("run"))")
        back = SFT.resume("\(folder.path("run"))")
        [back.log == sft.log, back.log.samples == sft.log.samples, back.log.samples.len]
        """)
    #expect(kept?.shown == "[true, true, 2]")
    #expect(bench.console.err.contains("step 1: the → "))
    #expect(bench.console.err.contains("step 2: the → "))
    #expect(bench.console.out.isEmpty)
  }

  @Test func aLogIsWrittenAsLinesAndAsEventsWhicheverWay() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("log")
    let bench = ObjectBench()
    let script =
      Self.start + """
        sft.run(demos, steps: 2, logging_dir: "\(path)", eval: demos, eval_steps: 2)
        sft.run(demos, steps: 2, logging_dir: "\(path)", sample: ["the"])
        sft.log.save("\(folder.path("whole.jsonl"))")
        sft.log.tensorboard("\(folder.path("whole"))")
        lines = Dataset("\(path)/log.jsonl")
        [lines.len, lines[1].step, lines[1].eval_loss == sft.log[1].eval_loss,
          lines.list().map(fn(row) => row.loss) == sft.log["loss"], lines[3].samples.len]
        """
    #expect(try bench.run(script)?.shown == "[4, 2, true, true, 1]")
    let events = "events.out.tfevents.0000000000.rlx"
    // A run that goes on, and a log that is written at once, leave the same files.
    #expect(
      try TemporaryFolder.bytes(of: path + "/log.jsonl")
        == TemporaryFolder.bytes(of: folder.path("whole.jsonl")))
    let bytes = try TemporaryFolder.bytes(of: path + "/" + events)
    #expect(try bytes == TemporaryFolder.bytes(of: folder.path("whole") + "/" + events))
    #expect(bytes.count > 500)
  }

  /// A run stopped by its condition replays, and what it wrote goes to the scratch folder.
  @Test func aRunWithEverythingReplays() async throws {
    let folder = try TemporaryFolder()
    var options = SessionOptions()
    options.journal = folder.path("session.rlx")
    options.arguments = [SmallModel.folder]
    let session = try Session(options: options, console: TestConsole())
    let done = await session.run(
      """
      policy = Model(args[0])
      sft = SFT(policy, learning_rate: 0.01)
      rows = [{prompt: "the", completion: " cat sat"}]
      sft.run(rows, steps: 9, eval: rows, eval_steps: 2, sample: ["the"], sample_steps: 3,
        until: fn(log) => log.len == 7, logging_dir: "\(folder.path("log"))")
      sft.log.len
      """)
    #expect(done == .done)
    await session.close()
    let written = try TemporaryFolder.bytes(of: folder.path("log") + "/log.jsonl")
    try FileManager.default.removeItem(atPath: folder.path("log"))
    let replayed = TestConsole()
    let other = try Session(options: SessionOptions(), console: replayed)
    #expect(
      await other.replay(folder.path("session.rlx")) == .done, "\(replayed.out)\(replayed.err)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("log")))
    #expect(written.filter { $0 == UInt8(ascii: "\n") }.count == 7)
  }
}
