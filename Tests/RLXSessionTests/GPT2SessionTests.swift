import RLXScript
import Testing

/// Everything a session does with a model, done with a GPT-2.
@Suite(.serialized) struct GPT2SessionTests {
  private static let start = """
    tok = Model(MODEL).tokenizer
    m = Model.new("gpt2", tok, layers: 2, width: 16, heads: 2, context: 64)
    demos = [{prompt: "the", completion: " cat sat"}, {prompt: "a", completion: " dog ran"}]
    pairs = [
      {prompt: "the", chosen: " cat", rejected: " dog"},
      {prompt: "a", chosen: " cat", rejected: " dog"},
    ]
    fn moved(train) {
      before = m.logits([1, 5, 9])
      train()
      return not (m.logits([1, 5, 9]) == before)
    }

    """

  @Test(arguments: [
    ("m.parameters.len", "28"),
    ("m.parameters[1]", "{name: \"transformer.wpe.weight\", shape: [64, 16], count: 1024}"),
    ("m.parameters[0].name", "\"transformer.wte.weight\""),
    ("moved(fn() => SFT(m, learning_rate: 0.01).run(demos, steps: 2))", "true"),
    ("moved(fn() => DPO(m, learning_rate: 0.01).run(pairs, steps: 3))", "true"),
    (
      """
      moved(fn() => PPO(m, reward: fn(p, r) => r.len, max_tokens: 6, batch_size: 4,
        mini_batch_size: 2, learning_rate: 0.01).run(["the", "a"], steps: 1))
      """, "true"
    ),
    (
      "rm = RewardModel(m)\nrm.fit(pairs, epochs: 20, learning_rate: 0.01)\nrm.accuracy(pairs).value",
      "1.0"
    ),
    ("m.generate([\"the\", \"a\"], max_tokens: 5, n: 2).len", "4"),
    (
      "s = SFT(m, learning_rate: 0.01)\ns.run(demos, steps: 12)\n"
        + "s.log[\"loss\"][-1] < s.log[\"loss\"][0]", "true"
    ),
  ])
  func gives(expression: String, expected: String) throws {
    #expect(try ObjectBench().shown(Self.start + expression) == expected, "\(expression)")
  }

  @Test func modelsAndRewardModelsAreReadBackFromTheirFolders() throws {
    let scratch = try Scratch()
    let bench = ObjectBench()
    bench.interpreter.setGlobal("DIR", .string(scratch.path))
    let same = try bench.run(
      Self.start + """
        m.save(DIR + "/whole")
        m.save(DIR + "/parts", max_shard_size: 4000)
        rm = RewardModel(m)
        rm.fit(pairs, learning_rate: 0.01)
        rm.save(DIR + "/rm")
        whole = Model(DIR + "/whole").logits([1, 5, 9])
        [
          whole == m.logits([1, 5, 9]), Model(DIR + "/parts").logits([1, 5, 9]) == whole,
          RewardModel(DIR + "/rm").score("the", " cat") == rm.score("the", " cat"),
        ]
        """)
    #expect(same?.shown == "[true, true, true]")
  }

  /// Positions are learned: beyond the last there is nothing to read.
  @Test func aTextBeyondTheLastPositionIsAnError() {
    for call in ["logits(range(65))", "generate([range(65).list()])", "loss(range(65).list())"] {
      let error = ObjectBench().error(Self.start + "m.\(call)")
      #expect(error.contains("a sequence of 65 tokens"), "\(call): \(error)")
      #expect(error.contains("at most 64, the model's context"), "\(call): \(error)")
    }
  }
}
