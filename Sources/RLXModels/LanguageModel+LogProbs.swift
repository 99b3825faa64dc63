import RLXTensor

/// A prompt and its response as ids: the response's tokens are what is predicted.
package typealias TokenPair = (prompt: [Int32], response: [Int32])

/// One value for each response token of B pairs, packed.
package struct PackedLogProbs {
  /// [R], in nats; R is the number of response tokens of all pairs.
  package let values: Tensor
  /// [B + 1]: pair b has `values[offsets[b]..<offsets[b + 1]]`.
  package let offsets: [Int32]
}

/// The hidden states that predict each response token of B pairs, packed.
package struct ResponseHidden {
  /// [R, C]: the state at the token before each response token.
  package let hidden: Tensor
  /// [R]: the response tokens.
  package let targets: [Int32]
  /// [B + 1]: pair b has the rows `offsets[b]..<offsets[b + 1]`.
  package let offsets: [Int32]
  /// [E, C]: the state at the last token of each response that has tokens, in order; nil if it was
  /// not asked for.
  package let ends: Tensor?
}

extension LanguageModel {
  /// The logits [T, V] of a sequence of T tokens: row t predicts token t + 1.
  package func logits(_ ids: [Int32], recording: Bool = false) throws(ModelError) -> Tensor {
    try check(ids, "the sequence")
    return try pass { model in
      let hidden = model.hidden(PackedBatch([ids]), recording: recording)
      return model.head(hidden, recording: recording)
    }
  }

  /// A pass through the network, which ends early, and throws `stopped`, where somebody who watches
  /// this thread wants that.
  package func pass<Result>(_ work: (any ModelFamily) -> Result) throws(ModelError) -> Result {
    guard let result = PassWatch.pass({ work(family) }) else { throw .stopped }
    return result
  }

  /// The mean negative log-likelihood of each token of a sequence after the first, in nats: [1].
  package func loss(ids: [Int32], recording: Bool = true) throws(ModelError) -> Tensor {
    try check(ids, "the text", atLeast: 2)
    let pair = (prompt: [ids[0]], response: Array(ids.dropFirst()))
    return -(try logProbs([pair], recording: recording).values.mean())
  }

  /// log π(response token | what came before it), in nats, of every response token of every pair,
  /// of the distribution softmax(logits / temperature).
  ///
  /// Only the states that predict response tokens go through the output layer. An empty response
  /// gives no values; an empty prompt is an error, for nothing would predict its first token.
  package func logProbs(
    _ pairs: [TokenPair], temperature: Float = 1, recording: Bool
  ) throws(ModelError) -> PackedLogProbs {
    guard temperature > 0, temperature.isFinite else {
      throw .setting(name: "temperature", found: "\(temperature)", wanted: "a number above 0")
    }
    let found = try forward(pairs, recording: recording)
    guard !found.targets.isEmpty else {
      return PackedLogProbs(values: Tensor([], [0]), offsets: found.offsets)
    }
    let scores = try scores(
      found.hidden, found.targets, temperature: temperature, recording: recording)
    return PackedLogProbs(values: scores.logProbs, offsets: found.offsets)
  }

  /// The hidden states that predict the response tokens, for heads of any kind; and those that the
  /// last tokens lead to, if `readingEnds`.
  package func forward(
    _ pairs: [TokenPair], recording: Bool, readingEnds: Bool = false
  ) throws(ModelError) -> ResponseHidden {
    var sequences: [[Int32]] = []
    var rows: [Int] = []
    var targets: [Int32] = []
    var offsets: [Int32] = [0]
    var ends: [Int] = []
    var start = 0
    for pair in pairs {
      try check(pair.prompt, "the prompt")
      if !pair.response.isEmpty {
        let all = pair.prompt + pair.response
        try check(all, "prompt and response")
        // The last token predicts nothing that is asked for, so it is read for its own state only.
        let read = readingEnds ? all : all.dropLast()
        sequences.append(read)
        rows += (start + pair.prompt.count - 1)..<(start + all.count - 1)
        ends.append(start + all.count - 1)
        targets += pair.response
        start += read.count
      }
      offsets.append(Int32(targets.count))
    }
    guard !rows.isEmpty else {
      let none = Tensor([], [0, config.width])
      return ResponseHidden(
        hidden: none, targets: targets, offsets: offsets, ends: readingEnds ? none : nil)
    }
    let hidden = try pass { $0.hidden(packed(sequences), recording: recording) }
    return ResponseHidden(
      hidden: hidden.rows(rows), targets: targets, offsets: offsets,
      ends: readingEnds ? hidden.rows(ends) : nil)
  }
}

// MARK: - Scores of tokens without all logits at once

extension LanguageModel {
  /// Logits that are there at a time when nothing is recorded: 2^24 floats are 64 MiB, past which they
  /// fall out of every cache anyway.
  private static let logitsRead = 1 << 24

  /// What hidden states [R, C] say of `targets` [R], by softmax(logits / temperature). The logits are
  /// held once where gradients are recorded, a block of rows of them where not.
  package func scores(
    _ hidden: Tensor, _ targets: [Int32], temperature: Float = 1, recording: Bool
  ) throws(ModelError) -> TokenScores {
    let R = targets.count
    let rows = recording ? R : max(256, Self.logitsRead / max(1, config.vocabulary))
    return try pass { family in
      guard rows < R else {
        return family.head(hidden, recording: recording)
          .tokenScores(targets, temperature: temperature)
      }
      return TokenScores(
        joining: stride(from: 0, to: R, by: rows).map { start in
          let end = min(start + rows, R)
          return family.head(hidden.slice(axis: 0, from: start, to: end), recording: false)
            .tokenScores(Array(targets[start..<end]), temperature: temperature)
        })
    }
  }
}
