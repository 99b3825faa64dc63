// What the update of a PPO step measures: means over its mini-batches and passes.

extension Metric {
  static let ppoUpdate = [
    Metric(
      "ppo/loss/policy", "PPO", "The clipped policy loss.",
      formula: "mean max(-A·ρ, -A·clip(ρ, 1 ± cliprange)), ρ = π / π_old",
      healthy: "near 0, mostly a little below; its size says little",
      operands: "ppo/policy/ratio ppo/policy/advantages_mean ppo/policy/clipfrac cliprange",
      causes: [
        "far from 0: advantages are not whitened, or a few tokens have huge ratios",
        "always exactly 0: no advantage differs, all scores are alike",
      ]),
    Metric(
      "ppo/loss/value", "PPO", "The clipped value loss.",
      formula: "½ mean max((V - R)², (clip(V, V_old ± cliprange_value) - R)²)",
      healthy: "falls as the value head learns what the reward gives",
      operands: "ppo/val/error cliprange_value",
      causes: [
        "grows: returns grow faster than the head learns; scale the scores, raise vf_coef or learning_rate",
        "stays large: rewards of another size than values; use_score_scaling",
      ]),
    Metric(
      "ppo/loss/total", "PPO", "What the optimizer makes small.",
      formula: "policy loss + vf_coef · value loss", healthy: "as its parts",
      operands: "ppo/loss/policy vf_coef ppo/loss/value",
      causes: [
        "dominated by the value part: lower vf_coef, or scale the scores"
      ]),
    Metric(
      "ppo/loss/kl", "PPO", "The KL term of the loss, where use_kl_loss is on.",
      formula: "mean over tokens of kl_t; kl_coef times it is in the loss", unit: "nats",
      healthy: "0 to 0.1, rising slowly from 0",
      operands: "objective/kl_coef objective/kl",
      causes: [
        "grows without end: raise kl_coef, lower learning_rate"
      ]),
    Metric(
      "ppo/loss/entropy", "PPO", "The entropy in the loss, where entropy_coef is above 0.",
      formula: "mean over tokens of H at the temperature; -entropy_coef times it is in the loss",
      unit: "nats", healthy: "as ppo/policy/entropy",
      operands: "entropy_coef ppo/policy/entropy",
      causes: [
        "rises towards log of the vocabulary: entropy_coef is too large",
        "falls to 0: entropy_coef is too small to hold it up",
      ]),
    Metric(
      "ppo/loss/ptx", "PPO", "The loss on the ptx texts, where ptx_coef is above 0.",
      formula: "mean over their tokens of -log π(token); ptx_coef times it is in the loss",
      unit: "nats", healthy: "steady; rising, the policy forgets them: raise ptx_coef",
      operands: "ptx_coef",
      causes: [
        "rises: the policy forgets the texts; raise ptx_coef, lower learning_rate"
      ]),
    Metric(
      "ppo/policy/entropy", "PPO", "The mean entropy of the policy's next-token distributions.",
      formula: "mean over tokens of -Σ_v π_v log π_v", unit: "nats",
      healthy: "falls slowly; near 0 the policy has collapsed: raise kl_coef",
      operands: "objective/entropy",
      causes: [
        "near 0: collapse; raise kl_coef, lower learning_rate",
        "rises towards log of the vocabulary: the policy is being destroyed, lower learning_rate",
      ]),
    Metric(
      "ppo/policy/approxkl", "PPO", "How far this step's updates have moved the policy, a token.",
      formula: "½ mean (log π - log π_old)²", unit: "nats",
      healthy: "0.0001 to 0.02; for more lower learning_rate or ppo_epochs",
      operands: "learning_rate ppo_epochs ppo/policy/ratio",
      causes: [
        "above 0.1: too large a step; lower learning_rate, fewer ppo_epochs",
        "near 0 always: too small a step",
      ]),
    Metric(
      "ppo/policy/policykl", "PPO", "The same by another estimate, which may be negative.",
      formula: "mean (log π_old - log π)", unit: "nats",
      healthy: "about 0; early_stopping ends the passes above 1.5 · target_kl",
      operands: "ppo/policy/approxkl target_kl",
      causes: [
        "well below 0: probabilities of sampled tokens rise together; large steps on few answers"
      ]),
    Metric(
      "ppo/policy/clipfrac", "PPO", "The share of tokens whose ratio was clipped.",
      formula: "mean [clipped term > plain term]",
      healthy: "0 to 0.2; always 0, steps are small; above 0.3, too large",
      operands: "cliprange ppo/policy/ratio",
      causes: [
        "above 0.3: most tokens are outside the trust region; lower learning_rate or ppo_epochs",
        "0 in the first update of one pass: as it must be, the ratio is 1",
      ]),
    Metric(
      "ppo/policy/advantages_mean", "PPO", "The mean advantage.",
      formula: "mean A, after whitening",
      healthy: "near 0",
      operands: "ppo/returns/mean ppo/val/mean",
      causes: [
        "far from 0: mini-batches of few tokens, or whitening is off"
      ]),
    Metric(
      "ppo/policy/ratio", "PPO", "The mean of new over old probability.", formula: "mean π / π_old",
      healthy: "0.9 to 1.1; exactly 1 before the first update; above ratio_threshold it is skipped",
      operands: "ppo/policy/clipfrac ratio_threshold",
      causes: [
        "far from 1 in the first mini-batch: rollout and update disagree on log-probabilities (temperature, dropout)",
        "grows over passes: too large a step",
      ]),
    Metric(
      "val/ratio_var", "PPO", "How the mean ratio varies over the mini-batches.",
      formula: "Σ (ρ_i - mean)² / (n-1), ρ_i the mean ratio of mini-batch i",
      healthy: "near 0; large where a few mini-batches move the policy far",
      operands: "ppo/policy/ratio ratio_threshold",
      causes: [
        "large: single mini-batches of few tokens; larger mini_batch_size, lower learning_rate"
      ]),
    Metric(
      "ppo/returns/mean", "PPO", "The mean return of a token.",
      formula: "mean R, R = A + V before whitening",
      healthy: "near ppo/mean_scores",
      operands: "ppo/val/mean ppo/mean_scores",
      causes: [
        "far from ppo/mean_scores: the KL term or gamma below 1 takes much"
      ]),
    Metric(
      "ppo/returns/var", "PPO", "The variance of the returns.", formula: "Σ (R - mean)² / (n-1)",
      healthy: "above 0",
      operands: "ppo/std_scores",
      causes: [
        "near 0: every answer scores alike"
      ]),
    Metric(
      "ppo/val/vpred", "PPO", "The mean of the value head's estimates during the update.",
      formula: "mean V", healthy: "goes towards ppo/returns/mean",
      operands: "ppo/returns/mean",
      causes: [
        "does not follow ppo/returns/mean: vf_coef or learning_rate too small"
      ]),
    Metric(
      "ppo/val/error", "PPO", "The mean squared difference of values and returns.",
      formula: "mean (V - R)²", healthy: "falls below ppo/returns/var",
      operands: "ppo/returns/mean ppo/val/vpred",
      causes: [
        "above ppo/returns/var: the values are worse than their mean; early in a run, always so"
      ]),
    Metric(
      "ppo/val/clipfrac", "PPO", "The share of tokens whose value was clipped.",
      formula: "mean [clipped error > plain error]", healthy: "0 to 0.3",
      operands: "cliprange_value",
      causes: [
        "above 0.5: values want to move further than cliprange_value; raise it, or scale the scores"
      ]),
    Metric(
      "ppo/val/mean", "PPO", "The mean of the values before the update.", formula: "mean V_old",
      healthy: "goes towards ppo/returns/mean",
      operands: "ppo/returns/mean",
      causes: [
        "far from ppo/returns/mean after many steps: the head learns too slowly"
      ]),
    Metric(
      "ppo/val/var", "PPO", "The variance of the values before the update.",
      formula: "Σ (V_old - mean)² / (n-1)", healthy: "below ppo/returns/var",
      operands: "ppo/returns/var",
      causes: [
        "0: the head says the same everywhere",
        "above ppo/returns/var: noise; more answers a step",
      ]),
    Metric(
      "ppo/val/var_explained", "PPO", "How much of the returns' variance the values explain.",
      formula: "1 - ppo/val/error / ppo/returns/var",
      healthy: "rises towards 1, often from below 0; 0 knows only the mean",
      operands: "ppo/val/error ppo/returns/var",
      causes: [
        "below 0 for long: the value head is worse than a constant; raise vf_coef or learning_rate",
        "near 1 at once: rewards that follow from the prompt alone",
      ]),
    Metric(
      "ppo/policy/advantages", "PPO", "The advantage of every token; a list in a step's metrics.",
      formula: "A_t = δ_t + gamma·lam·A_{t+1}, δ_t = r_t + gamma·V_{t+1} - V_t; whitened",
      healthy: "mean 0, deviation 1",
      operands: "ppo/policy/advantages_mean gamma lam",
      causes: [
        "single huge ones: outliers of the reward; score_clip"
      ]),
  ]

  static let ppoTexts = [
    Metric(
      "tokens/queries_len_mean", "PPO", "The mean length of the prompts.", formula: "mean length",
      unit: "tokens", healthy: "as the data",
      causes: [
        "other than the data's: prompts were cut, or encoded with other special tokens"
      ]),
    Metric(
      "tokens/queries_len_std", "PPO", "The deviation of the prompts' lengths.",
      formula: "√ (Σ (length - mean)² / (n-1))", unit: "tokens", healthy: "as the data",
      operands: "tokens/queries_len_mean",
      causes: [
        "0: all prompts are alike long, or one prompt is repeated"
      ]),
    Metric(
      "tokens/responses_len_mean", "PPO", "The mean length of the answers.", formula: "mean length",
      unit: "tokens",
      healthy: "below max_tokens: at it, nothing ends by itself; steady growth is length hacking",
      operands: "max_tokens",
      causes: [
        "at max_tokens: no answer ends; raise max_tokens, or teach the end token in SFT (append_eos)",
        "grows steadily: the reward likes length; penalise it",
        "falls to a few tokens: ending at once pays, the KL term outweighs the reward",
      ]),
    Metric(
      "tokens/responses_len_std", "PPO", "The deviation of the answers' lengths.",
      formula: "√ (Σ (length - mean)² / (n-1))", unit: "tokens",
      healthy: "above 0: at 0 every answer is cut at max_tokens",
      operands: "tokens/responses_len_mean",
      causes: [
        "0: every answer is cut at max_tokens, or all are one"
      ]),
    Metric(
      "val/num_eos_tokens", "PPO", "How many end tokens the answers have.",
      formula: "count of the policy's end tokens", unit: "tokens",
      healthy: "most answers have one; 0, none ends by itself within max_tokens",
      operands: "tokens/responses_len_mean max_tokens",
      causes: [
        "0: no answer ends; raise max_tokens, teach the end token in SFT, or set missing_eos_penalty"
      ]),
    Metric(
      "objective/kl_dist", "PPO", "The KL of every answer; a list in a step's metrics.",
      formula: "Σ_t kl_t of each answer", unit: "nats", healthy: "around objective/kl",
      operands: "objective/kl",
      causes: [
        "one answer far above the rest: read it first, it is where the reward is gamed"
      ]),
    Metric(
      "objective/logprobs", "PPO", "The log-probability of every token; a list.",
      formula: "log π(token_t)", unit: "nats", healthy: "mostly between -5 and 0",
      operands: "objective/entropy",
      causes: [
        "near 0 throughout: the policy is certain of all it says"
      ]),
    Metric(
      "objective/ref_logprobs", "PPO", "The same under the reference; a list.",
      formula: "log π_ref(token_t)", unit: "nats",
      healthy: "near objective/logprobs; a token far below it is new to the reference",
      operands: "objective/kl",
      causes: [
        "minus tens of nats: words the reference would never say"
      ]),
    Metric(
      "tokens/queries_dist", "PPO", "The length of every prompt; a list.", formula: "length",
      unit: "tokens", healthy: "as the data",
      operands: "tokens/queries_len_mean",
      causes: [
        "one far longer than the rest: a prompt with an answer in it"
      ]),
    Metric(
      "tokens/responses_dist", "PPO", "The length of every answer; a list.", formula: "length",
      unit: "tokens", healthy: "spread below max_tokens",
      operands: "tokens/responses_len_mean",
      causes: [
        "all at max_tokens: see tokens/responses_len_mean"
      ]),
    Metric(
      "env/reward_dist", "PPO", "The raw score of every answer; a list.", formula: "raw score",
      healthy: "spread: equal scores teach nothing",
      operands: "env/reward_mean env/reward_std",
      causes: [
        "two heaps: the reward is a switch; a few equal answers are all one learns from"
      ]),
  ]
}
