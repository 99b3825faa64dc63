import Foundation
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

/// Reward models on features, and warm-up, as scripts have them.
@Suite(.serialized) struct FeatureModelObjectTests {
  private static let start = """
    m = Model(MODEL)
    rm = RewardModel.features()
    pairs = [
      {prompt: "p", chosen: " It was a good day. We had fun!", rejected: " It was bad."},
      {prompt: "p", chosen: " A happy dog ran home.", rejected: " so so so so so so so so"},
      {prompt: "q", chosen: " The nice cat sat down.", rejected: " the cat is sad"},
    ]

    """
  private static let fitted = start + "rm.fit(pairs, epochs: 40, learning_rate: 0.05);\n"

  @Test(arguments: [
    ("rm.fit(pairs, epochs: 3).len", "3"),
    ("rm.fit(pairs);\nrm.settings.learning_rate", "0.01"),
    ("rm.fit(pairs, epochs: 40, learning_rate: 0.05);\nrm.accuracy(pairs).value", "1.0"),
    ("rm.evaluate(pairs).keys()[0]", "\"eval_loss\""),
    ("a = rm.score(\"p\", \" x\")\nrm.evaluate(pairs);\nrm.score(\"p\", \" x\") == a", "true"),
    ("rm.features(\"a b a b a\").repetition", "0.33333333333333337"),
    ("RewardModel.features([\"length\"]).features(\"one two\").keys()", "[\"length\"]"),
    ("RewardModel.features([\"length\"], hidden: 1).plain().hidden", "1"),
    // The answer alone counts.
    ("rm.score(\"p\", \" good\") == rm.score(\"another\", \" good\")", "true"),
    ("rm.probes(pairs)[0..3][\"largest_change\"].max() < 1e-6", "true"),
    ("n = rm.normalize(pairs)\nrm.normalization == n", "true"),
    (
      "rm.fit([{prompt: \"p\", responses: [\" good good\", \" good\", \" bad\"]}], "
        + "ranking_loss: \"plackett_luce\").len", "1"
    ),
    ("RewardModel.features() == RewardModel.features()", "false"),
    ("x = best_of(m, rm, \"the\", n: 3, max_tokens: 4)\nx.scores[0] == x.all_scores.max()", "true"),
    ("best_of(m, Ensemble([rm, RewardModel(m)]), \"the\", n: 2, max_tokens: 3).len", "1"),
    ("best_of(m, [[rm, 1.0]], \"the\", n: 2, max_tokens: 3).len", "1"),
    ("rejection_sample(m, rm, \"the\", n: 2, max_tokens: 3).len", "1"),
    ("PPO(m, reward: rm, max_tokens: 4).run([\"the\", \"a\"], steps: 1).len", "1"),
    ("PPO(m, reward: [[rm, 0.5]], max_tokens: 4).run([\"the\"], steps: 1).len", "1"),
    (
      "two = RewardModel.features([\"length\"])\n"
        + "both = Ensemble([rm, two], combine: \"worst\")\n"
        + "both.score(\"p\", \" x\") == min(rm.score(\"p\", \" x\"), two.score(\"p\", \" x\"))",
      "true"
    ),
    ("rm.warmup([\"a good day in the sun\", \"we all had fun\"]).len", "1"),
    ("RewardModel(m).warmup([\"the cat sat\", \"a dog is here\"], spoil: [\"cut\"]).len", "1"),
    (
      "r = RewardModel(m)\nr.warmup([\"the cat sat\"], spoil: [\"cut\"]);\nr.fit(pairs);\nr.log.len",
      "2"
    ),
  ])
  func gives(expression: String, expected: String) throws {
    #expect(try ObjectBench().shown(Self.start + expression) == expected, "\(expression)")
  }

  @Test(arguments: [
    ("RewardModel.features([\"lenght\"])", "features among length, readability"),
    ("RewardModel.features([])", "expected different features, got none"),
    ("RewardModel.features([\"length\", \"length\"])", "got one twice"),
    ("RewardModel.features(hidden: 0)", "hidden: expected an int from 1 to"),
    ("RewardModel.features(\"no/such/folder\")", "there is no folder"),
    ("RewardModel.features(MODEL)", "RewardModel(…) reads other folders"),
    ("rm.fit([])", "expected preference pairs, got none"),
    ("rm.evaluate([])", "expected preference pairs, got none"),
    (
      "rm.fit([{prompt: \"a\", chosen: \" b\", rejected: \" b\"}])",
      "FeatureModel.fit: data[0]: expected answers that differ"
    ),
    ("rm.score(\"p\", [1, 2])", "a text, which is all that features are made of"),
    ("rm.fit(pairs, early_stopping_patience: 2)", "no parameter early_stopping_patience"),
    ("rm.fit(pairs, learning_rate: -1)", "learning_rate: expected"),
    ("rm.warmup([])", "answers: expected answers that can be spoilt, got none"),
    ("rm.warmup([\"one\"], spoil: [\"cut\"])", "only such as stay the same"),
    ("rm.warmup([\"one two\"], spoil: [])", "expected different ways, got none"),
    ("rm.warmup([\"one two\"], spoil: [\"burn\"])", "ways among other, shuffle, repeat, cut"),
    ("rm.warmup([3])", "expected a text or a map {prompt, completion}"),
    ("rm.normalize(m, [\"the\"], max_tokens: 0)", "max_tokens"),
    ("PPO(m, reward: rm, value_model: \"reward\")", "value_model"),
  ])
  func says(script: String, message: String) {
    let error = ObjectBench().error(Self.start + script)
    #expect(error.contains(message), "\(script): \(error)")
  }

  /// Nothing of the model changed where a call was refused.
  @Test func whatIsRefusedChangesNothing() throws {
    let bench = ObjectBench()
    try bench.run(Self.start)
    let before = try digest("rm", bench)
    for bad in [
      "rm.warmup([\"one\"], spoil: [\"cut\"])", "rm.fit([])", "rm.fit(pairs, label_smoothing: 2)",
    ] {
      _ = bench.error(bad)
    }
    #expect(try digest("rm", bench) == before)
  }

  @Test func savedItScoresTheSame() throws {
    let bench = ObjectBench()
    let folder = NSTemporaryDirectory() + "rlx-features-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    bench.interpreter.setGlobal("DIR", .string(folder))
    let same = try bench.shown(
      Self.fitted + """
        rm.normalize(pairs);
        rm.save(DIR)
        again = RewardModel.features(DIR)
        answers = pairs.map(fn(p) => p.chosen) + pairs.map(fn(p) => p.rejected)
        [
          answers.map(fn(a) => again.score("p", a)) == answers.map(fn(a) => rm.score("p", a)),
          again.normalization == rm.normalization,
        ]
        """)
    #expect(same == "[true, true]")
  }

  @Test func aSnapshotPutsItBack() throws {
    let bench = ObjectBench()
    try bench.run(Self.fitted)
    let before = try digest("rm", bench)
    try bench.run(
      """
      s = snapshot()
      rm.normalize(pairs);
      rm.fit(pairs, epochs: 2);
      """)
    #expect(try digest("rm", bench) != before)
    try bench.run("restore(s)")
    #expect(try digest("rm", bench) == before)
  }

  @Test func ppoLeavesItAsItIs() throws {
    let bench = ObjectBench()
    try bench.run(Self.fitted + "rm.normalize(pairs);")
    let before = try digest("rm", bench)
    try bench.run(
      "PPO(m, reward: rm, max_tokens: 4, learning_rate: 1e-2).run([\"the\", \"a\"], steps: 2);")
    #expect(try digest("rm", bench) == before)
  }

  /// A reward model that saw no label orders what nano says, tame and wild, as the gold scores do more
  /// often than before; demonstrations and spoilt ones are all it was shown.
  @Test func warmupRaisesAccuracyOnLabelsItNeverSaw() throws {
    let found = try ObjectBench().run(
      """
      use "nano/gold.rlx" as gold
      seed(3)
      nano = Model("nano")
      demos = Dataset("nano/demos").take(240).list().map(fn(d) => {
        prompt: d.prompt, completion: d.completion.words()[0..30].join(" ")
      })
      asked = Dataset("nano/prompts")["prompt"][0..120]
      tame = nano.generate(asked, max_tokens: 40, temperature: 0.7)
      wild = nano.generate(asked, max_tokens: 40, temperature: 2.0)
      held = (0..120).map(fn(i) {
        a = tame[i]
        b = wild[i]
        lead = gold.score(a.prompt, a.text) - gold.score(b.prompt, b.text)
        return {
          prompt: a.prompt, chosen: if lead > 0 then a.text else b.text,
          rejected: if lead > 0 then b.text else a.text, lead: abs(lead),
        }
      }).filter(fn(row) => row.lead > 0)
      rm = RewardModel(nano)
      before = rm.accuracy(held).value
      rm.warmup(demos, spoil: ["shuffle", "repeat"], learning_rate: 3e-4, batch_size: 16);
      [held.len, before, rm.accuracy(held).value]
      """)
    let numbers = try #require(try found?.asElements()).compactMap(\.asDouble)
    #expect(numbers[0] > 100)
    #expect(abs(numbers[1] - 0.5) < 0.12, "\(numbers)")
    #expect(numbers[2] > numbers[1] + 0.15, "\(numbers)")
  }

  private func digest(_ name: String, _ bench: ObjectBench) throws -> String {
    guard case .host(let object)? = bench.interpreter.global(name) else { return "no object" }
    var builder = DigestBuilder("test")
    try #require(object as? any Digestible).absorb(into: &builder)
    return builder.finish()
  }
}
