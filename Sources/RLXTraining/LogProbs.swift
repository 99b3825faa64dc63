import RLXModels
import RLXTensor

/// What one forward pass over prompts and responses says about each of the R response tokens.
///
/// Row i belongs to response token i of the packed batch; it was computed at the position before
/// that token, which is where its probability and the value of the state it was chosen in are read.
struct ResponsePass {
  /// Last hidden states [R, C], after the model's last norm.
  let hidden: Tensor
  /// Scores [R, V] of every token of the vocabulary.
  let logits: Tensor
  /// The response tokens [R].
  let targets: [Int32]
  /// [B + 1], first 0.
  let offsets: [Int32]
  /// Hidden states [E, C] at the last tokens of answers that have some, where they were asked for.
  let ends: Tensor?

  /// Runs the model; throws for an empty prompt, too long a row or a token outside the vocabulary.
  init(
    _ model: LanguageModel, _ pairs: [TokenPair], recording: Bool, readingEnds: Bool = false
  ) throws {
    let rows = try model.forward(pairs, recording: recording, readingEnds: readingEnds)
    ends = rows.ends
    hidden = rows.hidden
    targets = rows.targets
    offsets = rows.offsets
    logits =
      rows.targets.isEmpty
      ? .zeros([0, model.config.vocabulary])
      : try model.pass { $0.head(rows.hidden, recording: recording) }
  }

  /// Log-probabilities [R] of the response tokens, in nats.
  func logProbs(temperature: Double) -> Tensor {
    targets.isEmpty
      ? .zeros([0])
      : logits.tokenLogProbs(targets, temperature: Float(temperature))
  }

  /// The share of tokens that were the likeliest, in 0…1; 0 of none.
  var accuracy: Double {
    guard !targets.isEmpty else { return 0 }
    let hits = zip(logits.argmaxRows(), targets).filter { $0 == $1 }
    return Double(hits.count) / Double(targets.count)
  }

  /// The mean entropy of the token distributions at `temperature`, in nats; 0 of none.
  func entropy(temperature: Double = 1) -> Double {
    guard !targets.isEmpty else { return 0 }
    let scores = logits.detached()
    let used = temperature == 1 ? scores : scores / Float(temperature)
    return mean(used.tokenEntropy().array)
  }

  /// The same as a scalar with gradients, of the distributions at `temperature`:
  /// −Σ_v p log p, averaged over tokens.
  func meanEntropy(temperature: Double) -> Tensor {
    let logProbs = (logits / Float(temperature)).logSoftmax(axis: -1)
    return -((logProbs.exp() * logProbs).sum(axis: -1).mean())
  }
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
