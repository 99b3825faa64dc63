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
    let most = max(1, Self.logitsAtOnce / config.vocabulary)
    var found = HeldOutLikelihood()
    var start = 0
    while start < pairs.count {
      var (end, tokens) = (start, 0)
      repeat {
        tokens += pairs[end].prompt.count + pairs[end].response.count
        end += 1
      } while end < pairs.count
        && tokens + pairs[end].prompt.count + pairs[end].response.count <= most
      let values = try logProbs(Array(pairs[start..<end]), recording: false).values.array
      found.negativeLogLikelihood -= values.reduce(0.0) { $0 + Double($1) }
      found.tokens += values.count
      start = end
      try onBatch(end)
    }
    return found
  }
}
