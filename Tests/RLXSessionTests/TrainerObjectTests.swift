import Foundation
import RLXScript
import RLXSession
import Testing

@Suite(.serialized) struct TrainerObjectTests {
  private static let start = """
    m = Model(MODEL)
    demos = [{prompt: "the", completion: " cat sat"}, {prompt: "a", completion: " dog ran"}]
    pairs = [
      {prompt: "the", chosen: " cat", rejected: " dog"},
      {prompt: "a", chosen: " cat", rejected: " dog"},
    ]

    """

  @Test(arguments: [
    ("sft = SFT(m)\nsft.run(demos, steps: 3).len", "3"),
    ("SFT(m, batch_size: 1).run(demos, epochs: 2).len", "4"),
    ("sft = SFT(m)\nsft.run(demos, steps: 2)\nsft.log[\"loss\"].len", "2"),
    ("sft = SFT(m)\nsft.run(demos, steps: 2)\nsft.log[-1].has(\"loss\")", "true"),
    ("sft = SFT(m)\nsft.run(demos, steps: 2)\n\"loss\" in sft.log", "true"),
    ("SFT(m, learning_rate: 0.5).settings.learning_rate", "0.5"),
    ("SFT(m, lr: 0.5).settings.learning_rate", "0.5"),
    ("SFT(m).step(demos).has(\"grad_norm\")", "true"),
    (
      "s = SFT(m, learning_rate: 0.01)\ns.run(demos, steps: 8)\ns.log[\"loss\"][-1] < s.log[\"loss\"][0]",
      "true"
    ),
    ("rm = RewardModel(m)\nrm.fit(pairs, epochs: 8, learning_rate: 0.01).len", "8"),
    (
      "rm = RewardModel(m)\nrm.fit(pairs, epochs: 12, learning_rate: 0.01)\nrm.accuracy(pairs)",
      "1.000 (2 of 2, 95 % interval 0.342 to 1.000)"
    ),
    ("rm = RewardModel(m)\nrm.score(\"the\", \" cat\") == rm.score(\"the\", \" cat\")", "true"),
    ("rm = RewardModel(m)\nrm.fit(pairs)\nrm.fit(pairs)\nrm.log.len", "2"),
    ("DPO(m).loss(pairs).shape", "[]"),
    ("abs(DPO(m).loss(pairs).item() - log(2)) < 1e-6", "true"),
    (
      "d = DPO(m, learning_rate: 0.01)\nd.run(pairs, steps: 6)\nd.log[\"loss\"][-1] < log(2)",
      "true"
    ),
    ("DPO(m, reference: m.copy().freeze()).reference.frozen", "true"),
    ("PPO(m).policy == m", "true"),
    ("PPO(m, init_kl_coef: 0.3).settings.kl_coef", "0.3"),
    ("PPO(m, response_length: 3, reward: fn(p, r) => 1.0).settings.max_tokens", "3"),
  ])
  func gives(expression: String, expected: String) throws {
    #expect(try ObjectBench().shown(Self.start + expression) == expected, "\(expression)")
  }

  @Test(arguments: [
    ("SFT(m, learning_rat: 1)", "learning_rate"),
    ("SFT(m, learning_rate: \"fast\")", "SFT: learning_rate: expected a number ≥ 0, got string"),
    ("SFT(m, learning_rate: -1)", "learning_rate: expected a number ≥ 0"),
    ("SFT(m, batch_size: 0)", "batch_size: expected an int from 1 to"),
    ("SFT(m, lr: 1, learning_rate: 1)", "learning_rate"),
    ("SFT(m.copy().freeze())", "all frozen"),
    ("SFT(m).run([])", "expected examples, got none"),
    ("SFT(m).run([{prompt: \"a\"}])", "data[0]: expected a map"),
    ("SFT(m).run(Dataset([{prompt: \"a\"}]))", "demonstrations"),
    ("SFT(m, learning_rate: 1e25, max_grad_norm: nil).run(demos, steps: 3)", "arithmetic: SFT: "),
    ("RewardModel(m).fit(Preferences(\"memory\"))", "label some comparisons"),
    ("RewardModel(\"no/such/folder\")", "missing: RewardModel: there is no folder"),
    ("PPO(m, kl_coef: \"high\")", "PPO: kl_coef: expected a number ≥ 0, got string \"high\""),
    ("PPO(m, kl_penalty: \"k9\")", "one of \"kl\""),
    ("PPO(m, min_tokens: 9, max_tokens: 3)", "at least 9 and at most 3"),
    ("PPO(m).step([\"the\"])", "without a reward"),
    ("PPO(m).step([\"the\"], [\" cat\"])", "missing argument scores"),
    ("PPO(m).step([\"the\"], [\" cat\", \" dog\"], [1.0])", "1 queries and 2 responses"),
    ("PPO(m).step([\"the\"], [\" cat\"], [1.0, 2.0])", "1 responses and 2 scores"),
    (
      "PPO(m, reward: fn(p, r) => \"good\").step([\"the\"])",
      "expected a number, or one for each token, from the function"
    ),
    (
      "PPO(m, reward: [[3, 1.0]])",
      "expected a RewardModel, an Ensemble, a FeatureModel or a function"
    ),
    (
      "p = PPO(m, reward: fn(p, r) => 1)\np.update(p.rollout([\"the\"]))",
      "ppo.advantages(batch) first"
    ),
    ("PPO(m, reward: fn(p, r) => 1).rollout([\"the\"]).advantages", "ppo.advantages(batch)"),
    ("SFT(m).log[\"loss\"]", "no step has been logged"),
    ("s = SFT(m)\ns.run(demos, steps: 1)\ns.log[\"los\"]", "log[\"loss\"]"),
    ("AdamW(m.copy().freeze())", "frozen"),
    ("PPO(m, reference: m)", "PPO: reference: expected another model, got the policy itself"),
    ("DPO(m, reference: m)", "reference: policy.copy().freeze()"),
  ])
  func says(script: String, message: String) {
    let error = ObjectBench().error(Self.start + script)
    #expect(error.contains(message), "\(script): \(error)")
  }

  @Test func rowsLongerThanTheModelReadsAreNamedOrCutAloud() throws {
    let bench = ObjectBench()
    try bench.run(Self.start)
    let words = (0..<200).map { _ in " dog" }.joined()
    bench.interpreter.setGlobal("words", .string(words))
    let rows = "[pairs[0], {prompt: \"the\", chosen: words, rejected: \" cat\"}]"
    let error = bench.error("RewardModel(m).fit(\(rows))")
    #expect(error.contains("RewardModel.fit: row 2 has"), "\(error)")
    #expect(error.contains("truncation_mode"), "\(error)")
    try bench.run(
      "rm = RewardModel(m, max_length: 16, truncation_mode: \"keep_end\")\nrm.fit(\(rows))")
    #expect(
      bench.console.err.contains("1 of 4 answers are longer than 16 tokens; each kept its last 16"))
    try bench.run("SFT(m, max_length: 16, truncation_mode: \"keep_end\").run([words])")
    #expect(
      bench.console.err.contains(
        "1 of 1 row are longer than 16 tokens (end token included); each kept its last 16"))
  }

  @Test func ppoStageByStageIsPPOByStep() throws {
    let bench = ObjectBench()
    let same = try bench.run(
      """
      fn reward(prompt, response) => response.count("a") + response.len / 10
      fn trainer() {
        seed(3)
        return PPO(Model(MODEL), reward: reward, max_tokens: 6, learning_rate: 1e-3)
      }
      one = trainer()
      batch = one.rollout(["the", "a cat"])
      one.score(batch)
      one.advantages(batch)
      one.update(batch)
      two = trainer()
      two.step(["the", "a cat"])
      one.log[-1] == two.log[-1] and one.policy.logits([1, 5]) == two.policy.logits([1, 5])
      """)
    #expect(same?.shown == "true")
    #expect(try bench.shown("batch.stage") == "\"update\"")
    #expect(try bench.shown("batch.scores.shape") == "[2]")
    #expect(try bench.shown("batch.ratio.shape == batch.logprobs.shape") == "true")
    #expect(try bench.shown("batch[0].len == batch[0].tokens.len") == "true")
    #expect(try bench.shown("batch[0]").contains("advantage"))
    #expect(try bench.shown("one.step([\"the\"])[\"objective/kl_dist\"].len") == "1")
  }

  @Test func theClassicStepTakesCompletionsTextsAndIds() throws {
    let bench = ObjectBench()
    try bench.run(
      """
      m = Model(MODEL)
      ppo = PPO(m, learning_rate: 1e-4)
      queries = ["the", "a cat"]
      answers = m.generate(queries, max_tokens: 6, min_tokens: 6)
      ppo.step(queries, answers, [1.0, 0.5])
      ppo.step(queries, answers.texts, [1.0, 0.5])
      ppo.step([[1, 5], [1, 6]], [[7, 8], [9]], tensor([0.5, 1]))
      """)
    #expect(try bench.shown("ppo.log.len") == "3")
    #expect(try bench.shown("ppo.log[0][\"ppo/mean_scores\"]") == "0.75")
    #expect(try bench.shown("ppo.log[0][\"tokens/responses_len_mean\"]") == "6.0")
    #expect(try bench.shown("ppo.log[\"kl\"] == ppo.log[\"objective/kl\"]") == "true")
  }

  @Test func aTrainerTakesOneDrawWhenItIsMadeAndNoneAfterwards() throws {
    let bench = ObjectBench()
    try bench.run(Self.start)
    for made in ["SFT(m)", "DPO(m)", "RewardModel(m)", "PPO(m, reward: fn(p, r) => r.len)"] {
      let before = bench.core.draws.taken
      try bench.run("t = " + made)
      #expect(bench.core.draws.taken == before + 1, "\(made)")
    }
    let before = bench.core.draws.taken
    try bench.run("t.run([\"the\"], steps: 2)\nSFT(m)")
    #expect(bench.core.draws.taken == before + 1)
    for wrong in ["SFT(m.copy().freeze())", "PPO(m.copy().freeze())", "RewardModel(MODEL)"] {
      #expect(!bench.error(wrong).hasPrefix("no error"))
      #expect(bench.core.draws.taken == before + 1, "\(wrong)")
    }
  }

  @Test func equalRewardsAreAWarningSaidOnce() throws {
    let bench = ObjectBench()
    try bench.run(
      "PPO(Model(MODEL), reward: fn(p, r) => 1.0, max_tokens: 4).run([\"the\", \"a\"], steps: 3)")
    #expect(bench.console.err.contains("all 2 scores are 1.0"))
    #expect(bench.console.err.contains("(and 2 more steps alike)"))
  }

  @Test func weightedRewardsAreSummed() throws {
    let bench = ObjectBench()
    let shown = try bench.shown(
      """
      ppo = PPO(Model(MODEL), max_tokens: 4,
        reward: [[fn(p, r) => 2.0, 0.5], [fn(p, r) => 1.0, -3]])
      ppo.score(ppo.rollout(["the"])).scores.list()
      """)
    #expect(shown == "[-2.0]")
  }

  @Test func aModelWithAnotherTokenizerReadsTheTextAndNotTheIds() throws {
    let bench = ObjectBench()
    try bench.run(
      """
      m = Model(MODEL)
      other = Model(OTHER)
      rm = RewardModel(other)
      ppo = PPO(m, reward: rm, max_tokens: 6)
      batch = ppo.score(ppo.rollout(["the cat"]))
      """)
    let ids = "m.tokenizer.encode(\"the cat\") == other.tokenizer.encode(\"the cat\")"
    #expect(try bench.shown(ids) == "false")
    let apart = try bench.run(
      "abs(batch.scores[0].item() - rm.score(\"the cat\", batch[0].text))")
    // Scores pass through float32 tensors.
    #expect(try #require(apart?.asDouble) < 1e-6)
    #expect(bench.error("PPO(m, reference: other)").contains("with the policy's tokenizer"))
    let same = try bench.shown(
      """
      c = m.generate("the cat", max_tokens: 6, ignore_end: true)[0]
      other.logprobs("the cat", c).shape == other.logprobs("the cat", c.text).shape
      """)
    #expect(same == "true")
  }

  @Test func aLoopByHandIsTheTrainersLoop() throws {
    let bench = ObjectBench()
    let difference = try bench.run(
      """
      a = Model(MODEL)
      b = Model(MODEL)
      opt = AdamW(a, learning_rate: 0.01)
      for i in range(3) {
        loss = -a.logprobs("the", " cat sat").mean()
        opt.zero()
        loss.backward()
        opt.step()
      }
      SFT(b, learning_rate: 0.01, max_grad_norm: nil, append_eos: false)
        .run([{prompt: "the", completion: " cat sat"}], steps: 3)
      (a.logits([1, 5]) - b.logits([1, 5])).abs().max().item()
      """.replacing("\n  .run", with: ".run"))
    // The same arithmetic; the loss's mean may be summed in another order.
    #expect(try #require(difference?.asDouble) < 1e-5)
    #expect(try bench.shown("opt.steps") == "3")
  }

  @Test func aSavedRewardModelScoresTheSame() throws {
    let scratch = try Scratch()
    let bench = ObjectBench()
    bench.interpreter.setGlobal("DIR", .string(scratch.path + "/rm"))
    let same = try bench.run(
      Self.start + """
        rm = RewardModel(m)
        rm.fit(pairs, learning_rate: 0.01)
        rm.save(DIR)
        RewardModel(DIR).score("the", " cat") == rm.score("the", " cat")
        """)
    #expect(same?.shown == "true")
  }

  @Test func runsGoOnWhereTheyStopped() throws {
    func weights(_ runs: [Int]) throws -> String {
      let bench = ObjectBench()
      try bench.run("m = Model(MODEL)\nprompts = [\"the\", \"a\", \"cat\"]")
      try bench.run(
        "ppo = PPO(m, reward: fn(p, r) => r.len, batch_size: 2, max_tokens: 4, learning_rate: 1e-3)"
      )
      for steps in runs { try bench.run("ppo.run(prompts, steps: \(steps))") }
      return try bench.shown("ppo.log.list()") + bench.shown("m.logits([1, 5]).sum().item()")
    }
    #expect(try weights([4]) == weights([1, 3]))
  }

  @Test func explainsAndPlotsItsLog() throws {
    let bench = ObjectBench()
    try bench.run(Self.start + "sft = SFT(m)\nsft.run(demos, steps: 4)")
    #expect(try bench.shown("explain(sft.log, \"loss\")").contains("mean loss"))
    #expect(try bench.shown("plot(sft.log, \"loss\")").contains("loss"))
    #expect(try bench.shown("sft.log").contains("SFT log · 4 steps"))
  }
}
