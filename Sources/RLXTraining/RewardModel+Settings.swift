extension RewardModel {
  /// What `fit` can be told. Names of TRL's `RewardConfig` and transformers.
  package struct Settings: EpochSettings {
    /// TRL's 1e-4.
    package var optimizer = OptimizerSettings(learningRate: 1e-4)
    /// Comparisons that go through the model at once, ≥ 1; transformers' 8.
    package var batchSize = 8
    /// Batches whose gradients make one optimizer step, ≥ 1; transformers' 1.
    package var gradientAccumulationSteps = 1
    /// Passes over the comparisons, ≥ 1. InstructGPT's 1: reward models overfit; transformers has 3.
    package var epochs = 1
    /// Optimizer steps of a fit, ≥ 1; nil: by epochs.
    package var maxSteps: Int?
    /// Weight of mean (r_c + r_r)², > 0; nil leaves the sum of scores free.
    package var centerRewardsCoefficient: Double?
    /// The share ε of choices taken for mistakes, in [0, ½).
    package var labelSmoothing = 0.0
    package var rankingLoss = RankingLoss.pairs
    package var ties = TieRule.skip
    /// θ of Rao and Kupper, > 1: two answers tie where neither is θ times as good as the other.
    package var tieTheta = 2.0
    /// Evaluations without a gain after which a fit stops, ≥ 1; nil: none.
    package var earlyStoppingPatience: Int?
    /// What counts as a gain, ≥ 0.
    package var earlyStoppingThreshold = 0.0
    package var metricForBestModel = BestMetric.loss
    /// Whether a fit with held-out comparisons ends with the weights that were best on them.
    package var loadBestModelAtEnd = true

    package init() {}
  }
}

extension RewardModel.Settings {
  package static let trainer = "RewardModel"

  package static var table: [Setting<RewardModel.Settings>] {
    adamTable(usualRate: "1e-5 to 1e-4") + scheduleTable + epochTable("pairs") + lossTable
      + evaluationTable
  }

  private static var lossTable: [Setting<RewardModel.Settings>] {
    [
      .optionalNumber(
        "center_rewards_coefficient", \.centerRewardsCoefficient, .above(0), usual: "0.01",
        "weight of the square of r_chosen + r_rejected, which keeps scores near 0; nil leaves it out"
      ),
      .number(
        "label_smoothing", \.labelSmoothing, .halfOpen(0, 0.5), usual: "0 to 0.1",
        "the share of choices taken for mistakes"),
      .choice(
        "ranking_loss", \.rankingLoss,
        usual: "\"pairs\"", "of three answers and more: the mean over pairs, or Plackett and Luce"),
      .choice(
        "ties", \.ties, usual: "\"skip\"",
        "what ties teach: nothing, that both are as good, or the model of Rao and Kupper"),
      .number(
        "tie_theta", \.tieTheta, .above(1), usual: "1.5 to 3",
        "of \"rao_kupper\": answers tie where neither is so many times as good as the other"),
    ]
  }

  private static var evaluationTable: [Setting<RewardModel.Settings>] {
    [
      .optionalInteger(
        "early_stopping_patience", \.earlyStoppingPatience, .atLeast(1), aliases: ["patience"],
        usual: "2 to 5", unit: "evaluations",
        "evaluations without a gain on eval after which training stops; nil never stops"),
      .number(
        "early_stopping_threshold", \.earlyStoppingThreshold, .atLeast(0), usual: "0 to 0.01",
        "what counts as a gain"),
      .choice(
        "metric_for_best_model", \.metricForBestModel, usual: "\"eval_loss\"",
        "by which measurement of eval weights are best"),
      .bool(
        "load_best_model_at_end", \.loadBestModelAtEnd, usual: "true",
        "whether the weights that were best on eval are kept"),
    ]
  }

  package func checkTogether() throws(TrainingError) {
    try checkSchedule()
    if labelSmoothing > 0, rankingLoss == .plackettLuce {
      throw .conflict(
        trainer: Self.trainer, names: ["label_smoothing", "ranking_loss"],
        reason: "label smoothing \(labelSmoothing) with Plackett and Luce, which has no two sides")
    }
  }
}
