import RLXModels
import RLXTensor

extension PPO {
  /// What the reward says of answers to prompts that are not trained on, and how far the policy has
  /// moved there. Answers are sampled as in training, with draws of their own.
  package func evaluate(_ prompts: [Prompt], report: Report = silent) throws -> Metrics {
    guard !prompts.isEmpty else {
      throw TrainingError.nothing(
        trainer: Settings.trainer, what: "prompts", remedy: "eval: [\"Once upon a time\"]")
    }
    guard let reward else { throw TrainingError.noReward }
    let (samples, _, _) = try sampleAnswers(
      policy, prompts, settings: settings.generation, draw: draw(.evaluation)
    ) { progress in
      try report(TrainProgress(phase: "evaluate", done: progress.done, total: progress.total))
    }
    let pairs = samples.map { (prompt: $0.promptTokens, response: $0.responseTokens) }
    let temperature = Float(settings.logProbTemperature)
    let ours = try policy.logProbs(pairs, temperature: temperature, recording: false)
    let theirs = try reference.logProbs(pairs, temperature: temperature, recording: false)
    let ratio = zip(ours.values.array, theirs.values.array).map { $0 - $1 }
    let scores = try reward.rewards(samples).map(\.total)
    let lengths = samples.map { Double($0.responseTokens.count) }
    let metrics: Metrics = [
      ("objective/kl", mean(rowSums(ratio, offsets: ours.offsets))),
      ("objective/entropy", -mean(rowSums(ours.values.array, offsets: ours.offsets))),
      ("env/reward_mean", mean(scores)), ("env/reward_std", standardDeviation(scores)),
      ("tokens/responses_len_mean", mean(lengths)),
    ]
    return metrics.heldOut
  }
}
