import RLXModels
import RLXTensor

extension PPO {
  /// What the reward sees of an answer, and whether the answer came to an end.
  ///
  /// With `truncate_at`, an answer is read up to and with the first token that has that text, from the
  /// `truncate_after`-th on, and one without such a token has not ended (lm-human-preferences).
  func truncated(_ batch: PPOBatch, row: Int) -> (sample: Sample, ended: Bool) {
    var sample = batch.samples[row]
    guard let text = settings.truncateAt else {
      return (sample, batch.ended(row, endTokens: policy.stopTokens))
    }
    let tokens = sample.responseTokens
    let found = tokens.indices.dropFirst(settings.truncateAfter).first { place in
      let before = Array(sample.promptTokens + tokens[..<place])
      return policy.tokenizer.decodeContinuation(prompt: before, [tokens[place]]).contains(text)
    }
    guard let found else { return (sample, false) }
    sample.responseTokens = Array(tokens[...found])
    sample.response = policy.tokenizer.decodeContinuation(
      prompt: sample.promptTokens, sample.responseTokens)
    return (sample, true)
  }

  /// An answer's score after the rule for answers that did not end.
  func endRule(_ score: Double, ended: Bool) -> Double {
    if ended { return score }
    return settings.missingEosScore ?? score - (settings.missingEosPenalty ?? 0)
  }

  /// What the rewards say of tokens [R]; nil if all speak of whole answers. A list shorter than its
  /// answer (of a truncated one) leaves 0 behind it.
  func tokenScores(_ rewards: [AnswerReward], _ batch: PPOBatch) throws(TrainingError) -> Tensor? {
    var scores = [Float](repeating: 0, count: batch.tokenCount)
    var speaks = false
    for (row, tokens) in batch.rows.enumerated() {
      guard case .tokens(let list) = rewards[row] else { continue }
      guard list.count <= tokens.count, list.count == tokens.count || settings.truncateAt != nil
      else {
        throw .lengths(
          trainer: Settings.trainer, first: "tokens of answer \(row)", firstCount: tokens.count,
          second: "rewards", secondCount: list.count)
      }
      speaks = true
      for (token, score) in zip(tokens, list) { scores[token] = Float(score) }
    }
    return speaks ? Tensor(scores, [batch.tokenCount]) : nil
  }
}

/// Where rewards stand: the R tokens of packed answers and, after the last token of some, one place more.
///
/// With those places woven in, an answer's rewards and values are one run of numbers, and generalised
/// advantage estimation needs to know nothing of them.
package struct RewardLayout {
  /// [B + 1] of the woven numbers.
  package let offsets: [Int32]
  /// [B + 1] of the tokens.
  private let tokenOffsets: [Int32]
  /// For each row whether it has a place after its end.
  private let hasEnd: [Bool]

  package init(offsets: [Int32], ends: [Int]) {
    var hasEnd = [Bool](repeating: false, count: offsets.count - 1)
    for row in ends { hasEnd[row] = true }
    var woven: [Int32] = [0]
    for (row, tokens) in rowRanges(offsets).enumerated() {
      woven.append((woven.last ?? 0) + Int32(tokens.count + (hasEnd[row] ? 1 : 0)))
    }
    self.offsets = woven
    tokenOffsets = offsets
    self.hasEnd = hasEnd
  }

  /// Numbers of tokens [R] and of ends [E] as one run.
  package func woven(_ tokens: [Float], _ ends: [Float]) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(tokens.count + ends.count)
    var end = ends.makeIterator()
    for (row, range) in rowRanges(tokenOffsets).enumerated() {
      result += tokens[range]
      if hasEnd[row] { result.append(end.next() ?? 0) }
    }
    return result
  }

  package func parted(_ woven: [Float]) -> (tokens: [Float], ends: [Float]) {
    var tokens: [Float] = []
    var ends: [Float] = []
    for (row, range) in rowRanges(offsets).enumerated() {
      tokens += woven[hasEnd[row] ? range.dropLast() : range]
      if hasEnd[row], let last = range.last { ends.append(woven[last]) }
    }
    return (tokens, ends)
  }

  /// Rewards, woven: the KL part [R], what was said of tokens [R], and at each answer's last place the
  /// rest of its score, which is all of it where nothing was said of tokens.
  ///
  /// An answer without tokens has nowhere to put its score: the score takes part in the mean of scores
  /// and in nothing else. (Ziegler et al. 2019, arXiv 1909.08593, section 2.)
  package func rewards(nonScore: [Float], tokens: [Float]? = nil, scores: [Double]) -> [Float] {
    let perToken = tokens.map { zip(nonScore, $0).map { $0 + $1 } } ?? nonScore
    let said = tokens.map { rowSums($0, offsets: tokenOffsets) }
    var result = woven(perToken, [])
    for (row, range) in rowRanges(offsets).enumerated() where !range.isEmpty {
      result[range.upperBound - 1] += Float(scores[row] - (said?[row] ?? 0))
    }
    return result
  }
}
