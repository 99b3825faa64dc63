extension PPO {
  /// A set of defaults named after the system whose they are.
  package enum Profile: String, CaseIterable, Sendable {
    /// TRL 0.11.4's `PPOConfig`.
    case trl011
  }

  /// What a PPO trainer can be told. Names and defaults are those of TRL 0.11.4's `PPOConfig`,
  /// unless a field says otherwise.
  package struct Settings: OptimizedSettings {
    /// Where the defaults come from; every other keyword beats it.
    package var profile = Profile.trl011

    /// Adam without weight decay, 1.41e-5, ε 1e-8, gradients not clipped.
    package var optimizer = OptimizerSettings(learningRate: 1.41e-5, maxGradNorm: nil)

    /// Whether β follows the KL (true) or stays (false).
    package var adapKlCtrl = true
    /// β, the weight of the KL term in the reward, ≥ 0 (TRL's `init_kl_coef`).
    package var klCoef = 0.2
    /// Which distance of log-probabilities the KL term takes.
    package var klPenalty = KLPenalty.kl
    /// The KL of an answer to hold, in nats, > 0.
    package var target = 6.0
    /// Answers over which β moves, > 0.
    package var horizon = 10000.0

    /// Discount per token, in 0…1.
    package var gamma = 1.0
    /// λ of generalised advantage estimation, in 0…1.
    package var lam = 0.95
    /// How far the ratio of probabilities may leave 1 before it is clipped, > 0.
    package var cliprange = 0.2
    /// How far a value may leave its old one before it is clipped, > 0.
    package var cliprangeValue = 0.2
    /// Weight of the value loss, ≥ 0.
    package var vfCoef = 0.1

    /// Prompts a step of `run` takes, ≥ 1; nil: all there are, at most 128 (TRL: 128).
    /// `rollout` and `step` take what they are given.
    package var batchSize: Int?
    /// Answers an optimizer step sees, ≥ 1; nil: the whole batch (TRL: 128, its batch).
    package var miniBatchSize: Int?
    /// Mini-batches whose gradients are averaged before an optimizer step, ≥ 1.
    package var gradientAccumulationSteps = 1
    /// Passes over a batch, ≥ 1.
    package var ppoEpochs = 4
    /// Whether to end a step's passes when the policy moved more than 1.5 · targetKl.
    package var earlyStopping = false
    /// Nats a token, > 0; read only where earlyStopping is on.
    package var targetKl = 1.0
    /// A mini-batch whose mean ratio is above this teaches nothing, > 0.
    package var ratioThreshold = 10.0

    /// Divide scores by their running deviation.
    package var useScoreScaling = false
    /// Take the running mean away too; needs useScoreScaling.
    package var useScoreNorm = false
    /// Scores beyond ± this are cut, > 0; nil: none.
    package var scoreClip: Double?
    /// Scale rewards to variance 1 before advantages are computed.
    package var whitenRewards = false

    /// Most tokens of an answer, ≥ 1 (TRL's classic trainer leaves this to `generate`).
    package var maxTokens = 40
    /// Tokens before an answer may end, ≥ 0.
    package var minTokens = 0
    /// Of sampling, ≥ 0. Log-probabilities of policy and reference are taken at this temperature
    /// too (0 counts as 1 there), as lm-human-preferences does; TRL 0.11 always takes them at 1.
    package var temperature = 1.0
    /// Keep the k likeliest tokens, ≥ 0; 0 keeps all.
    package var topK = 0
    /// Keep the likeliest tokens that hold this share of the probability, in (0, 1].
    package var topP = 1.0
    /// Texts that end an answer.
    package var stop: [String] = []

    package init() {}

    /// The defaults of a profile.
    package init(profile: Profile) {
      switch profile {
      case .trl011: self.init()
      }
      self.profile = profile
    }

    /// The temperature at which log-probabilities are taken.
    package var logProbTemperature: Double { Float(temperature) > 0 ? temperature : 1 }
  }
}

extension PPO.Settings {
  package static let trainer = "PPO"

  package static var table: [Setting<PPO.Settings>] {
    [
      .choice(
        "profile", \.profile, usual: "\"trl011\"", "whose defaults hold; a keyword beats them")
    ] + adamTable(usualRate: "1e-6 to 5e-5") + rewardTable + lossTable + batchTable
      + generationTable
  }

  private static var rewardTable: [Setting<PPO.Settings>] {
    [
      .bool(
        "adap_kl_ctrl", \.adapKlCtrl, usual: "true with a target; false holds kl_coef",
        "whether kl_coef follows the measured KL"),
      .number(
        "kl_coef", \.klCoef, .atLeast(0), aliases: ["init_kl_coef"], usual: "0.01 to 0.2",
        "weight of the KL term in the reward"),
      .choice(
        "kl_penalty", \.klPenalty, aliases: ["kl_estimator"], usual: "\"kl\"",
        "which distance of log-probabilities the KL term takes"),
      .number(
        "target", \.target, .above(0), usual: "1 to 10", unit: "nats",
        "KL of an answer to hold, in nats"),
      .number(
        "horizon", \.horizon, .above(0), usual: "1000 to 10000", unit: "answers",
        "answers over which kl_coef moves"),
      .bool(
        "use_score_scaling", \.useScoreScaling, usual: "true where scores are large or drift",
        "divide scores by their running deviation"),
      .bool(
        "use_score_norm", \.useScoreNorm, usual: "false; true only with use_score_scaling",
        "take the running mean of scores away too"),
      .optionalNumber(
        "score_clip", \.scoreClip, .above(0), aliases: ["cliprange_reward", "reward_clip_range"],
        usual: "3 to 10", "scores beyond ± this are cut"),
      .bool(
        "whiten_rewards", \.whitenRewards, usual: "false", "scale rewards to variance 1"),
    ]
  }

  private static var lossTable: [Setting<PPO.Settings>] {
    [
      .number("gamma", \.gamma, .within(0, 1), usual: "0.99 to 1", "discount per token"),
      .number(
        "lam", \.lam, .within(0, 1), aliases: ["lambd", "gae_lambda"], usual: "0.9 to 1",
        "λ of GAE"),
      .number(
        "cliprange", \.cliprange, .above(0), aliases: ["eps_clip", "clip_ratio"],
        usual: "0.1 to 0.3", "how far the ratio may leave 1"),
      .number(
        "cliprange_value", \.cliprangeValue, .above(0), aliases: ["value_clip"],
        usual: "0.2 to 0.5", "how far a value may leave its old one"),
      .number("vf_coef", \.vfCoef, .atLeast(0), usual: "0.1 to 1", "weight of the value loss"),
      .number(
        "ratio_threshold", \.ratioThreshold, .above(0), usual: "2 to 10",
        "a mini-batch with a larger mean ratio teaches nothing"),
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
      .integer(
        "max_tokens", \.maxTokens, .upToMillion, aliases: ["response_length", "max_new_tokens"],
        usual: "16 to 128", unit: "tokens", "most tokens of an answer"),
      .integer(
        "min_tokens", \.minTokens, .within(0, 1e6), aliases: ["min_new_tokens"],
        usual: "0 to 16", unit: "tokens", "tokens before an answer may end"),
      .number(
        "temperature", \.temperature, .atLeast(0), usual: "0.7 to 1",
        "of sampling, and of the log-probabilities"),
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
    if let batchSize, let miniBatchSize, miniBatchSize > batchSize {
      throw conflict(
        ["mini_batch_size", "batch_size"],
        "mini-batches of \(miniBatchSize) in a batch of \(batchSize)")
    }
    if useScoreNorm && !useScoreScaling {
      throw conflict(
        ["use_score_norm", "use_score_scaling"], "use_score_norm without use_score_scaling")
    }
    if minTokens > maxTokens {
      throw conflict(
        ["min_tokens", "max_tokens"], "at least \(minTokens) and at most \(maxTokens) tokens")
    }
  }
}
