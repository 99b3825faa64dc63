/// What the names in logs mean.
enum MetricGlossary {
  static func meaning(of name: String) -> String? { table.first { $0.name == name }?.meaning }

  /// The names to show of many: those that say most, unless all were asked for or there are few.
  static func shown(of names: [String], all: Bool) -> [String] {
    guard !all, names.count > mostShown else { return names }
    return names.filter { leading.contains($0) }
  }

  /// A last line that says how many names are not shown, and how to see them; empty if none.
  static func rest(_ count: Int, _ style: ViewStyle, indent: Int = 0) -> String {
    guard count > 0 else { return "" }
    let facts = ["\(count) more: .names lists them"] + (style.hint.map { [$0] } ?? [])
    return "\n" + String(repeating: " ", count: indent)
      + style.paint(facts.joined(separator: style.separator), .dim)
  }

  private static let mostShown = 16
  private static let leading = [
    "objective/kl", "objective/kl_coef", "objective/entropy", "ppo/mean_scores", "ppo/std_scores",
    "ppo/loss/policy", "ppo/loss/value", "ppo/policy/approxkl", "ppo/policy/clipfrac",
    "ppo/policy/entropy", "ppo/val/var_explained", "tokens/responses_len_mean",
  ]

  private static let table: [(name: String, meaning: String)] = [
    ("loss", "The mean loss of the step's batch, in nats, before the step."),
    ("mean_token_accuracy", "The share of trained tokens that were the model's likeliest."),
    ("entropy", "The mean entropy of the model's next-token distributions, in nats."),
    ("num_tokens", "Tokens read in training so far, prompts included."),
    ("learning_rate", "The step size of the optimizer in this step."),
    ("grad_norm", "The norm of all gradients together, before clipping."),
    ("accuracy", "The share of the batch's pairs whose chosen answer scored higher."),
    ("margin", "Score of the chosen answer minus that of the rejected, averaged."),
    ("mean_reward", "The mean score of the batch's answers, chosen and rejected."),
    ("min_reward", "The lowest score in the batch."),
    ("max_reward", "The highest score in the batch."),
    ("rewards/chosen", "beta (log pi - log pi_ref) of the chosen answers, averaged."),
    ("rewards/rejected", "beta (log pi - log pi_ref) of the rejected answers, averaged."),
    (
      "rewards/accuracies", "The share of pairs whose chosen answer has the higher implicit reward."
    ),
    ("rewards/margins", "Implicit reward of the chosen answer minus that of the rejected."),
    ("logps/chosen", "The mean log-probability of the chosen answers, summed over tokens; nats."),
    (
      "logps/rejected",
      "The mean log-probability of the rejected answers, summed over tokens; nats."
    ),
    (
      "objective/kl",
      "How far the policy has moved from the reference: the KL term summed over an answer's "
        + "tokens, averaged over answers, in nats. Negative values mean that the answers were not "
        + "sampled from the policy as it is."
    ),
    ("objective/kl_coef", "The weight of the KL term in the reward, before this step changed it."),
    ("objective/entropy", "-log pi of the sampled answers, summed over tokens, averaged; nats."),
    ("ppo/mean_non_score_reward", "The mean of the KL part of the rewards, per token."),
    ("ppo/mean_scores", "The mean of what the reward said, after scaling and clipping."),
    ("ppo/std_scores", "The deviation of those scores."),
    ("ppo/learning_rate", "The step size of the optimizer."),
    ("ppo/loss/policy", "The clipped policy loss, averaged over mini-batches."),
    ("ppo/loss/value", "The clipped value loss, averaged over mini-batches."),
    ("ppo/loss/total", "Policy loss + vf_coef times value loss."),
    ("ppo/policy/entropy", "The mean entropy of the policy's next-token distributions, in nats."),
    (
      "ppo/policy/approxkl",
      "Half the mean square of log pi_new - log pi_old: how far this step's updates have moved."
    ),
    ("ppo/policy/policykl", "The mean of log pi_old - log pi_new over the step's updates; nats."),
    ("ppo/policy/clipfrac", "The share of tokens whose ratio was clipped."),
    ("ppo/policy/advantages_mean", "The mean advantage; near 0 after whitening."),
    ("ppo/policy/ratio", "The mean of pi_new / pi_old; 1 before the first update of a step."),
    ("ppo/returns/mean", "The mean return of a token."),
    ("ppo/returns/var", "The variance of the returns."),
    ("ppo/val/vpred", "The mean of the value head's estimates during the update."),
    ("ppo/val/error", "The mean squared difference of values and returns."),
    ("ppo/val/clipfrac", "The share of tokens whose value was clipped."),
    ("ppo/val/mean", "The mean of the values before the update."),
    ("ppo/val/var", "The variance of the values before the update."),
    (
      "ppo/val/var_explained",
      "1 - error / var(returns): 1 for a perfect value head, 0 for one that knows only the mean."
    ),
    ("tokens/queries_len_mean", "The mean length of the prompts, in tokens."),
    ("tokens/queries_len_std", "The deviation of the prompts' lengths."),
    ("tokens/responses_len_mean", "The mean length of the answers, in tokens."),
    ("tokens/responses_len_std", "The deviation of the answers' lengths."),
    ("env/reward_mean", "The mean of what the reward said, before scaling and clipping."),
    ("env/reward_std", "The deviation of those."),
  ]
}
