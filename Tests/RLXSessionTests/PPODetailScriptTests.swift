import RLXScript
import RLXSession
import RLXTestSupport
import Testing

/// PPO's details as a script meets them.
@Suite(.serialized) struct PPODetailScriptTests {
  private static let start = """
    m = Model(MODEL)
    p = PPO(m, reward: fn(prompt, response) => response.len, max_tokens: 4, learning_rate: 1e-3)

    """

  @Test(arguments: [
    ("PPO.differences(\"rlx\", \"trl011\").len", "1"),
    ("PPO.differences(\"rlx\", \"trl011\")[0].setting", "\"scale_logprobs\""),
    ("\"kl_coef\" in PPO.differences(\"trl011\", \"openai2019\").map(fn(d) => d.setting)", "true"),
    ("PPO(m, profile: \"trl011\").settings.scale_logprobs", "false"),
    ("PPO(m, profile: \"nplus\", value_model: \"shared\", kl_coef: 0.2).settings.kl_coef", "0.2"),
    ("PPO(m, profile: \"trl011\", kl_estimator: \"low_var_kl\").settings.kl_penalty", "\"k3\""),
    ("length_sampler(16, 48)", "16..48"),
    ("PPO(m, max_tokens: length_sampler(2, 5)).settings.max_tokens", "2..5"),
    ("PPO(m, max_tokens: 2..=4).settings.max_tokens", "2..5"),
    ("b = p.rollout([\"the\"])\nb.age", "0"),
    ("b = p.rollout([\"the\"])\np.score(b)\np.advantages(b)\np.update(b)\nb.age", "1"),
    ("p.check([\"the\", \"a\"]).filter(fn(row) => row.holds).len", "4"),
    (
      "b = p.rollout([\"the\"], [[5, 6, 7]])\np.score(b, [[1.0, 0.5, -2.0]])\np.advantages(b)\n"
        + "b.rewards.list()", "[1.0, 0.5, -2.0]"
    ),
    (
      "q = PPO(m, ptx: [\"the cat sat\"], ptx_coef: 0.5, max_tokens: 4)\n"
        + "q.step([\"the\"], [\" cat\"], [1.0])[\"ppo/loss/ptx\"] > 0", "true"
    ),
    (
      "r = RewardModel(m)\nq = PPO(m, reward: r, profile: \"ppov2\", max_tokens: 4, total_steps: 3)\n"
        + "q.step([\"the\", \"a\"])[\"ppo/learning_rate\"] == 3e-6", "true"
    ),
  ])
  func gives(expression: String, expected: String) throws {
    #expect(try ObjectBench().shown(Self.start + expression) == expected, "\(expression)")
  }

  @Test(arguments: [
    ("PPO(m, ptx_coef: 1.0)", "a pretraining loss and no texts for it"),
    ("PPO(m, ptx: [\"the\"])", "texts for a pretraining loss of weight 0"),
    ("PPO(m, value_model: \"reward\")", "a value function from the reward model"),
    ("PPO(m, max_tokens: 5..2)", "max_tokens: expected an int or a range of ints"),
    ("PPO(m, profile: \"trl\")", "one of \"rlx\", \"trl011\""),
    ("length_sampler(4, 4)", "expected an int above 4, got 4"),
    (
      "b = p.rollout([\"the\"])\np.score(b)\np.advantages(b)\np.update(b)\np.update(b)",
      "one that is used up by an update and 1 update old | ppo.rollout(prompts) for a new batch"
    ),
    ("p.rollout([\"the\"]).raw_scores", "ppo.score(batch)"),
    (
      "a = p.rollout([\"the\"])\nb = p.rollout([\"the\"])\n[a, b].map(fn(x) => p.advantages(p.score(x)))\n"
        + "p.update(a)\np.update(b)", "expected a batch drawn from the policy as it is"
    ),
    (
      "b = p.rollout([\"the\"])\np.score(b, [[1.0, 0.5, 1.0, 1.0, 1.0, 1.0]])", "tokens of answer 0"
    ),
  ])
  func says(script: String, message: String) {
    let error = ObjectBench().error(Self.start + script)
    #expect(error.contains(message), "\(script): \(error)")
  }
}
