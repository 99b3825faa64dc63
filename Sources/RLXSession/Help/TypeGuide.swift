/// What the page of a trainer says beyond its table: the formula, and of its many settings and
/// metrics those that matter first.
struct TypeGuide {
  let type: String
  /// One line each, with the settings' names for their values.
  let formula: [String]
  /// Where the formula comes from.
  let source: String
  /// The settings to know, most important first; of the constructor, or of `method`.
  let settings: [String]
  /// The method that takes the settings, where that is not the constructor.
  var method: String?
  /// The metrics to look at, most important first.
  let metrics: [String]
  /// What to type or read next: names and topics.
  let seeAlso: [String]

  static func of(_ type: String) -> TypeGuide? { all.first { $0.type == type } }

  static let all = [
    TypeGuide(
      type: "SFT",
      formula: ["loss = -mean over completion tokens of log π(token | what precedes it)"],
      source: "Ouyang et al. 2022, arXiv 2203.02155",
      settings: [
        "learning_rate", "batch_size", "epochs", "max_steps", "append_eos",
        "completion_only_loss", "lr_scheduler_type",
      ],
      metrics: ["loss", "mean_token_accuracy", "entropy", "grad_norm"],
      seeAlso: [":help sft", "Dataset", "Model.loss", "DPO"]),
    TypeGuide(
      type: "RewardModel",
      formula: [
        "r = w · h(last token of prompt and answer)",
        "loss = -mean log σ(r(chosen) - r(rejected) - margin)",
      ],
      source: "Ouyang et al. 2022, arXiv 2203.02155, eq. 1",
      settings: [
        "learning_rate", "batch_size", "epochs", "early_stopping_patience",
        "center_rewards_coefficient",
      ],
      method: "fit", metrics: ["accuracy", "margin", "loss", "eval_loss", "eval_accuracy"],
      seeAlso: [":help reward", "RewardModel.calibration", "Ensemble", "Preferences", "PPO"]),
    TypeGuide(
      type: "PRM",
      formula: [
        "p(step is right) = softmax(W · h(last token of the step) + b)[1]",
        "loss = -mean over labelled steps of log p(label)",
      ],
      source: "Uesato et al. 2022, arXiv 2211.14275; Lightman et al. 2023, arXiv 2305.20050",
      settings: [
        "learning_rate", "batch_size", "epochs", "max_steps", "step_separator",
        "train_on_last_step_only",
      ],
      metrics: ["accuracy", "loss", "grad_norm"],
      seeAlso: [":help process", "best_of", "PRM.score", "RewardModel"]),
    TypeGuide(
      type: "PPO",
      formula: [
        "kl_t = log π - log π_ref;  r_t = -kl_coef·kl_t, + score at the last token",
        "δ_t = r_t + gamma·V_{t+1} - V_t;  A_t = δ_t + gamma·lam·A_{t+1};  R = A + V",
        "policy = mean max(-A·ρ, -A·clip(ρ, 1 ± cliprange)),  ρ = π / π_old, A whitened",
        "value = ½ mean max((V - R)², (V clipped to V_old ± cliprange_value - R)²)",
        "loss = policy + vf_coef·value",
      ],
      source: "Schulman et al. 2017, arXiv 1707.06347; Ziegler et al. 2019, arXiv 1909.08593",
      settings: [
        "learning_rate", "kl_coef", "target", "batch_size", "max_tokens", "ppo_epochs",
        "cliprange", "score_clip",
      ],
      metrics: [
        "objective/kl", "ppo/mean_scores", "ppo/policy/approxkl", "ppo/policy/clipfrac",
        "ppo/val/var_explained",
      ],
      seeAlso: [":help ppo", ":help reward", "PPOBatch", "DPO"]),
    TypeGuide(
      type: "DPO",
      formula: [
        "Δ = (log π - log π_ref)(chosen) - (log π - log π_ref)(rejected), summed over tokens",
        "loss = -(1 - ε) log σ(beta·Δ) - ε log σ(-beta·Δ),  ε = label_smoothing",
      ],
      source: "Rafailov et al. 2023, arXiv 2305.18290, eq. 7",
      settings: [
        "beta", "learning_rate", "batch_size", "epochs", "max_steps", "label_smoothing",
        "lr_scheduler_type",
      ],
      metrics: ["rewards/margins", "rewards/accuracies", "logps/chosen", "loss"],
      seeAlso: [":help dpo", "Preferences", "RewardModel", "PPO"]),
    TypeGuide(
      type: "AdamW",
      formula: [
        "m = beta1·m + (1 - beta1)·g;  v = beta2·v + (1 - beta2)·g²",
        "w = w·(1 - learning_rate·weight_decay)",
        "w = w - learning_rate·m̂ / (√v̂ + eps),  m̂ = m / (1 - beta1^t), v̂ alike",
      ],
      source: "Loshchilov and Hutter 2019, arXiv 1711.05101, in PyTorch's form",
      settings: ["learning_rate", "beta1", "beta2", "eps", "weight_decay"], metrics: [],
      seeAlso: ["tensor.backward", "Model.logprobs", "DPO"]),
  ]
}
