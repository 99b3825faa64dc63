import RLXModels
import RLXTensor

// What must hold in every step by the mathematics. Cheap enough to be looked at each time: no forward
// pass is made for it. What needs passes of its own is in `PPO+Check.swift`.

extension PPO {
  /// How far float32 log-probabilities of the same tokens may lie apart when they were computed in
  /// another batch or by another kernel: sums of a few hundred products, in another order.
  static let logProbTolerance = 1e-3
  /// The same where the policy's products are bf16: what lies before a product differs as above, and where
  /// that tips the rounding of an operand, the operand differs by 2⁻⁸ of itself. The products themselves are
  /// the same (`body_product_bf16.h`); 0.02 is what was seen over 12 layers.
  static let roundedLogProbTolerance = 0.1
  /// How far sums of rewards may lie from what they are made of: float32 sums of an answer's tokens.
  /// Relative to the largest of them: far from its reference a policy has rewards of thousands.
  static let sumTolerance = 1e-4

  /// The same at the temperature of log-probabilities, by which logits are divided with their errors.
  var logProbTolerance: Double {
    let own =
      policy.config.dtype == .float32 ? Self.logProbTolerance : Self.roundedLogProbTolerance
    return own * max(1, 1 / settings.logProbTemperature)
  }

  /// log π of sampling = log π of the measuring pass, where both are of the same distribution.
  ///
  /// What is measured counts: the sampled numbers are only compared, never used in an update.
  func checkSampled(_ batch: PPOBatch, _ sampled: [Float]) throws(TrainingError) {
    guard settings.temperature > 0, settings.logProbTemperature == settings.temperature else {
      return
    }
    try demand(
      Invariant(
        "log-probabilities", "log π(y_t) when sampled = log π(y_t) when measured",
        left: sampled.map(Double.init), right: batch.logProbs.array.map(Double.init),
        tolerance: logProbTolerance, place: { self.place($0, in: batch) },
        remedy: "was the policy changed while it answered?"))
  }

  /// A word about answers sampled here at another temperature than they are measured at, as TRL 0.11
  /// does unless the temperature is 1.
  func temperatureWarning(_ batch: PPOBatch) -> [TrainWarning] {
    let (sampled, measured) = (settings.temperature, settings.logProbTemperature)
    guard sampled != measured, sampled > 0, batch.finishes.contains(where: { $0 != nil }) else {
      return []
    }
    return [.otherTemperature(sampled: sampled, measured: measured)]
  }

  /// Σ_t r_t = score − β Σ_t KL_t for each answer, and A_t − γλ A_{t+1} = r_t + γ V_{t+1} − V_t.
  ///
  /// `used` and `advantages` are woven with the places after the end.
  func checkRewards(
    _ batch: PPOBatch, _ layout: RewardLayout, used: [Float], advantages: [Float]
  ) throws(TrainingError) {
    let spoken = rowRanges(layout.offsets).indices.filter { !rowRanges(layout.offsets)[$0].isEmpty }
    let rewards = layout.woven(batch.rewards?.array ?? [], batch.ends?.rewards?.array ?? [])
    let sums = rowSums(rewards, offsets: layout.offsets)
    let magnitudes = rowSums(rewards.map(abs), offsets: layout.offsets)
    let beta = settings.useKlLoss ? 0 : batch.klCoef ?? 0
    let kl = rowSums(batch.kl.array, offsets: batch.offsets)
    try demand(
      Invariant(
        "rewards", "Σ_t r_t = score − β Σ_t KL_t", left: spoken.map { sums[$0] },
        right: spoken.map { (batch.scores?[$0] ?? 0) - beta * kl[$0] },
        sizes: spoken.map { magnitudes[$0] }, tolerance: Self.sumTolerance,
        place: { "answer \(spoken[$0])" },
        remedy: "were rewards or kl replaced by hand?"))

    let values = layout.woven(batch.values.array, batch.ends?.values.array ?? [])
    var left: [Double] = []
    var right: [Double] = []
    var sizes: [Double] = []
    for row in rowRanges(layout.offsets) {
      for t in row {
        let isLast = t + 1 == row.upperBound
        let following = isLast ? (0.0, 0.0) : (Double(advantages[t + 1]), Double(values[t + 1]))
        left.append(Double(advantages[t]) - settings.gamma * settings.lam * following.0)
        right.append(Double(used[t]) + settings.gamma * following.1 - Double(values[t]))
        sizes.append(
          [Double(advantages[t]), following.0, Double(used[t]), following.1, Double(values[t])]
            .map(abs).max() ?? 0)
      }
    }
    try demand(
      Invariant(
        "advantages", "A_t − γλ A_{t+1} = r_t + γ V_{t+1} − V_t", left: left, right: right,
        sizes: sizes, tolerance: Self.sumTolerance, place: { "token \($0) of the batch" },
        remedy: "were rewards or values replaced by hand?"))
  }

  /// What is whitened has variance 1, but for the 1e-8 that keeps it from dividing by 0; advantages have
  /// mean 0, rewards keep theirs.
  ///
  /// `rewards` as they came, `used` as advantages were computed from them; `raw` advantages, and those
  /// that the loss takes.
  func checkScale(
    rewards: [Float], used: [Float], raw: [Float], advantages: [Float]
  ) throws(TrainingError) {
    var (left, right, sizes): ([Double], [Double], [Double]) = ([], [], [])
    func compare(_ before: [Float], _ after: [Float], mean kept: Double) {
      let spread = variance(before, settings.whiteningVariance)
      left += [mean(after), variance(after, settings.whiteningVariance)]
      right += [kept, spread / (spread + whiteningEpsilon)]
      // The mean is taken away in float32: its rounding is scaled up with everything else.
      sizes += [abs(mean(before)) / (spread + whiteningEpsilon).squareRoot(), abs(kept)]
    }
    if settings.whitenRewards { compare(rewards, used, mean: mean(rewards)) }
    if settings.whitenAdvantages { compare(raw, advantages, mean: 0) }
    let names = (settings.whitenRewards ? ["rewards"] : []) + ["advantages"]
    try demand(
      Invariant(
        "scale",
        "mean x' = 0 (rewards: mean x) and var x' = var x / (var x + 1e-8), x whitened to x'",
        left: left, right: right, sizes: sizes, tolerance: Self.sumTolerance,
        place: { "the \($0 % 2 == 0 ? "mean" : "variance") of \(names[$0 / 2])" },
        remedy: "score_clip, or use_score_scaling: a reward of another size than the rest"))
  }

  /// π(y_t) / π_old(y_t) = 1 before the first optimizer step of an update.
  func checkFirstRatio(_ ratio: [Float]) throws(TrainingError) {
    try demand(
      Invariant(
        "ratio", "π(y_t) / π_old(y_t) = 1 in the first mini-batch",
        left: ratio.map(Double.init), right: [Double](repeating: 1, count: ratio.count),
        tolerance: logProbTolerance, place: { "token \($0) of the first mini-batch" },
        remedy: "ppo.rollout(prompts) again, if the policy was changed since"))
  }

  private func demand(_ invariant: Invariant) throws(TrainingError) {
    guard invariant.holds else {
      throw .invariant(trainer: Settings.trainer, invariant)
    }
  }

  private func place(_ token: Int, in batch: PPOBatch) -> String {
    let row = batch.rows.firstIndex { $0.contains(token) } ?? 0
    return "answer \(row), token \(token - batch.rows[row].lowerBound)"
  }
}
