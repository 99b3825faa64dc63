import RLXSession

/// Reads lines as the terminal hands them over, without an editor: for `--plain`, for a standard
/// output that is no terminal, and where libedit will not start.
final class PlainReader: LineReader {
  private let input: TerminalInput
  private let classify: (String) -> InputState
  private let prompt: (String) -> Void
  private let history: History

  /// `prompt` shows its argument where a person will see it, or does nothing.
  init(
    input: TerminalInput, history: History, classify: @escaping (String) -> InputState,
    prompt: @escaping (String) -> Void
  ) {
    self.input = input
    self.history = history
    self.classify = classify
    self.prompt = prompt
  }

  func read() -> PromptInput {
    input.forgetWakes()
    prompt(promptText)
    var text = ""
    while true {
      switch readLine() {
      case .text(let line):
        text += line
        if PromptEntry.split(text, classify: classify).isReady { return .text(text) }
        text += "\n"
        prompt("  ... ")
      case .interrupted:
        prompt("\n")
        return .interrupted
      case .end: return text.isEmpty ? .end : .text(text)
      }
    }
  }

  func remember(_ text: String) {
    history.append(text)
  }

  private func readLine() -> PromptInput {
    var bytes: [UInt8] = []
    while true {
      switch input.next() {
      case .byte(UInt8(ascii: "\n")):
        return .text(PastedText.withoutPrompt(String(decoding: bytes, as: UTF8.self)))
      case .byte(let byte): bytes.append(byte)
      case .interrupt: return .interrupted
      case .resize, .resume, .timeout: continue
      case .end:
        return bytes.isEmpty ? .end : .text(String(decoding: bytes, as: UTF8.self))
      }
    }
  }
}
