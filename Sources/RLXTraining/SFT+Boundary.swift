import RLXModels

extension SFT {
  /// A row as `run` reads it, with the end token and the loss of the settings. `cut` says what was
  /// taken off before.
  package func boundary(_ example: Example, cut: (prompt: Int, answer: Int) = (0, 0))
    throws(TrainingError) -> Boundary
  {
    let pair = try pairs([example])[0]
    let length = example.prompt.count + example.completion.count
    let end = Array((pair.prompt + pair.response).dropFirst(length))
    return Boundary(
      model.tokenizer, prompt: example.prompt, answer: example.completion, end: end,
      trained: pair.prompt.map { _ in false } + pair.response.map { _ in true }, cut: cut)
  }
}
