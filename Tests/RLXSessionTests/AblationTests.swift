import RLXScript
import RLXSession
import Testing

@Suite(.serialized) struct AblationTests {
  private static let start = """
    m = Model(MODEL)
    prompts = ["the", "a", "one"]
    fn reward(prompt, response) => response.count("a") + 0.1 * response.len
    ppo = PPO(m, reward: reward, max_tokens: 5, batch_size: 3, learning_rate: 1e-3)
    rows = [{prompt: "the", completion: " cat"}, {prompt: "a", completion: " dog"}]

    """

  @Test(arguments: [
    (
      "ablate(ppo, \"whiten_rewards\", [true, false], prompts, seeds: 1..=3, steps: 2).columns",
      #"["metric", "whiten_rewards", "mean", "±", "difference", "± of it"]"#
    ),
    ("ablate(ppo, \"kl_coef\", [0.1, 0.2, 0.3], prompts, seeds: [4], steps: 1).len", "12"),
    (
      "t = ablate(ppo, \"cliprange\", [0.2, 0.2], prompts, seeds: 1..=2, steps: 1)\n"
        + "t.list().filter(fn(r) => (r.difference ?? 0.0) != 0.0).len", "0"
    ),
    (
      "t = ablate(ppo, \"kl_coef\", [0.2], \"the\", seeds: [1], steps: 1, metrics: \"kl\")\nt.len",
      "1"
    ),
    (
      "t = ablate(SFT(m), \"learning_rate\", [0.0, 0.1], rows, seeds: 1..=2, steps: 3, metrics: \"loss\")"
        + ".list()\nt[1].mean < t[0].mean and t[1].difference == t[1].mean - t[0].mean", "true"
    ),
    (
      "t = ablate(SFT(m), \"learning_rate\", [0.0], rows, seeds: [1], steps: 2, at: \"mean\").list()\n"
        + "t[0][\"±\"]", "nil"
    ),
    (
      "ablate(DPO(m), \"beta\", [0.1, 0.2], [{prompt: \"a\", chosen: \"b\", rejected: \"c\"}], "
        + "seeds: [1], steps: 1).len", "6"
    ),
    (
      "ablate(PRM(m), \"train_on_last_step_only\", [true, false], "
        + "[{prompt: \"a\", completions: [\"b\", \"c\"], labels: [true, false]}], seeds: [1], steps: 1).len",
      "4"
    ),
    ("repeat(1..=4, fn(s) => s * 1.0).list()[0].mean", "2.5"),
    ("repeat(1..=2, fn(s) => {a: s, b: 2 * s}).len", "2"),
    ("repeat(1..=2, fn(s) => SFT(m).run(rows, steps: 1)).list()[0].name", "\"loss\""),
    ("repeat([3, 3 + 1], fn(s) => random()).list()[0][\"±\"] > 0", "true"),
    ("x = repeat([3], fn(s) => random()).list()[0].mean\nseed(3)\nx == random()", "true"),
    ("cost([SFT(m), RewardModel(m), ppo, DPO(m), PRM(m)]).len", "5"),
    (
      "cost(ppo).list()[0].passes",
      "\"policy: generate, read, train ×4; reference: read\""
    ),
    (
      "cost(PPO(m, reward: [[RewardModel(m), 1.0]])).list()[0].passes",
      "\"policy: generate, read, train ×4; reference: read; reward: read\""
    ),
    ("cost(SFT(m), prompt_tokens: 3, answer_tokens: 4, rows: 2).list()[0][\"× SFT\"]", "1.0"),
    ("plan(ppo, steps: 10, measure: false).list()[1].value", "3"),
  ])
  func gives(expression: String, expected: String) throws {
    #expect(try ObjectBench().shown(Self.start + expression) == expected, "\(expression)")
  }

  @Test(arguments: [
    ("ablate(ppo, \"whiten_reward\", [true], prompts, seeds: [1], steps: 1)", "whiten_rewards"),
    ("ablate(ppo, \"kl_coef\", [0.1, -1.0], prompts, seeds: [1], steps: 1)", "number ≥ 0"),
    ("ablate(ppo, \"kl_coef\", [], prompts, seeds: [1], steps: 1)", "at least one value"),
    ("ablate(ppo, \"kl_coef\", [0.1], prompts, seeds: [], steps: 1)", "at least one seed"),
    ("ablate(ppo, \"kl_coef\", [0.1], prompts, seeds: [1, 1], steps: 1)", "each once"),
    ("ablate(ppo, \"kl_coef\", [0.1], prompts, seeds: [-1], steps: 1)", "ints of at least 0"),
    (
      "ablate(ppo, \"kl_coef\", [0.1], prompts, seeds: [1], steps: 0)",
      "steps: expected an int from 1"
    ),
    (
      "ablate(ppo, \"kl_coef\", [0.1], prompts, seeds: [1], steps: 1, metrics: [\"objective/k\"])",
      "metrics: [\"objective/kl\"]"
    ),
    ("ablate(ppo, \"kl_coef\", [0.1], rows[0], seeds: [1], steps: 1)", "expected a text"),
    ("ablate(RewardModel(m), \"learning_rate\", [0.1], rows, seeds: [1], steps: 1)", "| repeat("),
    ("repeat([1], fn(s) => \"good\")", "expected a number, a map of numbers or a log"),
    ("repeat(1..=2, fn(s) => if s == 1 then {a: 1} else {b: 1})", "the same names for each seed"),
    ("cost([])", "at least one trainer"), ("cost([m])", "expected a SFT or"),
    ("cost(ppo, prompt_tokens: 200)", "longer than the 128"),
    ("plan(m, steps: 3)", "trainer: expected a SFT"),
  ])
  func says(script: String, message: String) {
    let error = ObjectBench().error(Self.start + script)
    #expect(error.contains(message), "\(script): \(error)")
  }

  /// Weights, optimizer, log, controller and draws are what they were, whatever ran meanwhile.
  @Test func nothingOfTheSessionChanges() throws {
    let same = try ObjectBench().shown(
      Self.start + """
        other = Model(MODEL)
        sft = SFT(other, learning_rate: 0.1)
        fn meddling(prompt, response) {
          sft.run(rows, steps: 1)
          return random() + reward(prompt, response)
        }
        bad = PPO(m, reward: meddling, max_tokens: 4, batch_size: 2)
        bad.run(prompts, steps: 1)
        fn state() => [
          m.logits([1, 5]).list(), other.logits([1, 5]).list(), bad.log.len, bad.kl_coef, sft.log.len,
          ppo.log.len,
        ]
        before = state()
        s = snapshot()
        drawn = random()
        restore(s)
        ablate(bad, "whiten_rewards", [true, false], prompts, seeds: 1..=2, steps: 1)
        repeat(1..=2, fn(x) => sft.run(rows, steps: 1))
        repeat(1..=2, fn(x) => bad.run(prompts, steps: 1))
        [state() == before, random() == drawn]
        """)
    #expect(same == "[true, true]")
  }

  @Test func whatFailsLeavesTheSessionAsItWas() throws {
    let bench = ObjectBench()
    let error = bench.error(
      Self.start
        + "sft = SFT(m, learning_rate: 0.1)\nfn wrong(s) {\n  sft.run(rows, steps: 1)\n  fail \"no\"\n}\n"
        + "repeat(1..=2, wrong)")
    #expect(error.contains("no"), "\(error)")
    #expect(try bench.shown("sft.log.len") == "0")
  }

  @Test func aTableOfOneValueAndSeedIsTheRunOfThatSeed() throws {
    let same = try ObjectBench().shown(
      Self.start + """
        t = ablate(SFT(m, learning_rate: 0.01), "batch_size", [1, 2], rows, seeds: [5, 6], steps: 3,
          metrics: "loss").list()
        u = ablate(SFT(m, learning_rate: 0.01), "batch_size", [2], rows, seeds: [5, 6], steps: 3,
          metrics: "loss").list()
        t[1].mean == u[0].mean and t[1]["±"] == u[0]["±"]
        """)
    #expect(same == "true")
  }

  @Test func timesAreShownOnStandardErrorOnly() throws {
    let bench = ObjectBench()
    let table = try bench.shown(Self.start + "plan(ppo, steps: 100)")
    #expect(bench.console.err.contains("plan: about "))
    #expect(!table.contains("machine"), "\(table)")
    #expect(
      try bench.shown("plan(ppo, steps: 9).list() == plan(ppo, steps: 9, measure: false).list()")
        == "true")
  }
}
