import RLXModels

/// How many floating-point operations passes of a model take, counted from shapes; a multiplication and
/// an addition are two.
///
/// A sequence of n tokens, s of which ask for the next one's probability, takes in each layer
/// 2·(numbers in its matrices)·n for products with weights and 4·(width of the queries)·n(n + 1)/2 for
/// attention to what came before (or to the last w tokens of it, where a layer looks through a window of
/// w: then n(n + 1)/2 is w(w + 1)/2 + (n − w)·w), and 2·(width)·(vocabulary)·s for the output layer. A pass that trains
/// takes three times as much, forward once and backward twice (Kaplan et al. 2020, arXiv 2001.08361,
/// section 2.1, who leave out attention). Norms, activations, softmax, sampling, heads of one number
/// and the optimizer are not counted: together less than a hundredth at any size worth counting.
package struct OperationCount {
  private let layers, layerMatrices, queryWidth, outputLayer: Double
  /// Of each layer; 0 where it sees everything.
  private let windows: [Int]

  package init(_ config: ModelConfig) {
    layers = Double(config.layers)
    layerMatrices = config.layerMatrices
    queryWidth = Double(config.queryWidth)
    outputLayer = Double(config.width) * Double(config.vocabulary)
    windows = (0..<config.layers).map { config.window(inLayer: $0) }
  }

  /// Of the hidden states of a sequence of `tokens` and the probabilities of `scored` of them.
  package func reading(tokens: Int, scored: Int) -> Double {
    let n = Double(tokens)
    let seen = windows.reduce(0.0) { $0 + Self.pairs(tokens, window: $1) }
    return 2 * layers * layerMatrices * n + 4 * queryWidth * seen
      + 2 * outputLayer * Double(scored)
  }

  /// How many pairs of a token and one it sees there are.
  private static func pairs(_ tokens: Int, window: Int) -> Double {
    let w = Double(window == 0 ? tokens : min(window, tokens))
    return w * (w + 1) / 2 + (Double(tokens) - w) * w
  }

  /// Of the probabilities of each response, or of generating it: a token's pass is the same with a cache.
  package func reading(_ pairs: [TokenPair]) -> Double {
    pairs.reduce(0) { sum, pair in
      guard !pair.response.isEmpty else { return sum }
      return sum
        + reading(
          tokens: pair.prompt.count + pair.response.count - 1, scored: pair.response.count)
    }
  }

  /// Of the hidden states alone that the responses' probabilities would be read from.
  package func states(_ pairs: [TokenPair]) -> Double {
    pairs.filter { !$0.response.isEmpty }.reduce(0) {
      $0 + reading(tokens: $1.prompt.count + $1.response.count - 1, scored: 0)
    }
  }

  /// Of training on the responses.
  package func training(_ pairs: [TokenPair]) -> Double { 3 * reading(pairs) }

  /// Of training a head that reads the last state of each sequence.
  package func trainingScores(_ sequences: [[Int32]]) -> Double {
    3 * sequences.reduce(0) { $0 + reading(tokens: $1.count, scored: 0) }
  }
}
