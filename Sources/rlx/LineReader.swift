/// Where the prompt's inputs come from.
protocol LineReader: AnyObject {
  /// The next input, which may be of several lines; waits for it.
  func read() -> PromptInput

  /// Takes an input into the history.
  func remember(_ text: String)
}

enum PromptInput: Equatable {
  case text(String)
  /// Ctrl-C: what was typed is dropped.
  case interrupted
  /// Ctrl-D on an empty line, or the terminal has gone.
  case end
}
