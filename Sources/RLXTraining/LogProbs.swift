import RLXModels
import RLXTensor

/// What one forward pass over prompts and responses says about each of the R response tokens.
///
/// Row i belongs to response token i of the packed batch; it was computed at the position before
/// that token, which is where its probability and the value of the state it was chosen in are read.
struct ResponsePass {
  /// Last hidden states [R, C], after the model's last norm.
  let hidden: Tensor
  /// The response tokens [R].
  let targets: [Int32]
  /// [B + 1], first 0.
  let offsets: [Int32]
  /// Hidden states [E, C] at the last tokens of answers that have some, where they were asked for.
  let ends: Tensor?
  /// log π [R] of the response tokens in nats, with gradients where recorded.
  let logProbs: Tensor
  /// The entropy [R] of each token's distribution, in nats.
  let entropies: Tensor
  /// Scores [R, V] of every token of the vocabulary, where they were asked for.
  let logits: Tensor?
  private let best: [Int32]

  /// Runs the model; throws for an empty prompt, too long a row or a token outside the vocabulary.
  /// Distributions are softmax(logits / temperature).
  init(
    _ model: LanguageModel, _ pairs: [TokenPair], temperature: Double = 1, recording: Bool,
    readingEnds: Bool = false, keepingLogits: Bool = false
  ) throws {
    let rows = try model.forward(pairs, recording: recording, readingEnds: readingEnds)
    (ends, hidden, targets, offsets) = (rows.ends, rows.hidden, rows.targets, rows.offsets)
    guard !targets.isEmpty else {
      (logProbs, entropies, best) = (.zeros([0]), .zeros([0]), [])
      logits = keepingLogits ? .zeros([0, model.config.vocabulary]) : nil
      return
    }
    if keepingLogits {
      let all = try model.pass { $0.head(rows.hidden, recording: recording) }
      let scores = all.tokenScores(targets, temperature: Float(temperature))
      (logProbs, entropies, best) = (scores.logProbs, scores.entropies, scores.best)
      logits = all
    } else {
      let scores = try model.scores(
        hidden, targets, temperature: Float(temperature), recording: recording)
      (logProbs, entropies, best) = (scores.logProbs, scores.entropies, scores.best)
      logits = nil
    }
  }

  /// The share of tokens that were the likeliest, in 0…1; 0 of none.
  var accuracy: Double {
    guard !targets.isEmpty else { return 0 }
    let hits = zip(best, targets).count { $0 == $1 }
    return Double(hits) / Double(targets.count)
  }

  /// The mean entropy of the token distributions, in nats; 0 of none.
  var entropy: Double { mean(entropies.array) }
}

/// The mean entropy of softmax(logits / temperature), logits [R, V], as a scalar with gradients in
/// nats: −Σ_v p log p, averaged over tokens.
func meanEntropy(_ logits: Tensor, temperature: Double) -> Tensor {
  let logProbs = (logits / Float(temperature)).logSoftmax(axis: -1)
  return -((logProbs.exp() * logProbs).sum(axis: -1).mean())
}

/// The sum [B] of each row's values [R], with gradients; 0 of an empty row.
func sequenceSums(_ values: Tensor, offsets: [Int32]) -> Tensor {
  let B = offsets.count - 1
  let R = values.count
  guard R > 0 else { return .zeros([B]) }
  var member = [Float](repeating: 0, count: B * R)
  for (row, tokens) in rowRanges(offsets).enumerated() {
    for token in tokens { member[row * R + token] = 1 }
  }
  return Tensor(member, [B, R]).matmul(values.reshape([R, 1])).reshape([B])
}

/// The exact KL [R] of each token's distribution from the reference's, in nats:
/// Σ_v π(v) (log π(v) − log π_ref(v)).
func fullKL(_ logits: Tensor, _ reference: Tensor, temperature: Double) -> Tensor {
  let ours = (logits / Float(temperature)).logSoftmax(axis: -1)
  let theirs = (reference / Float(temperature)).logSoftmax(axis: -1)
  return (ours.exp() * (ours - theirs)).sum(axis: -1)
}
