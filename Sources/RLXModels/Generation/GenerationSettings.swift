/// How answers are drawn. The filters come in the order of Hugging Face transformers: temperature,
/// then top_k, then top_p.
package struct GenerationSettings: Sendable, Equatable {
  /// The most tokens an answer may have, 0 or more.
  package var maxTokens = 40
  /// End tokens cannot be drawn before an answer has this many tokens.
  package var minTokens = 0
  /// Divides the logits; 0 takes the likeliest token each time.
  package var temperature: Float = 1
  /// Draws among the k likeliest tokens and their equals; 0 for all.
  package var topK = 0
  /// Draws among the likeliest tokens, as long as those before have less than this mass; 1 for all.
  package var topP: Float = 1
  /// Answers for each prompt, 1 to 10,000.
  package var n = 1
  /// Texts that end an answer, and are not part of it.
  package var stop: [String] = []
  /// Whether end tokens are tokens like any other.
  package var ignoreEnd = false

  package init() {}

  package init(
    maxTokens: Int = 40, minTokens: Int = 0, temperature: Float = 1, topK: Int = 0,
    topP: Float = 1, n: Int = 1, stop: [String] = [], ignoreEnd: Bool = false
  ) {
    self.maxTokens = maxTokens
    self.minTokens = minTokens
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.n = n
    self.stop = stop
    self.ignoreEnd = ignoreEnd
  }

  /// Throws `.setting` for the first value out of its range.
  package func validate() throws(ModelError) {
    func demand(
      _ holds: Bool, _ name: String, _ found: Any, _ wanted: String
    ) throws(ModelError) {
      if !holds { throw .setting(name: name, found: "\(found)", wanted: wanted) }
    }
    try demand(maxTokens >= 0, "max_tokens", maxTokens, "a whole number of at least 0")
    try demand(minTokens >= 0, "min_tokens", minTokens, "a whole number of at least 0")
    try demand(
      minTokens <= maxTokens, "min_tokens", minTokens, "at most max_tokens, which is \(maxTokens)")
    try demand(
      temperature >= 0 && temperature.isFinite, "temperature", temperature,
      "a number of at least 0")
    try demand(topK >= 0, "top_k", topK, "a whole number of at least 0")
    try demand(topP > 0 && topP <= 1, "top_p", topP, "a number above 0 and at most 1")
    try demand((1...10_000).contains(n), "n", n, "a whole number from 1 to 10000")
    try demand(!stop.contains { $0.utf8.isEmpty }, "stop", "an empty text", "texts to stop at")
  }
}
