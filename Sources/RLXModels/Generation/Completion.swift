/// One answer to one prompt.
package struct Completion: Sendable, Equatable {
  /// Why an answer ended.
  package enum Finish: String, Sendable {
    /// An end token was drawn.
    case stop
    /// The text holds one of the texts to stop at.
    case stopString = "stop_string"
    /// The answer has max_tokens tokens, or fills the model's context.
    case length
  }

  /// The place of the prompt among those given.
  package var promptIndex: Int
  /// The prompt as text, where it was given as text.
  package var prompt: String?
  package var promptTokens: [Int32]
  /// The ids as drawn, an end token included, up to and including the one that completed a text to
  /// stop at.
  package var tokens: [Int32]
  /// decode(prompt + answer) − decode(prompt), without the end token or the text to stop at.
  package var text: String
  /// For each token its log-probability in nats, after the temperature (at 1 if it is 0) and before
  /// min_tokens, top_k and top_p.
  package var logProbs: [Float]
  package var finish: Finish
  /// The place of this answer among all, prompt by prompt.
  package var row: Int
}

/// How far a generation has come.
package struct GenerationProgress: Sendable, Equatable {
  /// Positions done, of at most `total`: at each, the open answers of a group have got one token.
  package var done: Int
  package var total: Int
  /// Answers still open, of `rows`.
  package var open: Int
  package var rows: Int
}
