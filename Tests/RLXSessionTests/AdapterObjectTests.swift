import Foundation
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

/// Low-rank adapters as scripts and trainers use them.
@Suite(.serialized) struct AdapterObjectTests {
  private static let adapted = "m = Model(MODEL).lora(rank: 2, alpha: 4)\n"
  private static let rows =
    "rows = [{prompt: \"the\", chosen: \" cat\", rejected: \" dog\"}]\n"

  @Test(arguments: [
    ("m.adapter.rank", "2"),
    ("m.adapter.targets", "[\"q_proj\", \"v_proj\"]"),
    ("m.adapter.layers", "4"),
    ("m.frozen", "false"),
    ("m.without_adapter().frozen", "true"),
    ("m.without_adapter().adapter", "nil"),
    ("Model(MODEL).adapter", "nil"),
    ("(m.logits([1, 5]) - Model(MODEL).logits([1, 5])).abs().max().item()", "0.0"),
    ("m.parameter_count - Model(MODEL).parameter_count == m.adapter.parameters", "true"),
    ("m.copy().adapter.rank", "2"),
    ("m.merge().adapter", "nil"),
    ("m.merge().unmerge().adapter.rank", "2"),
    ("Model(MODEL).lora(r: 3, lora_alpha: 6, target_modules: [\"down_proj\"]).adapter.rank", "3"),
  ])
  func gives(_ expression: String, _ expected: String) throws {
    #expect(try ObjectBench().shown(Self.adapted + expression) == expected, "\(expression)")
  }

  @Test(arguments: [
    ("m.lora()", "a model that has an adapter"),
    ("Model(MODEL).merge()", "a model without an adapter"),
    ("Model(MODEL).lora(targets: [\"nope\"])", "layers of this model: q_proj"),
    ("Model(MODEL).lora(rank: 0)", "rank"),
    ("Model(MODEL).load_adapter(MODEL)", "adapter_config.json"),
    ("Model(MODEL).save_adapter(\"x\")", "a model without an adapter"),
    ("t = SFT(m)\nm.merge()\nt.step([\"the cat\"])", "make the trainer anew"),
  ])
  func saysWhatIsWrong(_ script: String, _ message: String) {
    let found = ObjectBench().error(Self.adapted + script)
    #expect(found.contains(message), "\(found)")
  }

  /// Each trainer moves the adapters and no weight of the base.
  @Test(arguments: [
    "SFT(m, learning_rate: 1e-2).run([\"the cat\"], steps: 2)",
    "DPO(m, learning_rate: 1e-2).run(rows, steps: 2)",
    "PPO(m, reward: fn(p, r) => r.len, max_tokens: 4, learning_rate: 1e-2).run([\"the\"], steps: 2)",
  ])
  func trainersMoveTheAdapterAlone(_ script: String) throws {
    let bench = ObjectBench()
    #expect(
      try bench.shown(
        Self.adapted + Self.rows + script + """

          base = Model(MODEL)
          same = (m.without_adapter().logits([1, 5]) - base.logits([1, 5])).abs().max().item()
          moved = (m.logits([1, 5]) - base.logits([1, 5])).abs().max().item()
          [same, moved > 0.001]
          """) == "[0.0, true]")
  }

  @Test func aRewardModelOfAnAdaptedModelTrainsAdapterAndHead() throws {
    #expect(
      try ObjectBench().shown(
        Self.adapted + Self.rows + """
          before = m.logits([1, 5])
          rm = RewardModel(m)
          score = rm.score("the", " cat")
          rm.fit(rows, epochs: 3, learning_rate: 1e-2)
          rm.save("\(NSTemporaryDirectory())rlx-adapted-reward")
          again = RewardModel("\(NSTemporaryDirectory())rlx-adapted-reward")
          [rm.score("the", " cat") != score, again.score("the", " cat") == rm.score("the", " cat"),
            (m.logits([1, 5]) - before).abs().max().item()]
          """) == "[true, true, 0.0]")
  }

  /// Without `reference:` the policy with its adapter off is the reference: the same numbers as a
  /// reference that is a model of its own.
  @Test(arguments: [
    "DPO(m%, learning_rate: 1e-2).run(rows, steps: 3)",
    "PPO(m%, reward: fn(p, r) => r.len, max_tokens: 4, learning_rate: 1e-2).run([\"the\"], steps: 3)",
  ])
  func theBaseIsTheReference(_ trainer: String) throws {
    func logits(_ reference: String) throws -> String {
      let script = trainer.replacingOccurrences(of: "%", with: reference)
      return try ObjectBench().shown(
        Self.adapted + Self.rows + script + "\nm.logits([1, 5]).list()", width: 10_000)
    }
    #expect(try logits("") == logits(", reference: Model(MODEL).freeze()"))
  }

  @Test func aSavedTrainerGoesOnToTheSameBits() async throws {
    let scratch = try ScratchFolder()
    let folder = scratch.file("ppo")
    let setup =
      "reward = fn(p, r) => r.len\nm = Model(\"\(SmallModel.folder)\").lora(rank: 2)\n"
      + "t = PPO(m, reward: reward, max_tokens: 4, learning_rate: 1e-2)\n"
    let run = "t.run([\"the\", \"a\"], steps: 2);\n"
    let ending = "t.policy.logits([1, 5]).list()"
    let straight = try ObjectBench().shown(setup + run + run + ending, width: 10_000)
    let saved = try ObjectBench().shown(
      setup + run + "t.save(\"\(folder)\")\n"
        + "t = PPO.resume(\"\(folder)\", reward: reward)\n" + run + ending, width: 10_000)
    #expect(saved == straight)
    // The base is there once.
    #expect(!FileManager.default.fileExists(atPath: folder + "/reference"))
    #expect(FileManager.default.fileExists(atPath: folder + "/adapter/adapter_config.json"))
  }

  @Test func undoTakesBackAdaptingMergingAndTraining() async throws {
    let console = TestConsole()
    var options = SessionOptions()
    options.keepsUndo = true
    let session = try Session(options: options, console: console)
    func shown(_ text: String) async -> String {
      let before = console.out
      _ = await session.run(text)
      return String(console.out.dropFirst(before.count))
    }
    _ = await session.run("m = Model(\"\(SmallModel.folder)\")")
    let bare = await shown("m.logits([1, 5]).sum().item()")
    _ = await session.run("m.lora(rank: 2);")
    _ = await session.run("SFT(m, learning_rate: 1e-2).run([\"the cat\"], steps: 2);")
    let trained = await shown("m.logits([1, 5]).sum().item()")
    #expect(trained != bare)
    _ = await session.run("m.merge();")
    #expect(await shown("m.adapter == nil") == "true\n")
    _ = await session.undo(2)
    #expect(await shown("m.adapter.rank") == "2\n")
    #expect(await shown("m.logits([1, 5]).sum().item()") == trained)
    _ = await session.undo(5)
    #expect(await shown("m.adapter == nil") == "true\n")
    #expect(await shown("m.logits([1, 5]).sum().item()") == bare)
  }

  @Test func theExampleRuns() async throws {
    let scratch = try ScratchFolder()
    let console = TestConsole()
    var options = SessionOptions()
    options.arguments = [SmallModel.folder, scratch.file("adapter"), "2"]
    let session = try Session(options: options, console: console)
    let path = Repository.root.appendingPathComponent("examples/lora.rlx").path
    #expect(await session.runFile(path) == .done, "\(console.err)")
    #expect(console.out.contains("before training the logits differ by 0.0\n"))
    #expect(console.out.contains("read again it differs by 0.0\n"))
    #expect(console.out.hasSuffix("less than 0.001: true\n"))
  }

  @Test func sessionsWithAdaptersReplay() async throws {
    let scratch = try ScratchFolder()
    let journal = scratch.file("session.rlx")
    var options = SessionOptions()
    options.journal = journal
    let console = TestConsole()
    let session = try Session(options: options, console: console)
    let text = """
      m = Model("\(SmallModel.folder)").lora(rank: 2)
      SFT(m, learning_rate: 1e-2).run(["the cat"], steps: 2)
      m.save_adapter("\(scratch.file("adapter"))")
      n = Model("\(SmallModel.folder)").load_adapter("\(scratch.file("adapter"))")
      (m.logits([1, 5]) - n.logits([1, 5])).abs().max().item()
      m.merge()
      """
    #expect(await session.run(text) == .done, "\(console.err)")
    await session.close()
    let replayed = try Session(options: SessionOptions(), console: console)
    #expect(await replayed.replay(journal) == .done, "\(console.err)")
  }
}
