import RLXScript
import RLXSession
import Testing

@Suite(.serialized) struct BestOfObjectTests {
  private static let start = """
    m = Model(MODEL)
    fn length(prompt, response) => response.len
    b = best_of(m, length, ["the", "a"], n: 4, max_tokens: 6)

    """

  @Test(arguments: [
    ("b.len", "2"), ("b.all.len", "8"), ("b.n", "4"), ("b.completions.len", "2"),
    ("b.scores == [b.all_scores[0..4].max(), b.all_scores[4..8].max()]", "true"),
    ("b.all_scores == b.all.map(fn(a) => a.text.len)", "true"),
    ("b[0].text == b.texts[0] and b.completions[1].prompt == \"a\"", "true"),
    ("abs(b.kl_bound - (log(4) - 3 / 4)) < 1e-12", "true"),
    ("b.curve().len", "4"),
    ("b.curve()[3].score == b.scores.mean()", "true"),
    ("abs(b.curve()[0].score - b.all_scores.mean()) < 1e-9", "true"),
    ("b.dataset().columns", #"["prompt", "completion", "score"]"#),
    ("b.dataset(threshold: -1).len <= 8 and b.dataset(threshold: -1).len >= 2", "true"),
    ("b.dataset(threshold: 1e9).len", "0"),
    (
      "b.dataset(finished: true).list().len == b.completions.filter(fn(a) => a.finish == \"stop\").len",
      "true"
    ),
    ("b.pairs().columns", #"["prompt", "chosen", "rejected"]"#),
    ("SFT(m).run(b.dataset(), steps: 1).len", "1"),
    ("DPO(m).run(b.pairs(), steps: 1).len", "1"),
    ("best_of(m, length, \"the\", n: 2, max_tokens: 3).len", "1"),
    ("best_of(m, prompts: [\"the\"], n: 2, by: length, max_tokens: 3).len", "1"),
    ("best_of(m, RewardModel(m), [[1, 5], [1, 6, 7]], n: 2, max_tokens: 3).scores.len", "2"),
    ("best_of(m, [[RewardModel(m), 1.0], [length, 0.5]], \"the\", n: 2, max_tokens: 3).len", "1"),
    (
      "x = best_of(m, PRM(m), \"the\", n: 3, max_tokens: 8, aggregate: \"product\")\n"
        + "x.scores[0] >= 0 and x.scores[0] <= 1", "true"
    ),
    (
      "x = best_of(m, \"vote\", \"the\", n: 4, max_tokens: 6, answer: fn(t) => t.len % 2)\n"
        + "odd = x.all.map(fn(a) => a.text.len % 2).sum()\n"
        + "x.scores[0] == [odd, 4 - odd].max() / 4", "true"
    ),
    (
      "x = best_of(m, \"vote\", \"the\", n: 3, answer: fn(t) => nil)\n[x.scores, x[0] == x.all[0]]",
      "[[0.0], true]"
    ),
    (
      "seed(5)\nx = rejection_sample(m, length, [\"the\", \"a\"], n: 3, max_tokens: 5)\nseed(5)\n"
        + "y = best_of(m, length, [\"the\", \"a\"], n: 3, max_tokens: 5)\n"
        + "x.list() == y.dataset().list()", "true"
    ),
    (
      "seed(5)\nx = best_of(m, length, \"the\", n: 3)\nseed(5)\n"
        + "x == best_of(m, length, \"the\", n: 3)", "true"
    ),
    (
      "seed(5)\nx = best_of(m, length, \"the\", n: 3)\nseed(5)\n"
        + "x.all == m.generate(\"the\", n: 3)", "true"
    ),
  ])
  func gives(expression: String, expected: String) throws {
    #expect(try ObjectBench().shown(Self.start + expression) == expected, "\(expression)")
  }

  @Test(arguments: [
    ("best_of(m, 3, \"the\")", "a FeatureModel or a PRM or a function"),
    ("best_of(m, \"majority\", \"the\")", "or \"vote\""),
    ("best_of(m, length, \"the\", n: 0)", "n: expected an int from 1 to"),
    ("best_of(m, length, \"the\", temperature: 0)", "at 0 all 4 answers to a prompt are the same"),
    ("best_of(m, fn(p, r) => \"good\", \"the\")", "expected a number from the function"),
    ("best_of(m, fn(p, r) => log(0.0), \"the\")", "log"),
    ("best_of(m, fn(p, r) => tensor(0.0).log(), \"the\")", "the score of answer 0 is -inf"),
    ("best_of(m, [[length]], \"the\")", "expected a list of [judge, weight]"),
    ("best_of(m, [[\"vote\", 1.0]], \"the\")", "expected what gives a score"),
    ("best_of(m, length, \"the\", answer: fn(t) => 1)", "only a vote asks what an answer says"),
    ("best_of(m, \"vote\", \"the\", answer: fn(t) => [1])", "expected a text, a number"),
    ("best_of(m, \"vote\", \"the\").curve()", "a vote's shares"),
    ("best_of(m, PRM(m), \"the\", aggregate: \"median\")", "aggregate: expected one of \"min\""),
    ("rejection_sample(m, length, \"the\", threshold: \"high\")", "threshold: expected a number"),
  ])
  func says(script: String, message: String) {
    let error = ObjectBench().error(Self.start + script)
    #expect(error.contains(message), "\(script): \(error)")
  }
}
