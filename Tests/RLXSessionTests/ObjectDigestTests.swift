import Foundation
import RLXModels
import RLXScript
import RLXSession
import RLXTensor
import Testing

@Suite(.serialized) struct ObjectDigestTests {
  private static let cells = [
    "policy = Model(args[0])",
    "sft = SFT(policy, learning_rate: 1e-3)",
    "sft.run([{prompt: \"the\", completion: \" cat sat\"}], steps: 2)",
    "reference = policy.copy().freeze()",
    "answers = policy.generate([\"the\", \"a\"], n: 2, max_tokens: 8)",
    "prefs = Preferences(\"memory\")",
    "prefs.label(answers, with: fn(p, a, b) => a.len >= b.len, by: \"rule\")",
    "rm = RewardModel(policy)",
    "rm.fit(prefs, epochs: 2, learning_rate: 1e-3)",
    "rm.score(\"the\", \" cat\")",
    "ppo = PPO(policy, reward: rm, reference: reference, learning_rate: 1e-3, max_tokens: 6)",
    "batch = ppo.rollout([\"the\", \"a\"])",
    "ppo.score(batch)",
    "ppo.advantages(batch)",
    "ppo.update(batch)",
    "ppo.run([\"the\", \"a\"], steps: 2)",
    "DPO(policy, reference: reference).loss([prefs[0]]).item()",
    "opt = AdamW(policy, learning_rate: 1e-3)",
    "policy.loss(\"the cat\").backward()",
    "opt.step()",
  ]

  /// The journal of a session of these cells.
  private func journal(
    _ cells: [String], model: String = SmallModel.folder, answers: [LabelAnswer] = []
  ) async throws -> (text: String, console: TestConsole) {
    let scratch = try Scratch()
    let console = TestConsole(answers: answers, isTerminal: !answers.isEmpty)
    var options = SessionOptions()
    options.journal = scratch.path + "/session.rlx"
    options.arguments = [model]
    let session = try Session(options: options, console: console)
    for cell in cells { #expect(await session.run(cell) == .done, "\(cell): \(console.err)") }
    await session.close()
    return (try scratch.read("session.rlx"), console)
  }

  private func digests(_ journal: String) -> [String] {
    journal.split(separator: "\n").filter { $0.hasPrefix("#= ") }.map { String($0.prefix(74)) }
  }

  @Test func theSameSessionGivesTheSameDigestsAndReplays() async throws {
    let (first, _) = try await journal(Self.cells)
    let (second, _) = try await journal(Self.cells)
    #expect(digests(first).count == Self.cells.count)
    #expect(digests(first) == digests(second))
    let scratch = try Scratch()
    let path = try scratch.file("session.rlx", first)
    let console = TestConsole()
    let session = try Session(options: SessionOptions(), console: console)
    #expect(await session.replay(path) == .done, "\(console.out)\(console.err)")
  }

  @Test func oneChangedWeightChangesWhatFollows() async throws {
    let scratch = try Scratch()
    let model = try SmallModel.make(seed: 11)
    let parameter = try #require(model.parameters.last)
    var values = parameter.value.array
    // The smallest change a float can have.
    values[0] = values[0].nextUp
    parameter.value = Tensor(values, parameter.value.shape)
    try model.save(folder: scratch.path + "/small")
    let cells = Array(Self.cells.prefix(3))
    let (changed, _) = try await journal(cells, model: scratch.path + "/small")
    let other = try await journal(cells, model: copy(in: scratch.path + "/same/small")).text
    let (one, two) = (digests(changed), digests(other))
    #expect(one.count == two.count)
    #expect(zip(one, two).allSatisfy { $0 != $1 }, "every statement touches the weights")
  }

  /// The small model under another path but the same name.
  private func copy(in path: String) throws -> String {
    let folder = (path as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: SmallModel.folder, toPath: path)
    return path
  }

  @Test func labelledByAPersonReplaysWithoutAsking() async throws {
    let scratch = try Scratch()
    let database = scratch.path + "/labels.db"
    let cells = [
      "answers = Model(args[0]).generate([\"the\", \"a\"], n: 2, max_tokens: 8)",
      "prefs = Preferences(\"\(database)\")", "prefs.label(answers, by: \"a b\")", "prefs[0]",
    ]
    let (text, console) = try await journal(cells, answers: [.first, .undo, .second, .first])
    #expect(console.questions.count == 4)
    #expect(text.contains("#< label choice=undo shown=sha256:"))
    let path = try scratch.file("session.rlx", text)
    let replayed = TestConsole()
    let session = try Session(options: SessionOptions(), console: replayed)
    #expect(await session.replay(path) == .done, "\(replayed.out)\(replayed.err)")
    #expect(replayed.questions.isEmpty)

    // A session file whose answer is taken away differs at that statement.
    let fewer = text.split(separator: "\n").filter { !$0.contains("choice=1") }
      .joined(separator: "\n")
    let short = try scratch.file("short.rlx", fewer + "\n")
    let other = try Session(options: SessionOptions(), console: TestConsole())
    #expect(await other.replay(short) == .failed(.replayDiffers))
  }

  @Test func aFileOfPreferencesIsReplayedAsItStoodWhenItWasOpened() async throws {
    let scratch = try Scratch()
    let database = scratch.path + "/labels.db"
    func cells(_ by: String) -> [String] {
      [
        "answers = Model(args[0]).generate([\"the\", \"a\"], n: 2, max_tokens: 8)",
        "prefs = Preferences(\"\(database)\")", "prefs.label(answers, by: \"\(by)\")",
        "prefs.add(prompt: \"p\", chosen: \" b\", rejected: \" c\", by: \"\(by)\")", "prefs.len",
        "again = Preferences(\"\(database)\")", "again.summary().winners",
      ]
    }
    let first = try await journal(cells("a1"), answers: [.first, .tie]).text
    let second = try await journal(cells("a2"), answers: [.second, .first]).text
    #expect(first.contains("rows=0") && !second.contains("rows=0"))
    let before = try Data(contentsOf: URL(fileURLWithPath: database))
    for text in [first, second] {
      let path = try scratch.file("session.rlx", text)
      let console = TestConsole()
      let session = try Session(options: SessionOptions(), console: console)
      #expect(await session.replay(path) == .done, "\(console.out)\(console.err)")
    }
    // A replay writes nothing outside its scratch folder.
    #expect(try Data(contentsOf: URL(fileURLWithPath: database)) == before)
  }

  @Test func everyTrainerAndModelTellsItsWholeState() throws {
    let bench = ObjectBench()
    func digest(_ name: String) throws -> String {
      guard case .host(let object)? = bench.interpreter.global(name),
        let object = object as? any Digestible
      else { return "no digest" }
      var builder = DigestBuilder("test")
      object.absorb(into: &builder)
      return builder.finish()
    }
    try bench.run(
      """
      m = Model(MODEL)
      sft = SFT(m)
      rm = RewardModel(m)
      ppo = PPO(m, reward: fn(p, r) => r.len, max_tokens: 4)
      dpo = DPO(m)
      opt = AdamW(m)
      prefs = Preferences("memory")
      batch = ppo.rollout(["the"])
      pairs = [{prompt: "the", chosen: " cat", rejected: " dog"}]
      """)
    let changes = [
      ("sft", "sft.run([{prompt: \"the\", completion: \" cat\"}], steps: 1)"),
      ("m", "SFT(m).run([{prompt: \"the\", completion: \" cat\"}], steps: 1)"),
      ("rm", "rm.fit(pairs)"), ("ppo", "ppo.rollout([\"the\"])"), ("batch", "ppo.score(batch)"),
      ("dpo", "dpo.run(pairs, steps: 1)"),
      ("opt", "m.loss(\"the cat\").backward()\nopt.step()"), ("m", "m.freeze()"),
      ("prefs", "prefs.add(prompt: \"a\", chosen: \" b\", rejected: \" c\")"),
    ]
    for (name, change) in changes {
      let before = try digest(name)
      #expect(try digest(name) == before)
      try bench.run(change)
      #expect(try digest(name) != before, "\(change) changes \(name)")
    }
  }

  @Test func whatTrainingChangesIsTouched() throws {
    let bench = ObjectBench()
    try bench.run(
      "m = Model(MODEL)\nppo = PPO(m, reward: fn(p, r) => 1, max_tokens: 4)\nopt = AdamW(m)")
    for statement in [
      "ppo.step([\"the\"])", "SFT(m).run([\"the cat\"], steps: 1)",
      "DPO(m).step([{prompt: \"a\", chosen: \" b\", rejected: \" c\"}])",
      "m.loss(\"the cat\").backward(); opt.step()",
    ] {
      try bench.run(statement)
      #expect(bench.core.record.touched.contains { $0.typeName == "Model" }, "\(statement)")
    }
  }
}
