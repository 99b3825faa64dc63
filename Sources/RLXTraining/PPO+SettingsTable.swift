extension PPO.Settings {
  package static let trainer = "PPO"

  package static var table: [Setting<PPO.Settings>] {
    [
      .choice(
        "profile", \.profile, usual: "\"rlx\", or the paper's or library's to be repeated",
        "whose defaults hold; a keyword beats them")
    ] + adamTable(usualRate: "1e-6 to 5e-5") + scheduleTable + [
      .choice(
        "adam_form", \.optimizer.adamForm, usual: "\"pytorch\"",
        "whether bias correction scales ε (tensorflow: it does not)"),
      .optionalInteger(
        "total_steps", \.totalSteps, .upToMillion, usual: "100 to 10000; run fills it in",
        unit: "steps", "steps the learning rate's schedule is made for; nil: those of run"),
    ] + klTable + rewardTable + lossTable + valueTable + batchTable + generationTable
  }

  private static var klTable: [Setting<PPO.Settings>] {
    [
      .bool(
        "adap_kl_ctrl", \.adapKlCtrl, usual: "true with a target; false holds kl_coef",
        "whether kl_coef follows the measured KL"),
      .number(
        "kl_coef", \.klCoef, .atLeast(0), aliases: ["init_kl_coef"], usual: "0.01 to 0.2",
        "weight of the KL term"),
      .choice(
        "kl_penalty", \.klPenalty, aliases: ["kl_estimator"],
        usual: "\"kl\" in the reward, \"k3\" in the loss",
        "which distance of log-probabilities the KL term takes"),
      .bool(
        "use_kl_loss", \.useKlLoss, usual: "false; true as in GRPO",
        "the KL term stands in the loss instead of in the reward"),
      .number(
        "target", \.target, .above(0), usual: "1 to 10", unit: "nats",
        "KL of an answer to hold, in nats"),
      .number(
        "horizon", \.horizon, .above(0), usual: "1000 to 10000", unit: "answers",
        "answers over which kl_coef moves"),
    ]
  }

  private static var rewardTable: [Setting<PPO.Settings>] {
    [
      .bool(
        "use_score_scaling", \.useScoreScaling, usual: "true where scores are large or drift",
        "divide scores by their running deviation"),
      .bool(
        "use_score_norm", \.useScoreNorm, usual: "false; true only with use_score_scaling",
        "take the running mean of scores away too"),
      .optionalNumber(
        "score_clip", \.scoreClip, .above(0), aliases: ["cliprange_reward", "reward_clip_range"],
        usual: "3 to 10", "scores beyond ± this are cut"),
      .optionalNumber(
        "missing_eos_penalty", \.missingEosPenalty, .atLeast(0), usual: "1",
        "taken off the score of an answer that did not end by itself"),
      .optionalNumber(
        "missing_eos_score", \.missingEosScore, .any, usual: "-1",
        "the score of an answer that did not end by itself"),
      .optionalText(
        "truncate_at", \.truncateAt, usual: "nil, or \".\"",
        "the reward sees an answer up to the first such token"),
      .integer(
        "truncate_after", \.truncateAfter, .within(0, 1e6), usual: "0 to 16", unit: "tokens",
        "tokens before truncate_at counts"),
      .bool(
        "whiten_rewards", \.whitenRewards, usual: "false", "scale rewards to variance 1"),
      .choice(
        "score_position", \.scorePosition, usual: "\"last_token\"",
        "the token the score is added at, or the place after it"),
    ]
  }

  private static var lossTable: [Setting<PPO.Settings>] {
    [
      .number("gamma", \.gamma, .within(0, 1), usual: "0.99 to 1", "discount per token"),
      .number(
        "lam", \.lam, .within(0, 1), aliases: ["lambd", "gae_lambda"], usual: "0.9 to 1",
        "λ of GAE"),
      .bool(
        "whiten_advantages", \.whitenAdvantages, usual: "true",
        "advantages have mean 0 and variance 1"),
      .choice(
        "whitening_variance", \.whiteningVariance, usual: "\"unbiased\"",
        "whether whitening divides by n − 1 (unbiased) or by n"),
      .number(
        "cliprange", \.cliprange, .above(0), aliases: ["eps_clip", "clip_ratio"],
        usual: "0.1 to 0.3", "how far the ratio may leave 1"),
      .optionalNumber(
        "cliprange_value", \.cliprangeValue, .above(0), aliases: ["value_clip"],
        usual: "0.2 to 0.5", "how far a value may leave its old one; nil: any"),
      .number("vf_coef", \.vfCoef, .atLeast(0), usual: "0.1 to 1", "weight of the value loss"),
      .number(
        "entropy_coef", \.entropyCoef, .atLeast(0), aliases: ["ent_coef", "entropy_coeff"],
        usual: "0 to 0.01", "weight of the entropy bonus"),
      .number(
        "ptx_coef", \.ptxCoef, .atLeast(0), usual: "0, or 1 to 30",
        "weight of the pretraining loss; needs ptx texts"),
      .optionalNumber(
        "ratio_threshold", \.ratioThreshold, .above(0), usual: "2 to 10",
        "a mini-batch with a larger mean ratio teaches nothing; nil: all teach"),
    ]
  }

  private static var valueTable: [Setting<PPO.Settings>] {
    [
      .choice(
        "value_model", \.valueModel, usual: "\"shared\"; \"reward\" with a reward model",
        "whose hidden states the value is read from"),
      .choice(
        "value_head_init", \.valueHeadInit, usual: "\"linear\"", "how the value head begins"),
      .bool(
        "value_head_bias", \.valueHeadBias, usual: "true", "the value head's bias is trained too"),
    ]
  }

  private static var batchTable: [Setting<PPO.Settings>] {
    [
      .optionalInteger(
        "batch_size", \.batchSize, .upToMillion, usual: "8 to 512", unit: "prompts",
        "prompts a step of run takes; nil: all, at most 128"
      ),
      .optionalInteger(
        "mini_batch_size", \.miniBatchSize, .upToMillion, usual: "4 to 128", unit: "answers",
        "answers a mini-batch has; nil: the whole batch"),
      .integer(
        "gradient_accumulation_steps", \.gradientAccumulationSteps, .upToMillion,
        usual: "1 to 16", unit: "mini-batches", "mini-batches an optimizer step averages"),
      .integer(
        "ppo_epochs", \.ppoEpochs, .upToMillion, aliases: ["num_ppo_epochs"], usual: "1 to 4",
        unit: "passes", "passes over a batch"),
      .bool(
        "early_stopping", \.earlyStopping, usual: "true where approxkl jumps",
        "end a step's passes once the policy has moved far"),
      .number(
        "target_kl", \.targetKl, .above(0), usual: "0.02 to 1", unit: "nats",
        "how far, in nats a token; read with early_stopping"),
    ]
  }

  private static var generationTable: [Setting<PPO.Settings>] {
    [
      .length(
        "max_tokens", \.maxTokens, .upToMillion, aliases: ["response_length", "max_new_tokens"],
        usual: "16 to 128, or 16..=48", unit: "tokens",
        "most tokens of an answer; a range draws each answer's"),
      .integer(
        "min_tokens", \.minTokens, .within(0, 1e6), aliases: ["min_new_tokens"],
        usual: "0 to 16", unit: "tokens", "tokens before an answer may end"),
      .number(
        "temperature", \.temperature, .atLeast(0), usual: "0.7 to 1",
        "of sampling, and of the log-probabilities"),
      .bool(
        "scale_logprobs", \.scaleLogprobs, usual: "true",
        "log-probabilities are those of the sampling temperature, not of 1"),
      .integer(
        "top_k", \.topK, .within(0, 1e9), usual: "0; other samplers bias the KL",
        unit: "tokens", "keep the k likeliest tokens; 0 keeps all"),
      .number(
        "top_p", \.topP, .aboveUpTo(0, 1), usual: "1; other samplers bias the KL",
        "keep the likeliest tokens of this probability"),
      .texts(
        "stop", \.stop, usual: "[\"\\n\"] for answers of one line", "texts that end an answer"),
    ]
  }

  package func checkTogether() throws(TrainingError) {
    func conflict(_ names: [String], _ reason: String) -> TrainingError {
      .conflict(trainer: Self.trainer, names: names, reason: reason)
    }
    try checkSchedule()
    if let batchSize, let miniBatchSize, miniBatchSize > batchSize {
      throw conflict(
        ["mini_batch_size", "batch_size"],
        "mini-batches of \(miniBatchSize) in a batch of \(batchSize)")
    }
    if useScoreNorm && !useScoreScaling {
      throw conflict(
        ["use_score_norm", "use_score_scaling"], "use_score_norm without use_score_scaling")
    }
    if missingEosPenalty != nil && missingEosScore != nil {
      throw conflict(
        ["missing_eos_penalty", "missing_eos_score"],
        "a penalty on the score of an answer without an end, and a score in its place")
    }
    if truncateAt == "" {
      throw conflict(["truncate_at"], "truncate_at with an empty text, which every token has")
    }
    if truncateAfter > 0 && truncateAt == nil {
      throw conflict(
        ["truncate_after", "truncate_at"], "truncate_after \(truncateAfter) without truncate_at")
    }
    if minTokens > maxTokens.low {
      throw conflict(
        ["min_tokens", "max_tokens"], "at least \(minTokens) and at most \(maxTokens.low) tokens")
    }
  }
}
