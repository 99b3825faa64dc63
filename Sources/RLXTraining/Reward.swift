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

/// What a reward says of one answer: one number, or one for each of its tokens.
package enum AnswerReward: Equatable, Sendable {
  case score(Double)
  case tokens([Double])

  /// The number, or the sum of the tokens'.
  package var total: Double {
    switch self {
    case .score(let score): score
    case .tokens(let scores): scores.reduce(0, +)
    }
  }
}

/// What scores answers: a reward model, a function of a script, a weighted sum of several.
package protocol Reward: AnyObject {
  /// One score for each sample, in order; higher is better.
  func scores(_ samples: [Sample]) throws -> [Double]
  /// The same, of rewards that may speak of tokens. An answer's list has one number a token.
  func rewards(_ samples: [Sample]) throws -> [AnswerReward]
}

extension Reward {
  package func rewards(_ samples: [Sample]) throws -> [AnswerReward] {
    try scores(samples).map { .score($0) }
  }
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
