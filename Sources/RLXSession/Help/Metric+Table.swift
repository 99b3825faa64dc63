// Formulas are the code's own (RLXTraining); what is healthy is what papers and trackers report for
// runs that went well, which no run is bound to.

extension Metric {
  /// What every trainer of model weights logs.
  static let common = [
    Metric(
      "loss", "SFT RewardModel PRM DPO", "The mean loss of the step's batch, before the step.",
      formula:
        "SFT: mean -log π(token). RewardModel: mean -log σ(r_chosen - r_rejected). PRM: mean -log "
        + "p(label of the step). DPO: mean -log σ(rewards/margins), with label smoothing ε (1-ε) of it and ε of -log σ(-margin)",
      unit: "nats",
      healthy: "falls, from about ln 2 = 0.693 for pairs; 0 within few steps is overfitting"),
    Metric(
      "mean_token_accuracy", "SFT", "The share of trained tokens that were the model's likeliest.",
      formula: "mean [token = argmax π]",
      healthy: "rises; 0.4 to 0.8 on text; near 1 the data are known by heart"),
    Metric(
      "entropy", "SFT", "The mean entropy of the model's next-token distributions.",
      formula: "mean over tokens of -Σ_v π_v log π_v", unit: "nats",
      healthy: "falls slowly and stays near the loss; far below it the model is overconfident"),
    Metric(
      "num_tokens", "SFT RewardModel PRM DPO", "Tokens read in training so far, prompts included.",
      formula: "Σ of the batches' tokens", unit: "tokens", healthy: "grows by as much each step"),
    Metric(
      "learning_rate", "SFT RewardModel PRM DPO", "The step size of the optimizer in this step.",
      formula: "learning_rate · the schedule's factor", healthy: "as the schedule says"),
    Metric(
      "grad_norm", "SFT RewardModel PRM DPO",
      "The norm of all gradients together, before clipping.",
      formula: "√ Σ g²",
      healthy: "steady; ten times its usual size is a bad batch or too large a step"),
  ]

  static let rewardModel = [
    Metric(
      "accuracy", "RewardModel PRM",
      "The share of the batch's pairs whose chosen answer scored higher; of a PRM, of its steps "
        + "judged as labelled.",
      formula: "mean [r_chosen > r_rejected]; PRM: mean [argmax p = label]",
      healthy:
        "0.6 to 0.75 on people's choices, 0.5 is chance; near 1 only where a rule made them; of steps, "
        + "above the share of the commoner label"),
    Metric(
      "margin", "RewardModel", "Score of the chosen answer minus that of the rejected, averaged.",
      formula: "mean (r_chosen - r_rejected)", healthy: "rises from 0 to 0.5 to 3"),
    Metric(
      "mean_reward", "RewardModel", "The mean score of the batch's answers, chosen and rejected.",
      formula: "mean r", healthy: "anything: only differences of scores are trained"),
    Metric(
      "min_reward", "RewardModel", "The lowest score in the batch.", formula: "min r",
      healthy: "within a few units of mean_reward"),
    Metric(
      "max_reward", "RewardModel", "The highest score in the batch.", formula: "max r",
      healthy: "within a few units of mean_reward"),
  ]

  static let dpo = [
    Metric(
      "rewards/chosen", "DPO", "The implicit reward of the chosen answers, averaged.",
      formula: "mean beta (log π(y_c) - log π_ref(y_c))", unit: "nats",
      healthy: "falls less than rewards/rejected, from 0; that it falls a little is common"),
    Metric(
      "rewards/rejected", "DPO", "The implicit reward of the rejected answers, averaged.",
      formula: "mean beta (log π(y_r) - log π_ref(y_r))", unit: "nats",
      healthy: "falls below rewards/chosen"),
    Metric(
      "rewards/accuracies", "DPO",
      "The share of pairs whose chosen answer has the higher implicit reward.",
      formula: "mean [reward(y_c) > reward(y_r)]",
      healthy: "0.6 to 0.9, after 0 in the first step, where all are equal"),
    Metric(
      "rewards/margins", "DPO", "Implicit reward of the chosen answer minus that of the rejected.",
      formula: "mean (reward(y_c) - reward(y_r))", unit: "nats",
      healthy: "rises from 0 to 0.1 to 2; much more is overfitting, or beta too small"),
    Metric(
      "logps/chosen", "DPO", "The log-probability of the chosen answers, averaged.",
      formula: "mean over pairs of Σ_t log π(y_c,t)", unit: "nats",
      healthy: "steady; a steep fall unlearns the chosen answers as well: raise beta"),
    Metric(
      "logps/rejected", "DPO", "The log-probability of the rejected answers, averaged.",
      formula: "mean over pairs of Σ_t log π(y_r,t)", unit: "nats", healthy: "falls"),
  ]

  static let ppoObjective = [
    Metric(
      "objective/kl", "PPO",
      "How far the policy has moved from the reference, an answer. Below -1 the answers were not "
        + "sampled from the policy as it is.",
      formula: "mean over answers of Σ_t kl_t; kl_t = log π - log π_ref with kl_penalty \"kl\"",
      unit: "nats",
      healthy:
        "0 to 10, rising slowly from 0; it settles at target; above 20 look for reward hacking"),
    Metric(
      "objective/kl_coef", "PPO",
      "The weight of the KL term in the reward, before this step changed it.",
      formula: "then kl_coef · (1 + clip(KL / target - 1, ±0.2) · answers / horizon)",
      healthy: "slow: falls while KL is below target, rises while it is above"),
    Metric(
      "objective/entropy", "PPO", "How unlikely the sampled answers are to the policy.",
      formula: "mean over answers of Σ_t -log π(token_t)", unit: "nats",
      healthy: "falls slowly; near 0 the policy says one thing only"),
    Metric(
      "objective/non_score_reward", "PPO", "The KL part of the rewards, an answer.",
      formula: "mean over answers of Σ_t -kl_coef · kl_t", healthy: "a little below 0"),
    Metric(
      "objective/rlhf_reward", "PPO", "What PPO raises: the score less the price of its KL.",
      formula: "mean score + objective/non_score_reward", healthy: "rises"),
    Metric(
      "ppo/mean_non_score_reward", "PPO", "The KL part of the rewards, a token.",
      formula: "mean over tokens of -kl_coef · kl_t", healthy: "a little below 0"),
    Metric(
      "ppo/mean_scores", "PPO", "The mean of what the reward said, after scaling and clipping.",
      formula: "mean score",
      healthy: "rises while objective/kl stays small; scores bought with KL are worth less"),
    Metric(
      "ppo/std_scores", "PPO", "The deviation of the scores.",
      formula: "√ (Σ (score - mean)² / (n-1))",
      healthy: "well above 0: at 0 all answers score alike and nothing is learned"),
    Metric(
      "ppo/learning_rate", "PPO", "The step size of the optimizer.",
      formula: "learning_rate, as lr_scheduler_type has it at this step",
      healthy: "constant, or falling to 0 at the end of the run"),
    Metric(
      "env/reward_mean", "PPO", "The mean of what the reward said, before scaling and clipping.",
      formula: "mean raw score", healthy: "as ppo/mean_scores"),
    Metric(
      "env/reward_std", "PPO", "The deviation of the raw scores.",
      formula: "√ (Σ (score - mean)² / (n-1))", healthy: "as ppo/std_scores"),
  ]
}
