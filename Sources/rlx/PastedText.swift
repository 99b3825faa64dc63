import RLXSession

/// What a paste becomes in the editor's buffer.
enum PastedText {
  /// Pasted text as it should be edited: line ends unified, the last one dropped, and a transcript
  /// of an earlier session brought back to what was typed in it.
  static func cleaned(_ text: String, classify: (String) -> InputState) -> String {
    var lines = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while let last = lines.last, last.isBlank, lines.count > 1 { lines.removeLast() }
    if lines.first(where: { !$0.isBlank })?.hasPrefix(promptText) == true {
      lines = typedLines(of: lines, classify: classify)
    }
    return lines.joined(separator: "\n")
  }

  /// The line without a prompt before it, if it has one.
  static func withoutPrompt(_ line: String) -> String {
    line.hasPrefix(promptText) ? String(line.dropFirst(promptText.count)) : line
  }

  /// What was typed in a transcript: what follows each prompt, and the lines below it for as long as
  /// the statement is not complete. Everything else was output.
  private static func typedLines(
    of lines: [String], classify: (String) -> InputState
  ) -> [String] {
    var typed: [String] = []
    var statement: String?
    for line in lines {
      if line.hasPrefix(promptText) {
        statement = withoutPrompt(line)
      } else if let open = statement, case .incomplete = classify(open) {
        statement = open + "\n" + line
      } else {
        continue
      }
      typed.append(withoutPrompt(line))
    }
    return typed
  }
}
