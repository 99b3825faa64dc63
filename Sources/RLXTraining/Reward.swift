/// One answer as a reward sees it. Texts are without stop string and end token; ids are as sampled.
package struct Sample: Equatable, Sendable {
  package var prompt: String
  package var response: String
  package var promptTokens: [Int32]
  package var responseTokens: [Int32]

  package init(prompt: String, response: String, promptTokens: [Int32], responseTokens: [Int32]) {
    self.prompt = prompt
    self.response = response
    self.promptTokens = promptTokens
    self.responseTokens = responseTokens
  }
}

/// What scores answers: a reward model, a function of a script, a weighted sum of several.
package protocol Reward: AnyObject {
  /// One score for each sample, in order; higher is better.
  func scores(_ samples: [Sample]) throws -> [Double]
}

/// Σ wᵢ · rewardᵢ.
package final class WeightedReward: Reward {
  private let parts: [(weight: Double, reward: any Reward)]

  package init(_ parts: [(weight: Double, reward: any Reward)]) { self.parts = parts }

  package func scores(_ samples: [Sample]) throws -> [Double] {
    var total = [Double](repeating: 0, count: samples.count)
    for part in parts {
      let scores = try part.reward.scores(samples)
      guard scores.count == samples.count else {
        throw TrainingError.lengths(
          trainer: "PPO", first: "answers", firstCount: samples.count, second: "scores",
          secondCount: scores.count)
      }
      for (row, score) in scores.enumerated() { total[row] += part.weight * score }
    }
    return total
  }
}

/// How far a token's log-probability is from the reference's (`kl_penalty` of TRL 0.11).
package enum KLPenalty: String, CaseIterable, Sendable {
  /// log π − log π_ref of the sampled token: unbiased, may be negative (Schulman's k1).
  case kl
  /// Its absolute value.
  case abs
  /// Half its square (k2).
  case mse
  /// Σ_v π(v) (log π(v) − log π_ref(v)): the exact KL of the token's distribution.
  case full

  /// The penalty of each sampled token from its two log-probabilities [R], in nats. `full` needs
  /// whole distributions and is computed where those are (`LogProbs`); here it falls back to k1.
  package func perToken(_ logProbs: [Float], _ reference: [Float]) -> [Float] {
    zip(logProbs, reference).map { new, old in
      switch self {
      case .kl, .full: new - old
      case .abs: Swift.abs(new - old)
      case .mse: 0.5 * (new - old) * (new - old)
      }
    }
  }
}

/// Per-token rewards [R] of packed answers: −β·KL_t, and the answer's score added at its last token.
///
/// `kl` [R]; `scores` [B]. The second result is the KL part alone. An answer without tokens has
/// nowhere to put its score: the score takes part in the mean of scores and in nothing else.
/// (Ziegler et al. 2019, arXiv 1909.08593, section 2.)
package func tokenRewards(kl: [Float], scores: [Double], offsets: [Int32], klCoef: Double)
  -> (rewards: [Float], nonScore: [Float])
{
  let nonScore = kl.map { -Float(klCoef) * $0 }
  var rewards = nonScore
  for (row, score) in zip(rowRanges(offsets), scores) where !row.isEmpty {
    rewards[row.upperBound - 1] += Float(score)
  }
  return (rewards, nonScore)
}
