import RLXModels
import RLXTensor

/// The answers of one PPO step and every number computed about them, stage by stage.
///
/// Packed: the R response tokens of all B answers in one row of numbers; answer b has the tokens
/// `offsets[b] ..< offsets[b + 1]`, none if it is empty. Each stage leaves its tensors here, where
/// they can be looked at (and replaced, by those who know why) before the next.
package final class PPOBatch {
  /// How far the batch has come.
  package enum Stage: Int, Comparable, Sendable {
    case rolledOut, scored, advantaged, updated

    package static func < (a: Stage, b: Stage) -> Bool { a.rawValue < b.rawValue }
  }

  package let samples: [Sample]
  /// Why each answer ended; nil for answers that were given rather than generated.
  package let finishes: [Completion.Finish?]
  /// [B + 1], first 0.
  package let offsets: [Int32]
  /// Log-probabilities [R] of the response tokens under policy and reference, in nats.
  package let logProbs: Tensor
  package let refLogProbs: Tensor
  /// The KL term [R] of each token before β, by the trainer's kl_penalty.
  package let kl: Tensor
  /// The value function's estimate [R] of the return, before each token.
  package let values: Tensor
  /// The place after the last token of each answer, where scores go there; nil where they do not.
  package internal(set) var ends: PPOEnds?
  /// When the batch was made, and what time it is now.
  package let clock: UpdateClock
  private let born: Int

  package internal(set) var stage = Stage.rolledOut
  /// What the reward said, one an answer; of a reward that speaks of tokens, its sum.
  package internal(set) var rawScores: [Double]?
  /// What the reward said of each token [R], if it did.
  package internal(set) var tokenScores: Tensor?
  /// The scores after scaling and clipping, as the update uses them.
  package internal(set) var scores: [Double]?
  /// β when the rewards were computed.
  package internal(set) var klCoef: Double?
  /// −β·KL [R], and the same with the score added at each answer's last token; before whitening.
  package internal(set) var nonScoreRewards: Tensor?
  package internal(set) var rewards: Tensor?
  /// Advantages [R], whitened if asked for, and as they were before; unwhitened returns [R].
  package internal(set) var advantages: Tensor?
  package internal(set) var rawAdvantages: Tensor?
  package internal(set) var returns: Tensor?
  /// Ratio of new to old probability [R] in the last pass of the update, and whether it was clipped.
  package internal(set) var ratio: Tensor?
  package internal(set) var clipped: Tensor?

  init(
    samples: [Sample], finishes: [Completion.Finish?], offsets: [Int32], logProbs: Tensor,
    refLogProbs: Tensor, kl: Tensor, values: Tensor, ends: PPOEnds? = nil, clock: UpdateClock
  ) {
    self.samples = samples
    self.finishes = finishes
    self.offsets = offsets
    self.logProbs = logProbs
    self.refLogProbs = refLogProbs
    self.kl = kl
    self.values = values
    self.ends = ends
    self.clock = clock
    born = clock.updates
  }

  /// Updates of the policy since the answers were drawn. A batch is good for one update, at age 0.
  package var age: Int { clock.updates - born }

  /// Answers in the batch.
  package var count: Int { samples.count }
  /// Response tokens of all answers together.
  package var tokenCount: Int { Int(offsets.last ?? 0) }
  package var queries: [[Int32]] { samples.map(\.promptTokens) }
  package var responses: [[Int32]] { samples.map(\.responseTokens) }
  package var texts: [String] { samples.map(\.response) }

  /// The token positions of each answer.
  package var rows: [Range<Int>] { rowRanges(offsets) }

  /// Whether each answer ended by itself: at an end token or a stop string. Of answers that were given,
  /// whether their last token is one of `endTokens`.
  func ended(_ row: Int, endTokens: [Int32]) -> Bool {
    switch finishes[row] {
    case .stop, .stopString: true
    case .length: false
    case nil: samples[row].responseTokens.last.map(endTokens.contains) ?? false
    }
  }

  /// Everything per token that the stages so far have left, in the order they left it.
  package var named: [(name: String, tensor: Tensor)] {
    let later: [(name: String, tensor: Tensor?)] = [
      ("rewards", rewards), ("advantages", advantages), ("returns", returns), ("ratio", ratio),
      ("clipped", clipped),
    ]
    return [("logprobs", logProbs), ("ref_logprobs", refLogProbs), ("kl", kl), ("values", values)]
      + later.compactMap { entry in entry.tensor.map { (entry.name, $0) } }
  }

  /// What the stages so far have left besides tensors, as a value.
  package struct Stages {
    let stage: Stage
    let rawScores, scores: [Double]?
    let klCoef: Double?
  }

  package var stages: Stages {
    Stages(stage: stage, rawScores: rawScores, scores: scores, klCoef: klCoef)
  }

  /// Every tensor that a stage leaves, nil before it.
  package var left: [Tensor?] {
    [
      tokenScores, nonScoreRewards, rewards, rawAdvantages, advantages, returns, ends?.rewards,
      ends?.returns, ratio, clipped,
    ]
  }

  /// Goes back to where the batch was when `stages` and `left` were read.
  package func restore(_ stages: Stages, left: [Tensor?]) {
    (stage, klCoef) = (stages.stage, stages.klCoef)
    (rawScores, scores) = (stages.rawScores, stages.scores)
    (tokenScores, nonScoreRewards, rewards) = (left[0], left[1], left[2])
    (rawAdvantages, advantages, returns) = (left[3], left[4], left[5])
    ends?.rewards = left[6]
    ends?.returns = left[7]
    (ratio, clipped) = (left[8], left[9])
  }

  func require(_ wanted: Stage, for call: String) throws(TrainingError) {
    guard stage == wanted else {
      throw .stage(called: call, found: stage, wanted: wanted, age: age)
    }
  }
}

extension PPOBatch.Stage {
  package var words: String {
    switch self {
    case .rolledOut: "rolled out"
    case .scored: "scored"
    case .advantaged: "given advantages"
    case .updated: "used up by an update"
    }
  }

  /// The call that brings a batch here.
  package var call: String {
    switch self {
    case .rolledOut: "rollout"
    case .scored: "score"
    case .advantaged: "advantages"
    case .updated: "update"
    }
  }
}

/// Counts the updates of one policy, for all batches made of it.
package final class UpdateClock {
  package internal(set) var updates = 0

  package init() {}
}

/// The place after the last token of answers, for `score_position: "after_end"`.
///
/// An answer has one if it has tokens and ended before its limit. The state there is the one that the
/// last token led to; no token is chosen in it, so it has a value and a reward and no probability.
package struct PPOEnds {
  /// The rows that have one.
  package let rows: [Int]
  /// The value function's estimate [E] there.
  package let values: Tensor
  /// What stage 3 leaves: rewards and returns [E].
  package internal(set) var rewards: Tensor?
  package internal(set) var returns: Tensor?
}
