// Formulas are the code's own (RLXTraining); what is healthy is what papers and trackers report for
// runs that went well, which no run is bound to.

extension Metric {
  /// What every trainer of model weights logs.
  static let common = [
    Metric(
      "loss", "SFT RewardModel PRM DPO", "The mean loss of the step's batch, before the step.",
      formula:
        "SFT: mean -log π(token). RewardModel: mean -log σ(r_chosen - r_rejected - margin), + "
        + "center_rewards_coefficient · mean (r_chosen + r_rejected)². PRM: mean -log p(label of the "
        + "step). DPO: mean -log σ(rewards/margins), with label smoothing ε (1-ε) of it and ε of "
        + "-log σ(-margin)",
      unit: "nats",
      healthy: "falls, from about ln 2 = 0.693 for pairs; 0 within few steps is overfitting",
      causes: [
        "rises at once: learning_rate is too large, or the warmup is missing",
        "does not fall: learning_rate too small, frozen weights, or labels that say nothing",
        "falls to 0: few rows seen many times; watch eval_loss",
      ]),
    Metric(
      "mean_token_accuracy", "SFT", "The share of trained tokens that were the model's likeliest.",
      formula: "mean [token = argmax π]",
      healthy: "rises; 0.4 to 0.8 on text; near 1 the data are known by heart",
      operands: "loss",
      causes: [
        "near 0: prompt and completion swapped, or another model's tokenizer",
        "near 1: rows that repeat, or too many epochs",
      ]),
    Metric(
      "entropy", "SFT", "The mean entropy of the model's next-token distributions.",
      formula: "mean over tokens of -Σ_v π_v log π_v", unit: "nats",
      healthy: "falls slowly and stays near the loss; far below it the model is overconfident",
      operands: "loss",
      causes: [
        "far below loss: sure and wrong, the data are known by heart",
        "rises: learning_rate too large",
      ]),
    Metric(
      "num_tokens", "SFT RewardModel PRM DPO PPO",
      "Tokens read in training so far, prompts included.",
      formula: "Σ of the batches' tokens", unit: "tokens", healthy: "grows by as much each step",
      causes: [
        "grows by less than the rows say: rows were cut, see max_length"
      ]),
    Metric(
      "flops", "SFT RewardModel PRM DPO PPO",
      "Floating-point operations of training so far, counted from shapes.",
      formula: "a pass: layers·(2·matrices·n + 2·width·n(n+1)) + 2·width·vocabulary·s of n tokens, "
        + "s of them scored; 3 passes to train on one",
      healthy: "grows by as much each step; about 6·parameters·tokens for SFT",
      operands: "num_tokens",
      causes: [
        "grows faster than num_tokens: long rows, whose attention is quadratic"
      ]),
    Metric(
      "learning_rate", "SFT RewardModel PRM DPO", "The step size of the optimizer in this step.",
      formula: "learning_rate · the schedule's factor", healthy: "as the schedule says",
      causes: [
        "0: the schedule has reached its end, or a warmup begins at 0",
        "other than expected: max_steps and warmup_ratio set the schedule's length",
      ]),
    Metric(
      "grad_norm", "SFT RewardModel PRM DPO",
      "The norm of all gradients together, before clipping.",
      formula: "√ Σ g²",
      healthy: "steady; ten times its usual size is a bad batch or too large a step",
      operands: "max_grad_norm loss",
      causes: [
        "far above max_grad_norm in every step: clipping sets the step size; lower learning_rate",
        "single peaks: one odd batch; look at its rows",
        "0: everything trained is frozen, or the loss is flat",
      ]),
  ]

  static let rewardModel = [
    Metric(
      "accuracy", "RewardModel PRM",
      "The share of the batch's pairs whose chosen answer scored higher; of a PRM, of its steps "
        + "judged as labelled.",
      formula: "mean [r_chosen > r_rejected]; PRM: mean [argmax p = label]",
      healthy:
        "0.6 to 0.75 on people's choices, 0.5 is chance; near 1 only where a rule made them; of steps, "
        + "above the share of the commoner label",
      operands: "loss",
      causes: [
        "stays at 0.5: labels at random, chosen and rejected mixed up, or learning_rate too small",
        "1 at once: something trivial gives the choice away, such as length or the end token",
        "of steps, the share of the commoner label: all are judged alike; balance the labels",
      ]),
    Metric(
      "margin", "RewardModel", "Score of the chosen answer minus that of the rejected, averaged.",
      formula: "mean (r_chosen - r_rejected)", healthy: "rises from 0 to 0.5 to 3",
      operands: "accuracy",
      causes: [
        "keeps growing: overfitting; fewer epochs, or weight_decay",
        "negative: chosen and rejected are swapped",
      ]),
    Metric(
      "mean_reward", "RewardModel", "The mean score of the batch's answers, chosen and rejected.",
      formula: "mean r", healthy: "anything: only differences of scores are trained",
      operands: "min_reward max_reward",
      causes: [
        "drifts far from 0: harmless in itself; normalise before PPO"
      ]),
    Metric(
      "min_reward", "RewardModel", "The lowest score in the batch.", formula: "min r",
      healthy: "within a few units of mean_reward",
      operands: "mean_reward",
      causes: [
        "far below the rest: a broken row, such as an empty answer"
      ]),
    Metric(
      "max_reward", "RewardModel", "The highest score in the batch.", formula: "max r",
      healthy: "within a few units of mean_reward",
      operands: "mean_reward",
      causes: [
        "far above the rest: an answer that the model overrates; read it"
      ]),
  ]

  static let dpo = [
    Metric(
      "rewards/chosen", "DPO", "The implicit reward of the chosen answers, averaged.",
      formula: "mean beta (log π(y_c) - log π_ref(y_c))", unit: "nats",
      healthy: "falls less than rewards/rejected, from 0; that it falls a little is common",
      operands: "beta logps/chosen",
      causes: [
        "falls steeply: both answers lose probability; raise beta or lower learning_rate"
      ]),
    Metric(
      "rewards/rejected", "DPO", "The implicit reward of the rejected answers, averaged.",
      formula: "mean beta (log π(y_r) - log π_ref(y_r))", unit: "nats",
      healthy: "falls below rewards/chosen",
      operands: "beta logps/rejected",
      causes: [
        "rises with rewards/chosen: the answers of the pairs are too alike"
      ]),
    Metric(
      "rewards/accuracies", "DPO",
      "The share of pairs whose chosen answer has the higher implicit reward.",
      formula: "mean [reward(y_c) > reward(y_r)]",
      healthy: "0.6 to 0.9, after 0 in the first step, where all are equal",
      operands: "rewards/margins",
      causes: [
        "stays near 0.5: learning_rate too small, or labels at random",
        "1 within few steps: few pairs, or trivial ones",
      ]),
    Metric(
      "rewards/margins", "DPO", "Implicit reward of the chosen answer minus that of the rejected.",
      formula: "mean (reward(y_c) - reward(y_r))", unit: "nats",
      healthy: "rises from 0 to 0.1 to 2; much more is overfitting, or beta too small",
      operands: "rewards/chosen rewards/rejected",
      causes: [
        "shrinks: learning_rate too large",
        "grows without end: raise beta, or fewer epochs",
      ]),
    Metric(
      "logps/chosen", "DPO", "The log-probability of the chosen answers, averaged.",
      formula: "mean over pairs of Σ_t log π(y_c,t)", unit: "nats",
      healthy: "steady; a steep fall unlearns the chosen answers as well: raise beta",
      operands: "rewards/chosen",
      causes: [
        "falls by tens of nats: the policy leaves both answers; raise beta"
      ]),
    Metric(
      "logps/rejected", "DPO", "The log-probability of the rejected answers, averaged.",
      formula: "mean over pairs of Σ_t log π(y_r,t)", unit: "nats", healthy: "falls",
      operands: "rewards/rejected",
      causes: [
        "falls much faster than logps/chosen: the usual way of DPO; raise beta where the text suffers"
      ]),
  ]

  static let ppoObjective = [
    Metric(
      "objective/kl", "PPO",
      "How far the policy has moved from the reference, an answer. Below -1 the answers were not "
        + "sampled from the policy as it is.",
      formula: "mean over answers of Σ_t kl_t; kl_t = log π - log π_ref with kl_penalty \"kl\"",
      unit: "nats",
      healthy:
        "0 to 10, rising slowly from 0; it settles at target; above 20 look for reward hacking",
      operands: "objective/kl_coef target",
      causes: [
        "below 0 for steps: answers were not sampled from this policy at temperature 1; top_k and top_p at rest?",
        "above 20: kl_coef too small or learning_rate too large; read the answers, scores are being gamed",
        "stays 0: learning_rate too small, or the reward gives all answers the same",
      ]),
    Metric(
      "objective/kl_coef", "PPO",
      "The weight of the KL term in the reward, before this step changed it.",
      formula: "then kl_coef · (1 + clip(KL / target - 1, ±0.2) · answers / horizon)",
      healthy: "slow: falls while KL is below target, rises while it is above",
      operands: "objective/kl target horizon",
      causes: [
        "rises without end: KL stays above target; lower learning_rate",
        "near 0: KL stays below target; the reward alone steers",
      ]),
    Metric(
      "objective/entropy", "PPO", "How unlikely the sampled answers are to the policy.",
      formula: "mean over answers of Σ_t -log π(token_t)", unit: "nats",
      healthy: "falls slowly; near 0 the policy says one thing only",
      operands: "tokens/responses_len_mean ppo/policy/entropy",
      causes: [
        "falls fast: collapse to one answer; raise kl_coef, lower learning_rate",
        "grows with the answers' length: it is a sum over tokens",
      ]),
    Metric(
      "objective/non_score_reward", "PPO", "The KL part of the rewards, an answer.",
      formula: "mean over answers of Σ_t -kl_coef · kl_t", healthy: "a little below 0",
      operands: "objective/kl_coef objective/kl",
      causes: [
        "as large as the scores: the KL term outweighs the reward; lower kl_coef",
        "above 0: negative KL, see objective/kl",
      ]),
    Metric(
      "objective/rlhf_reward", "PPO", "What PPO raises: the score less the price of its KL.",
      formula: "mean score + objective/non_score_reward", healthy: "rises",
      operands: "ppo/mean_scores objective/non_score_reward",
      causes: [
        "falls while ppo/mean_scores rises: the score is bought with KL; raise kl_coef",
        "does not rise: see ppo/mean_scores",
      ]),
    Metric(
      "ppo/mean_non_score_reward", "PPO", "The KL part of the rewards, a token.",
      formula: "mean over tokens of -kl_coef · kl_t", healthy: "a little below 0",
      operands: "objective/kl_coef objective/kl tokens/responses_len_mean",
      causes: [
        "as large as the scores: the KL term outweighs the reward; lower kl_coef",
        "above 0: negative KL, see objective/kl",
      ]),
    Metric(
      "ppo/mean_scores", "PPO", "The mean of what the reward said, after scaling and clipping.",
      formula: "mean score",
      healthy: "rises while objective/kl stays small; scores bought with KL are worth less",
      operands: "env/reward_mean score_clip objective/kl",
      causes: [
        "does not rise: reward too flat, kl_coef too large, or learning_rate too small",
        "rises while answers get worse: reward hacking; raise kl_coef, look at batch[0]",
      ]),
    Metric(
      "ppo/std_scores", "PPO", "The deviation of the scores.",
      formula: "√ (Σ (score - mean)² / (n-1))",
      healthy: "well above 0: at 0 all answers score alike and nothing is learned",
      operands: "ppo/mean_scores env/reward_std",
      causes: [
        "0: all scores alike; nothing but the KL term is learned",
        "huge: single outliers; score_clip, use_score_scaling",
      ]),
    Metric(
      "ppo/learning_rate", "PPO", "The step size of the optimizer.",
      formula: "learning_rate, as lr_scheduler_type has it at this step",
      healthy: "constant, or falling to 0 at the end of the run",
      causes: ["not what was set: a schedule is in force, see lr_scheduler_type"]),
    Metric(
      "env/reward_mean", "PPO", "The mean of what the reward said, before scaling and clipping.",
      formula: "mean raw score", healthy: "as ppo/mean_scores",
      operands: "env/reward_std",
      causes: [
        "far from what the reward gives by hand: another prompt format"
      ]),
    Metric(
      "env/reward_std", "PPO", "The deviation of the raw scores.",
      formula: "√ (Σ (score - mean)² / (n-1))", healthy: "as ppo/std_scores",
      operands: "env/reward_mean",
      causes: [
        "0: the reward says the same of every answer"
      ]),
  ]
}
