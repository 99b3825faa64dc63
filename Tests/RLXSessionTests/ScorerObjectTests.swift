import Foundation
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

/// Reward models, ensembles and what they are worth, as scripts have them.
@Suite(.serialized) struct ScorerObjectTests {
  private static let start = """
    m = Model(MODEL)
    rm = RewardModel(m)
    pairs = [
      {prompt: "the", chosen: " cat", rejected: " dog"},
      {prompt: "a", chosen: " cat is here", rejected: " dog"},
      {prompt: "one", chosen: " cat", rejected: " dog ran off"},
    ]

    """
  private static let fitted = start + "rm.fit(pairs, epochs: 12, learning_rate: 0.01);\n"

  @Test(arguments: [
    ("rm.fit([{prompt: \"the\", chosen: \" a\", rejected: \" b\", margin: 0.5}]).len", "1"),
    (
      "a = rm.loss([{prompt: \"the\", chosen: \" a\", rejected: \" b\", probability: 0.25}]).item()\n"
        + "b = rm.loss([{prompt: \"the\", chosen: \" b\", rejected: \" a\", probability: 0.75}]).item()\n"
        + "abs(a - b) < 1e-6", "true"
    ),
    (
      "rows = [{prompt: \"the\", responses: [\" a\", \" b\", \" c\"]}]\n"
        + "same = [{prompt: \"the\", responses: [\" c\", \" a\", \" b\"], order: [1, 2, 0]}]\n"
        + "rm.loss(rows).item() == rm.loss(same).item()", "true"
    ),
    (
      "rm.accuracy([{prompt: \"the\", responses: [\" a\", \" b\", \" c\"]}]).total", "3"
    ),
    (
      "rm.fit([{prompt: \"the\", responses: [\" a\", \" b\", \" c\"]}], ranking_loss: \"plackett_luce\")"
        + "[\"loss\"][0] > 1", "true"
    ),
    (
      "p = Preferences(\"memory\")\np.rank(prompt: \"the\", responses: [\" a\", \" b\", \" c\"], "
        + "order: [2, 0, 1])\n"
        + "rm.fit(p, ranking_loss: \"plackett_luce\", batch_size: 1).len", "1"
    ),
    (
      "p = Preferences(\"memory\")\np.rank(prompt: \"the\", responses: [\" a\", \" b\", \" c\"], "
        + "order: [2, 0, 1])\nrm.fit(p, batch_size: 1).len", "3"
    ),
    ("rm.fit(pairs, eval: pairs, eval_steps: 1, epochs: 2)[\"eval_loss\"].len", "2"),
    ("rm.calibration(pairs).list().map(fn(b) => b.pairs).sum()", "3"),
    ("rm.mistakes(pairs).len + rm.accuracy(pairs).correct", "3"),
    ("rm.accuracy_by_length(pairs, bins: 2)[\"pairs\"].sum()", "3"),
    (
      "rm.probes(pairs)[\"probe\"]",
      "[\"swap\", \"padding\", \"other prompt\", \"repetition\", \"negation\"]"
    ),
    ("rm.probes(pairs)[\"answers\"]", "[6, 6, 3, 3, 1]"),
    ("rm.probes(pairs)[0..2][\"largest_change\"].max() < 1e-5", "true"),
    ("rm.normalization", "nil"),
    (
      "n = rm.normalize(m, [\"the\", \"a\", \"one\"], max_tokens: 6)\nrm.normalization == n",
      "true"
    ),
  ])
  func gives(expression: String, expected: String) throws {
    #expect(try ObjectBench().shown(Self.start + expression) == expected, "\(expression)")
  }

  @Test(arguments: [
    ("rm.fit([])", "expected preference pairs, got none"),
    ("rm.fit([{prompt: \"a\", chosen: \" b\"}])", "with rejected"),
    ("rm.fit([{prompt: \"a\", responses: [\" b\"]}])", "two responses at least"),
    (
      "rm.fit([{prompt: \"a\", responses: [\" b\", \" c\"], order: [0, 0]}])",
      "an order of 2 responses"
    ),
    (
      "rm.fit([pairs[0], {prompt: \"a\", chosen: \" b\", rejected: \" b\"}])",
      "RewardModel.fit: data[1]: expected answers that differ, got the same answer twice"
    ),
    (
      "RewardModel(m, max_length: 4, truncation_mode: \"keep_start\")"
        + ".fit([{prompt: \"a cat sat here\", chosen: \" b\", rejected: \" c\"}])",
      "got answers that are the same once cut"
    ),
    (
      "rm.fit([{prompt: \"a\", chosen: \" b\", rejected: \" c\", probability: 2}])",
      "a probability from 0 to 1"
    ),
    (
      "rm.fit([{prompt: \"a\", chosen: \" b\", rejected: \" c\", margin: \"wide\"}])",
      "a number as margin"
    ),
    (
      "rm.fit([{prompt: \"a\", chosen: \" b\", rejected: \" c\", tie: true}])",
      "learns of ties, which is all there is"
    ),
    (
      "rm.fit(Dataset([{prompt: \"a\", completion: \" b\", label: true}]))",
      "pair good with bad ones"
    ),
    ("rm.fit(Dataset([{question: \"a\"}]))", "the columns question"),
    ("rm.fit(pairs, early_stopping_patience: 2)", "there is no eval"),
    ("rm.fit(pairs, eval: [])", "RewardModel.fit: eval: expected at least one row, got none"),
    ("rm.fit(pairs, ties: \"maybe\")", "one of \"skip\", \"half\", \"rao_kupper\""),
    ("rm.normalize([\"the\"])", "expected answers with different scores"),
    ("rm.normalize([])", "got none"),
    ("rm.normalize(m)", "missing argument prompts"),
    ("rm.normalize([\"the\", \"a\"], [\"the\"])", "expected a policy to answer them"),
    ("Ensemble([rm])", "expected two or more, got 1"),
    ("Ensemble([rm, rm])", "got one twice"),
    ("Ensemble([rm, 3])", "expected reward models, got int 3"),
    ("Model(\"GOLDEN/training/classifier-llama\")", "RewardModel(…) reads a reward model"),
    ("RewardModel(MODEL)", "RewardModel(Model(…)) makes a reward model"),
  ])
  func says(script: String, message: String) {
    let script = script.replacingOccurrences(of: "GOLDEN", with: Repository.golden("").path)
    let error = ObjectBench().error(Self.start + script)
    #expect(error.contains(message), "\(script): \(error)")
  }

  @Test func normalisingMovesScoresAndCanBeTakenBack() throws {
    let bench = ObjectBench()
    try bench.run(
      Self.fitted + """
        before = rm.score("the", " cat")
        answers = m.generate(["the", "a", "one", "two"], max_tokens: 5)
        n = rm.normalize(answers)
        scores = range(answers.len).map(fn(i) => rm.score(answers[i].prompt, answers[i]))
        """)
    #expect(try bench.shown("abs(scores.mean()) < 1e-5") == "true")
    #expect(
      try bench.shown("abs((before - n.mean) / n.std - rm.score(\"the\", \" cat\")) < 1e-5")
        == "true")
    #expect(try bench.shown("rm.accuracy(pairs).correct") == "3")
    #expect(try bench.shown("rm.denormalize()\nrm.score(\"the\", \" cat\") == before") == "true")
  }

  @Test func anEnsembleCombinesItsMembersAndIsARewardOfPPO() throws {
    let bench = ObjectBench()
    try bench.run(
      Self.fitted + """
        other = RewardModel(m)
        other.fit(pairs, epochs: 3, learning_rate: 0.01);
        worst = Ensemble([rm, other], combine: "worst")
        careful = Ensemble([rm, other], combine: "uncertainty", uncertainty_weight: 2)
        a = rm.score("the", " cat")
        b = other.score("the", " cat")
        """)
    #expect(try bench.shown("worst.score(\"the\", \" cat\") == min(a, b)") == "true")
    #expect(try bench.shown("worst.each(\"the\", \" cat\") == [a, b]") == "true")
    let expected = "(a + b) / 2 - 2 * ((a - b) / 2) ** 2"
    #expect(
      try bench.shown("abs(careful.score(\"the\", \" cat\") - (\(expected))) < 1e-9") == "true")
    #expect(try bench.shown("worst.accuracy(pairs).total") == "3")
    try bench.run(
      """
      ppo = PPO(m.copy(), reward: worst, max_tokens: 4)
      batch = ppo.rollout(["the", "a"])
      ppo.score(batch);
      """)
    // The same float32 arithmetic in batches of another size.
    #expect(
      try bench.shown(
        """
        alone = [0, 1].map(fn(i) => worst.score(batch[i].prompt, batch[i].tokens))
        (batch.scores - tensor(alone)).abs().max().item() < 1e-5
        """) == "true")
  }

  /// Bits of every reward model before and after PPO steps: their state is what a digest covers.
  @Test func ppoLeavesItsRewardAsItIs() throws {
    let bench = ObjectBench()
    try bench.run(
      Self.fitted + """
        other = RewardModel(m)
        both = Ensemble([rm, other])
        rm.normalize(["the cat", "a dog"]);
        """)
    func digest() -> String {
      guard case .host(let object)? = bench.interpreter.global("both"),
        let object = object as? any Digestible
      else { return "no digest" }
      var builder = DigestBuilder("test")
      object.absorb(into: &builder)
      return builder.finish()
    }
    let before = digest()
    try bench.run(
      "PPO(m, reward: both, max_tokens: 4, learning_rate: 1e-2).run([\"the\", \"a\"], steps: 2)")
    #expect(digest() == before)
    try bench.run("other.fit(pairs)")
    #expect(digest() != before)
  }

  @Test func aCurveIsPlotted() throws {
    let drawn = try ObjectBench().shown(Self.start + "plot(rm.calibration(pairs, bins: 3))")
    #expect(drawn.contains("accuracy") && drawn.contains("confidence"))
  }

  @Test func aStopIsTold() throws {
    let bench = ObjectBench()
    try bench.run(
      Self.start + """
        wrong = pairs.map(fn(p) => {prompt: p.prompt, chosen: p.rejected, rejected: p.chosen})
        rm.fit(pairs, eval: wrong, epochs: 50, eval_steps: 1, patience: 2, learning_rate: 0.01)
        """)
    #expect(bench.console.err.contains("2 evaluations without a better eval_loss"))
    #expect(bench.console.err.contains("kept the weights of step "))
    #expect(try bench.shown("rm.log.len < 50") == "true")
  }

  @Test func mistakesAreTheWorstFirst() throws {
    let bench = ObjectBench()
    try bench.run(
      Self.fitted + """
        wrong = pairs.map(fn(p) => {prompt: p.prompt, chosen: p.rejected, rejected: p.chosen})
        found = rm.mistakes(wrong)
        """)
    #expect(try bench.shown("found.len") == "3")
    #expect(try bench.shown("found[\"margin\"] == found[\"margin\"].sort()") == "true")
    #expect(
      try bench.shown("found[0].chosen_score - found[0].rejected_score == found[0].margin")
        == "true")
    let columns =
      "[\"row\", \"prompt\", \"chosen\", \"rejected\", \"chosen_score\", \"rejected_score\", "
      + "\"margin\"]"
    #expect(try bench.shown("found.columns == \(columns)") == "true")
  }
}
