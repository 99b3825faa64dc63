import Glibc
import RLXTensor

/// What a model makes of texts it did not choose.
package struct HeldOutLikelihood: Equatable, Sendable {
  /// −Σ log π(token) over all tokens asked for, in nats.
  package var negativeLogLikelihood = 0.0
  /// How many tokens that are.
  package var tokens = 0

  /// exp of the mean negative log-likelihood of a token: 1 if every token is certain, the size of the
  /// vocabulary if all are always equally likely. Per token, so it compares models of one tokenizer
  /// only.
  package var perplexity: Double { exp(negativeLogLikelihood / Double(tokens)) }
}

extension LanguageModel {
  /// Logits kept at one time when texts are measured, in floats: 64 MiB.
  private static let logitsAtOnce = 1 << 24

  /// The likelihood of the response tokens of all pairs, each text read for itself.
  ///
  /// `onBatch` is given how many pairs have been read. Errors: an empty prompt, a pair longer than
  /// the context, a token outside the vocabulary.
  package func likelihood(
    of pairs: [TokenPair], onBatch: (Int) throws -> Void = { _ in }
  ) throws -> HeldOutLikelihood {
    var found = HeldOutLikelihood()
    try forEachBatch(of: pairs) { range, values in
      found.negativeLogLikelihood -= values.reduce(0.0) { $0 + Double($1) }
      found.tokens += values.count
      try onBatch(range.upperBound)
    }
    return found
  }

  /// The same of each pair.
  package func likelihoods(
    of pairs: [TokenPair], onBatch: (Int) throws -> Void = { _ in }
  ) throws -> [HeldOutLikelihood] {
    var found: [HeldOutLikelihood] = []
    try forEachBatch(of: pairs) { range, values in
      var rest = values[...]
      for pair in pairs[range] {
        let own = rest.prefix(pair.response.count)
        found.append(
          HeldOutLikelihood(
            negativeLogLikelihood: -own.reduce(0.0) { $0 + Double($1) }, tokens: own.count))
        rest = rest.dropFirst(pair.response.count)
      }
      try onBatch(range.upperBound)
    }
    return found
  }

  /// The log-probabilities of the response tokens, pair by pair, as many pairs at a time as fit.
  private func forEachBatch(
    of pairs: [TokenPair], _ body: (Range<Int>, [Float]) throws -> Void
  ) throws {
    let most = max(1, Self.logitsAtOnce / config.vocabulary)
    var start = 0
    while start < pairs.count {
      var (end, tokens) = (start, 0)
      repeat {
        tokens += pairs[end].prompt.count + pairs[end].response.count
        end += 1
      } while end < pairs.count
        && tokens + pairs[end].prompt.count + pairs[end].response.count <= most
      try body(
        start..<end, try logProbs(Array(pairs[start..<end]), recording: false).values.array)
      start = end
    }
  }
}
