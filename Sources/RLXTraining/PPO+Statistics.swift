import RLXTensor

/// The outcome of one PPO step.
package struct PPOStep {
  /// Every scalar statistic, under TRL 0.11's names.
  package let metrics: Metrics
  /// The statistics that TRL keeps as lists: one number an answer or a token.
  package let distributions: [(name: String, values: [Double])]
  package let warnings: [TrainWarning]
  /// The answers, with everything known of them.
  package let batch: PPOBatch

  /// objective/kl: the KL term summed over an answer's tokens, averaged over answers; nats.
  package var kl: Double { metrics.value("objective/kl") ?? 0 }
  /// ppo/mean_scores.
  package var meanScore: Double { metrics.value("ppo/mean_scores") ?? 0 }
}

extension Metrics {
  /// The value of a name, if it is there.
  package func value(_ name: String) -> Double? { first { $0.name == name }?.value }
}

extension MiniBatch {
  /// The statistics of TRL 0.11's `PPOTrainer.loss`, from the mini-batch's R tokens.
  func statistics(
    policy: PolicyLoss, value: ValueLoss, total: Tensor, entropy: Double, logProbs: [Float],
    values new: [Float], skipped: Bool
  ) -> Metrics {
    let moved = zip(logProbs, self.logProbs.array).map { $0 - $1 }
    func kept(_ loss: Tensor) -> Double { skipped ? 0 : Double(loss.item) }
    return [
      ("loss/policy", kept(policy.loss)),
      ("loss/value", kept(value.loss)),
      ("loss/total", kept(total)),
      ("policy/entropy", entropy),
      ("policy/approxkl", 0.5 * mean(moved.map { $0 * $0 })),
      ("policy/policykl", mean(moved.map { -$0 })),
      ("policy/clipfrac", mean(policy.clipped.array)),
      ("policy/advantages_mean", mean(advantages.array)),
      ("policy/ratio", mean(policy.ratio.array)),
      ("returns/mean", mean(returns.array)),
      ("returns/var", variance(returns.array)),
      ("val/vpred", mean(new)),
      ("val/error", mean(value.errors.array)),
      ("val/clipfrac", mean(value.clipped.array)),
      ("val/mean", mean(values.array)),
      ("val/var", variance(values.array)),
    ]
  }
}

extension PPOStep {
  /// The statistics of TRL 0.11's `record_step_stats`, and those that only PPOv2 has.
  ///
  /// Means over answers count every answer, one without tokens with KL 0 and length 0; means over
  /// tokens count the tokens there are. `ppo/…` from the update are means over its mini-batches.
  init(
    _ batch: PPOBatch, passes: PPO.UpdatePasses, learningRate: Double, target: Double,
    endTokens: [Int32], counts: Metrics, warnings known: [TrainWarning] = []
  ) {
    let scores = batch.scores ?? []
    let raw = batch.rawScores ?? []
    let kl = rowSums(batch.kl.array, offsets: batch.offsets)
    let entropy = rowSums(batch.logProbs.array, offsets: batch.offsets).map { -$0 }
    let nonScore = mean(rowSums(batch.nonScoreRewards?.array ?? [], offsets: batch.offsets))
    let queries = batch.queries.map { Double($0.count) }
    let responses = batch.responses.map { Double($0.count) }
    let objective: Metrics = [
      ("objective/kl", mean(kl)),
      ("objective/kl_coef", batch.klCoef ?? 0),
      ("objective/entropy", mean(entropy)),
      ("objective/non_score_reward", nonScore),
      ("objective/rlhf_reward", mean(scores) + nonScore),
      ("ppo/mean_non_score_reward", mean(batch.nonScoreRewards?.array ?? [])),
      ("ppo/mean_scores", mean(scores)),
      ("ppo/std_scores", standardDeviation(scores)),
      ("tokens/queries_len_mean", mean(queries)),
      ("tokens/queries_len_std", standardDeviation(queries)),
      ("tokens/responses_len_mean", mean(responses)),
      ("tokens/responses_len_std", standardDeviation(responses)),
    ]
    let ends = batch.responses.reduce(0) { $0 + $1.count { endTokens.contains($0) } }
    let ratios = passes.statistics.compactMap { $0.value("policy/ratio") }
    let rest: Metrics = [
      ("val/ratio_var", variance(ratios)),
      ("val/num_eos_tokens", Double(ends)),
      ("ppo/learning_rate", learningRate),
      ("env/reward_mean", mean(raw)),
      ("env/reward_std", standardDeviation(raw)),
    ]
    metrics = objective + PPOStep.averages(passes.statistics) + rest + counts
    distributions = [
      ("objective/kl_dist", kl),
      ("objective/logprobs", batch.logProbs.array.map(Double.init)),
      ("objective/ref_logprobs", batch.refLogProbs.array.map(Double.init)),
      ("tokens/queries_dist", queries),
      ("tokens/responses_dist", responses),
      ("ppo/policy/advantages", (batch.advantages?.array ?? []).map(Double.init)),
      ("ppo/policy/ratio", (batch.ratio?.array ?? []).map(Double.init)),
      ("env/reward_dist", raw),
    ]
    warnings =
      PPOStep.warnings(raw, kl: mean(kl), target: target, tokens: batch.tokenCount)
      + known + passes.warnings
    self.batch = batch
  }

  /// The mean of each statistic over the mini-batches, named `ppo/…`, and how much of the returns'
  /// variance the values explain: 1 − error / var(returns), 0 where the returns do not vary.
  private static func averages(_ statistics: [Metrics]) -> Metrics {
    let names = statistics.first?.map(\.name) ?? []
    let means: Metrics = names.enumerated().map { i, name in
      ("ppo/" + name, mean(statistics.map { $0[i].value }))
    }
    let spread = means.value("ppo/returns/var") ?? 0
    let error = means.value("ppo/val/error") ?? 0
    return means + [("ppo/val/var_explained", spread > 0 ? 1 - error / spread : 0)]
  }

  private static func warnings(
    _ scores: [Double], kl: Double, target: Double, tokens: Int
  ) -> [TrainWarning] {
    var found: [TrainWarning] = []
    if scores.count > 1, let first = scores.first, scores.allSatisfy({ $0 == first }) {
      found.append(.equalScores(first, count: scores.count))
    }
    if kl < -1 { found.append(.negativeKL(kl)) }
    if kl > 10 * target { found.append(.largeKL(kl, target: target)) }
    if tokens == 0 { found.append(.noTokens) }
    return found
  }
}

extension PPO {
  /// Names of TRL's later trainers, OpenRLHF and veRL for the same measurements.
  package static let aliases: [(alias: String, name: String)] = [
    ("objective/scores", "ppo/mean_scores"),
    ("policy/approxkl_avg", "ppo/policy/approxkl"),
    ("policy/clipfrac_avg", "ppo/policy/clipfrac"),
    ("policy/entropy_avg", "ppo/policy/entropy"),
    ("loss/policy_avg", "ppo/loss/policy"),
    ("loss/value_avg", "ppo/loss/value"),
    ("val/clipfrac_avg", "ppo/val/clipfrac"),
    ("val/ratio", "ppo/policy/ratio"),
    ("lr", "ppo/learning_rate"),
    ("reward", "ppo/mean_scores"),
    ("kl", "objective/kl"),
    ("policy_loss", "ppo/loss/policy"),
    ("critic_loss", "ppo/loss/value"),
    ("ppo_kl", "ppo/policy/policykl"),
    ("ppo_clip_ratio", "ppo/policy/clipfrac"),
    ("response_length", "tokens/responses_len_mean"),
    ("actor/entropy", "ppo/policy/entropy"),
    ("actor/pg_loss", "ppo/loss/policy"),
    ("actor/kl_coef", "objective/kl_coef"),
    ("critic/score/mean", "ppo/mean_scores"),
    ("critic/vf_explained_var", "ppo/val/var_explained"),
  ]
}
