import Foundation
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

/// Saving and resuming trainers, as scripts say it.
@Suite(.serialized) struct CheckpointScriptTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let data = """
    m = Model(MODEL)
    demos = ["the cat sat", "a dog ran", "the dog sat", "a cat ran", "the cat ran"]
    pairs = [
      {prompt: "the", chosen: " cat", rejected: " dog"},
      {prompt: "a", chosen: " cat", rejected: " dog"},
      {prompt: "the dog", chosen: " sat", rejected: " ran"},
    ]
    prompts = ["the", "a", "the dog"]
    fn reward(prompt, response) => response.len / 10

    """

  private func bench() -> ObjectBench {
    let bench = ObjectBench()
    bench.interpreter.setGlobal("DIR", .string(folder.path("run")))
    return bench
  }

  /// How each trainer is made, run, resumed, and what of it can be compared.
  @Test(arguments: [
    ("SFT(m, learning_rate: 1e-2, batch_size: 2)", "t.run(demos, steps: N)", "SFT.resume(DIR)"),
    ("DPO(m, learning_rate: 1e-2, batch_size: 2)", "t.run(pairs, steps: N)", "DPO.resume(DIR)"),
    (
      "PPO(m, reward: reward, learning_rate: 1e-3, batch_size: 2, max_tokens: 4)",
      "t.run(prompts, steps: N)", "PPO.resume(DIR, reward: reward)"
    ),
    (
      "RewardModel(m)", "t.fit(pairs, max_steps: N, learning_rate: 1e-2, batch_size: 2)",
      "RewardModel.resume(DIR)"
    ),
  ])
  func goesOnInAnotherSessionAsIfItHadNeverStopped(make: String, run: String, resume: String) throws
  {
    let weights =
      make.hasPrefix("Reward") ? "t.score(\"the\", \" cat\")" : "t.policy.logits([1, 5])"
    func steps(_ count: Int) -> String { run.replacing("N", with: "\(count)") + ";\n" }
    let whole = bench()
    try whole.run(Self.data + "t = \(make)\n" + steps(4) + steps(6))
    let first = bench()
    try first.run(Self.data + "t = \(make)\n" + steps(4) + "t.save(DIR)\nt.save(DIR)")
    let second = bench()
    // What else the session draws does not enter.
    try second.run(Self.data + "seed(99)\nx = randn([3])\nt = \(resume)\n" + steps(6))
    for shown in ["t.log.list()", "t.settings", weights] {
      #expect(try second.shown("json(\(shown))") == whole.shown("json(\(shown))"), "\(shown)")
    }
  }

  @Test func aRunSavesAsItGoesAndIsTakenUpWhereItWasKilled() throws {
    let whole = bench()
    try whole.run(Self.data + "t = SFT(m, learning_rate: 1e-2)\nt.run(demos, steps: 12)")
    let killed = bench()
    // Three counted points a step: its two passes and itself; saving has some too. Stopped between the
    // eighth step and the twelfth: what counts is what was saved at the eighth.
    try killed.run(Self.data + "t = SFT(m, learning_rate: 1e-2)")
    killed.core.points.limit = killed.core.points.total + 34
    let error = killed.error("t.run(demos, steps: 12, save_steps: 4, output_dir: DIR)")
    #expect(error.hasPrefix("limit"), "\(error)")
    let again = bench()
    try again.run(Self.data + "t = SFT.resume(DIR)")
    #expect(try again.shown("t.log.len") == "8")
    try again.run("t.run(demos, steps: 12 - t.log.len, save_steps: 4, output_dir: DIR)")
    #expect(try again.shown("t.log.list()") == whole.shown("t.log.list()"))
    #expect(try again.shown("Model(DIR).logits([1, 5]) == t.policy.logits([1, 5])") == "true")
    #expect(try again.shown("SFT.resume(DIR).log.len") == "12")
  }

  @Test func theLastStepIsSavedToo() throws {
    let bench = bench()
    try bench.run(Self.data + "t = DPO(m)\nt.run(pairs, steps: 3, save_steps: 2, output_dir: DIR)")
    #expect(try bench.shown("DPO.resume(DIR).log.len") == "3")
    try bench.run("t.run(pairs, steps: 2, output_dir: DIR)")
    #expect(try bench.shown("DPO.resume(DIR).log.len") == "5")
  }

  @Test func howRowsAreCutIsKept() throws {
    let bench = bench()
    try bench.run(
      Self.data + "t = SFT(m, max_length: 16, truncation_mode: \"keep_end\")\nt.save(DIR)")
    #expect(try bench.shown("SFT.resume(DIR).settings == t.settings") == "true")
  }

  @Test(arguments: [
    ("SFT.resume(\"no/such\")", "missing: SFT.resume: there is no folder \"no/such\""),
    ("SFT.resume(\"\")", "the path is empty"),
    ("SFT.resume(MODEL)", "trainer.json: no such file"),
    ("DPO.resume(DIR)", "trainer is \"SFT\"; wanted \"DPO\"; SFT.resume(…) reads this one"),
    ("PPO.resume(DIR, reward: 3)", "reward: expected"),
    ("t.run(demos, steps: 1, save_steps: 2)", "there is no output_dir to save to"),
    ("t.run(demos, steps: 1, save_steps: 0, output_dir: DIR)", "save_steps: expected an int ≥ 1"),
    ("t.save(\"\")", "not a path to a folder"),
    ("write(DIR + \"/notes.txt\", \"mine\"); t.save(DIR)", "notes.txt in it is no part"),
  ])
  func says(script: String, message: String) throws {
    let bench = bench()
    try bench.run(Self.data + "t = SFT(m)\nt.save(DIR)")
    let error = bench.error(script)
    #expect(error.contains(message), "\(script): \(error)")
  }

  @Test func aSessionThatSavesAndResumesReplays() async throws {
    let session = folder.path("session.rlx")
    let script =
      "MODEL = \(Value.string(SmallModel.folder).shown)\nDIR = \"kept\"\n" + Self.data
        + """
        t = SFT(m, learning_rate: 1e-2)
        t.run(demos, steps: 2, save_steps: 1, output_dir: folder)
        u = SFT.resume(folder)
        u.run(demos, steps: 2)
        """.replacing("folder", with: Value.string(folder.path("kept")).shown)
    var options = SessionOptions()
    options.journal = session
    let recorder = try Session(options: options, console: TestConsole())
    #expect(await recorder.runProgram(script, name: "s.rlx") == .done)
    await recorder.close()
    try FileManager.default.removeItem(atPath: folder.path("kept"))
    let console = TestConsole()
    let result = await (try Session(options: SessionOptions(), console: console)).replay(session)
    #expect(result == .done, "\(console.err)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("kept")))
  }
}
