import RLXScript
import RLXTraining
import Testing

@testable import RLXSession

/// `explain` of metrics and of trainers.
@Suite(.serialized) struct ExplainTests {
  private static let start = """
    policy = Model(MODEL)
    rows = [{prompt: "a", completion: "b", chosen: "b", rejected: "c"}]
    fn length(prompt, response) => response.len
    sft = SFT(policy)
    sft.run(rows, steps: 1, eval: rows)
    dpo = DPO(policy)
    dpo.run(rows, steps: 2, eval: rows)
    rm = RewardModel(policy)
    rm.fit(rows, epochs: 1, eval: rows)
    ppo = PPO(policy, reward: length, max_tokens: 4)
    ppo.run(["a", "the"], steps: 2, eval: ["a"])

    """

  private static let trainers = ["sft": "SFT", "dpo": "DPO", "rm": "RewardModel", "ppo": "PPO"]

  /// Whatever any trainer logs can be explained, of the trainer, of its log and by its name alone: with
  /// formula, healthy range, causes, and its own number of the last step.
  @Test func everyMetricThatAnyTrainerLogsIsExplained() throws {
    let bench = ObjectBench()
    try bench.run(Self.start)
    for (name, type) in Self.trainers {
      let names = try #require(try bench.run("\(name).log.names")?.asElements()).map(\.printed)
      #expect(names.count > 5)
      for metric in names {
        let last = try #require(try bench.run("\(name).log[\"\(metric)\"][-1]")?.asDouble)
        for call in [
          "explain(\(name), \"\(metric)\")", "explain(\(name).log, \"\(metric)\")",
          "explain(\"\(metric)\")",
        ] {
          let page = try #require(try bench.run(call)).printed
          for part in ["Formula", "Healthy", "When off", "Step "] {
            #expect(page.contains(part), "\(call) lacks \(part): \(page)")
          }
          if !call.hasPrefix("explain(\"") {
            #expect(page.contains(NumberText.significant(last, digits: 6)), "\(call): \(page)")
          }
        }
        #expect(Metric.named(metric)?.trainers.contains(type) == true)
      }
    }
  }

  @Test func everyEntryOfTheTableSaysWhatMayBeWrong() {
    for metric in Metric.table {
      #expect(!metric.causes.isEmpty, "\(metric.name)")
      for cause in metric.causes {
        #expect(cause.contains(": "), "\(metric.name): \(cause)")
      }
    }
  }

  /// Operands are metrics, or settings of every trainer that logs the metric.
  @Test func operandsAreMetricsOrSettings() {
    let settings = [
      "SFT": SFT.Settings().plain.map(\.name), "DPO": DPO.Settings().plain.map(\.name),
      "RewardModel": RewardModel.Settings().plain.map(\.name),
      "PPO": PPO.Settings().plain.map(\.name), "PRM": PRM.Settings().plain.map(\.name),
    ]
    for metric in Metric.table {
      for operand in metric.operands {
        for trainer in metric.trainers {
          let isMetric = Metric.named(operand)?.trainers.contains(trainer) == true
          #expect(
            isMetric || settings[trainer]?.contains(operand) == true,
            "\(metric.name) of \(trainer): \(operand)")
        }
      }
    }
  }

  /// Where a formula's operands are all there, it gives the number that was logged.
  @Test func formulasGiveWhatWasLogged() throws {
    let bench = ObjectBench()
    try bench.run(Self.start)
    for (metric, trainer) in [
      ("rewards/margins", "dpo"), ("ppo/loss/total", "ppo"), ("ppo/val/var_explained", "ppo"),
    ] {
      let page = try #require(try bench.run("explain(\(trainer), \"\(metric)\")")).printed
      let given = try #require(page.firstMatch(of: /The formula gives (-?[0-9.e-]+[0-9])/))
      let logged = try #require(try bench.run("\(trainer).log[\"\(metric)\"][-1]")?.asDouble)
      let found = try #require(Double(given.output.1))
      // Six digits are shown; the numbers themselves are means of float32.
      #expect(abs(found - logged) <= 1e-5 * (1 + abs(logged)), "\(page)")
    }
  }

  @Test func theNumbersAreThoseOfTheLastStep() throws {
    let bench = ObjectBench()
    try bench.run(Self.start)
    let page = try #require(try bench.run("explain(ppo, \"ppo/loss/policy\")")).printed
    #expect(page.contains("Step 2"))
    #expect(page.contains("ppo/policy/ratio"))
    #expect(page.contains("cliprange"))
    let alias = try #require(try bench.run("explain(ppo, \"policy_loss\")")).printed
    #expect(alias == page)
  }

  /// Agent, state, action, reward, policy and environment are this session's objects by their names.
  @Test func aTrainerSaysWhichObjectPlaysWhichPart() throws {
    let bench = ObjectBench()
    try bench.run(Self.start + "ref = policy.copy().freeze()\nbatch = ppo.rollout([\"a\"])")
    let page = try #require(try bench.run("explain(ppo)")).printed
    for part in [
      "agent        ppo:", "policy       policy, ", "environment  appends", "reward       length, ",
      "experience   batch, rolled out", "ppo.kl_coef", "a frozen copy of the policy",
    ] {
      #expect(page.contains(part), "\(part) in \(page)")
    }
    for name in ["state", "action", "value", "advantage", "reference"] {
      #expect(page.contains("\n  \(name) "), "\(name) in \(page)")
    }
    let near = try #require(
      try bench.run("explain(PPO(policy, reward: [[rm, 1.0], [length, 0.5]], reference: ref))")
    ).printed
    #expect(near.contains("1.0 · rm, "), "\(near)")
    #expect(near.contains("0.5 · length, "), "\(near)")
    #expect(near.contains("ref, "), "\(near)")
    let reward = try #require(try bench.run("used = PPO(policy, reward: rm)\nexplain(rm)")).printed
    #expect(reward.contains("used by  used"), "\(reward)")
    for other in ["sft", "dpo"] {
      #expect(try bench.run("explain(\(other))")?.printed.contains("policy, ") == true)
    }
  }

  @Test(arguments: [
    ("explain(\"objective/kll\")", "explain(\"objective/kl\")"),
    ("explain(\"clipfra\")", "explain(\"ppo/policy/clipfrac\")"),
    ("explain(ppo, \"objective/kll\")", "explain(ppo, \"objective/kl\")"),
    ("explain(sft, \"objective/kl\")", "no measurement, setting or member"),
    ("explain(ppo, \"kl_coeff\")", "kl_coef"),
    ("explain(sft.log, \"los\")", "log[\"loss\"]"),
    ("explain(\"xyzzy\")", ":help metrics"),
  ])
  func anUnknownMetricNamesTheNearest(call: String, message: String) throws {
    let error = ObjectBench().error(Self.start + call)
    #expect(error.contains(message), "\(call): \(error)")
  }

  @Test func settingsAndMembersAreExplainedToo() throws {
    let bench = ObjectBench()
    try bench.run(Self.start)
    let setting = try #require(try bench.run("explain(ppo, \"cliprange\")")).printed
    #expect(setting.contains("Now\n  0.2"), "\(setting)")
    #expect(try bench.run("explain(ppo, \"rollout\")")?.printed.contains("Stage 1") == true)
  }
}
