// What the update of a PPO step measures: means over its mini-batches and passes.

extension Metric {
  static let ppoUpdate = [
    Metric(
      "ppo/loss/policy", "PPO", "The clipped policy loss.",
      formula: "mean max(-A·ρ, -A·clip(ρ, 1 ± cliprange)), ρ = π / π_old",
      healthy: "near 0, mostly a little below; its size says little"),
    Metric(
      "ppo/loss/value", "PPO", "The clipped value loss.",
      formula: "½ mean max((V - R)², (clip(V, V_old ± cliprange_value) - R)²)",
      healthy: "falls as the value head learns what the reward gives"),
    Metric(
      "ppo/loss/total", "PPO", "What the optimizer makes small.",
      formula: "policy loss + vf_coef · value loss", healthy: "as its parts"),
    Metric(
      "ppo/loss/kl", "PPO", "The KL term of the loss, where use_kl_loss is on.",
      formula: "mean over tokens of kl_t; kl_coef times it is in the loss", unit: "nats",
      healthy: "0 to 0.1, rising slowly from 0"),
    Metric(
      "ppo/loss/entropy", "PPO", "The entropy in the loss, where entropy_coef is above 0.",
      formula: "mean over tokens of H at the temperature; -entropy_coef times it is in the loss",
      unit: "nats", healthy: "as ppo/policy/entropy"),
    Metric(
      "ppo/loss/ptx", "PPO", "The loss on the ptx texts, where ptx_coef is above 0.",
      formula: "mean over their tokens of -log π(token); ptx_coef times it is in the loss",
      unit: "nats", healthy: "steady; rising, the policy forgets them: raise ptx_coef"),
    Metric(
      "ppo/policy/entropy", "PPO", "The mean entropy of the policy's next-token distributions.",
      formula: "mean over tokens of -Σ_v π_v log π_v", unit: "nats",
      healthy: "falls slowly; near 0 the policy has collapsed: raise kl_coef"),
    Metric(
      "ppo/policy/approxkl", "PPO", "How far this step's updates have moved the policy, a token.",
      formula: "½ mean (log π - log π_old)²", unit: "nats",
      healthy: "0.0001 to 0.02; for more lower learning_rate or ppo_epochs"),
    Metric(
      "ppo/policy/policykl", "PPO", "The same by another estimate, which may be negative.",
      formula: "mean (log π_old - log π)", unit: "nats",
      healthy: "about 0; early_stopping ends the passes above 1.5 · target_kl"),
    Metric(
      "ppo/policy/clipfrac", "PPO", "The share of tokens whose ratio was clipped.",
      formula: "mean [clipped term > plain term]",
      healthy: "0 to 0.2; always 0, steps are small; above 0.3, too large"),
    Metric(
      "ppo/policy/advantages_mean", "PPO", "The mean advantage.",
      formula: "mean A, after whitening",
      healthy: "near 0"),
    Metric(
      "ppo/policy/ratio", "PPO", "The mean of new over old probability.", formula: "mean π / π_old",
      healthy: "0.9 to 1.1; exactly 1 before the first update; above ratio_threshold it is skipped"),
    Metric(
      "val/ratio_var", "PPO", "How the mean ratio varies over the mini-batches.",
      formula: "Σ (ρ_i - mean)² / (n-1), ρ_i the mean ratio of mini-batch i",
      healthy: "near 0; large where a few mini-batches move the policy far"),
    Metric(
      "ppo/returns/mean", "PPO", "The mean return of a token.",
      formula: "mean R, R = A + V before whitening",
      healthy: "near ppo/mean_scores"),
    Metric(
      "ppo/returns/var", "PPO", "The variance of the returns.", formula: "Σ (R - mean)² / (n-1)",
      healthy: "above 0"),
    Metric(
      "ppo/val/vpred", "PPO", "The mean of the value head's estimates during the update.",
      formula: "mean V", healthy: "goes towards ppo/returns/mean"),
    Metric(
      "ppo/val/error", "PPO", "The mean squared difference of values and returns.",
      formula: "mean (V - R)²", healthy: "falls below ppo/returns/var"),
    Metric(
      "ppo/val/clipfrac", "PPO", "The share of tokens whose value was clipped.",
      formula: "mean [clipped error > plain error]", healthy: "0 to 0.3"),
    Metric(
      "ppo/val/mean", "PPO", "The mean of the values before the update.", formula: "mean V_old",
      healthy: "goes towards ppo/returns/mean"),
    Metric(
      "ppo/val/var", "PPO", "The variance of the values before the update.",
      formula: "Σ (V_old - mean)² / (n-1)", healthy: "below ppo/returns/var"),
    Metric(
      "ppo/val/var_explained", "PPO", "How much of the returns' variance the values explain.",
      formula: "1 - ppo/val/error / ppo/returns/var",
      healthy: "rises towards 1, often from below 0; 0 knows only the mean"),
    Metric(
      "ppo/policy/advantages", "PPO", "The advantage of every token; a list in a step's metrics.",
      formula: "A_t = δ_t + gamma·lam·A_{t+1}, δ_t = r_t + gamma·V_{t+1} - V_t; whitened",
      healthy: "mean 0, deviation 1"),
  ]

  static let ppoTexts = [
    Metric(
      "tokens/queries_len_mean", "PPO", "The mean length of the prompts.", formula: "mean length",
      unit: "tokens", healthy: "as the data"),
    Metric(
      "tokens/queries_len_std", "PPO", "The deviation of the prompts' lengths.",
      formula: "√ (Σ (length - mean)² / (n-1))", unit: "tokens", healthy: "as the data"),
    Metric(
      "tokens/responses_len_mean", "PPO", "The mean length of the answers.", formula: "mean length",
      unit: "tokens",
      healthy: "below max_tokens: at it, nothing ends by itself; steady growth is length hacking"),
    Metric(
      "tokens/responses_len_std", "PPO", "The deviation of the answers' lengths.",
      formula: "√ (Σ (length - mean)² / (n-1))", unit: "tokens",
      healthy: "above 0: at 0 every answer is cut at max_tokens"),
    Metric(
      "val/num_eos_tokens", "PPO", "How many end tokens the answers have.",
      formula: "count of the policy's end tokens", unit: "tokens",
      healthy: "most answers have one; 0, none ends by itself within max_tokens"),
    Metric(
      "objective/kl_dist", "PPO", "The KL of every answer; a list in a step's metrics.",
      formula: "Σ_t kl_t of each answer", unit: "nats", healthy: "around objective/kl"),
    Metric(
      "objective/logprobs", "PPO", "The log-probability of every token; a list.",
      formula: "log π(token_t)", unit: "nats", healthy: "mostly between -5 and 0"),
    Metric(
      "objective/ref_logprobs", "PPO", "The same under the reference; a list.",
      formula: "log π_ref(token_t)", unit: "nats",
      healthy: "near objective/logprobs; a token far below it is new to the reference"),
    Metric(
      "tokens/queries_dist", "PPO", "The length of every prompt; a list.", formula: "length",
      unit: "tokens", healthy: "as the data"),
    Metric(
      "tokens/responses_dist", "PPO", "The length of every answer; a list.", formula: "length",
      unit: "tokens", healthy: "spread below max_tokens"),
    Metric(
      "env/reward_dist", "PPO", "The raw score of every answer; a list.", formula: "raw score",
      healthy: "spread: equal scores teach nothing"),
  ]
}
