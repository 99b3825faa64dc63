import RLXSession

/// The prompt, to the byte: colour codes never break it.
let promptText = "rlx> "

/// One thing to do, out of what was typed or pasted at the prompt.
enum PromptEntry: Equatable {
  case statement(String)
  /// `:name argument`
  case command(name: String, argument: String)
  /// `?topic` or `topic?`
  case help(topic: String)

  /// Cuts an input into its entries, in order.
  ///
  /// Lines join until they are complete together. Comments stay with the statement below them, since
  /// some are its documentation. `isReady` says whether Enter runs the input, and is false while its
  /// last entry waits for more.
  static func split(
    _ text: String, classify: (String) -> InputState
  ) -> (entries: [PromptEntry], isReady: Bool) {
    var entries: [PromptEntry] = []
    var gathered = ""
    var documents = false
    var isReady = true
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      let trimmed = line.trimmed
      if isReady, !documents, let special = PromptEntry(special: trimmed) {
        if !gathered.isBlank { entries.append(.statement(gathered)) }
        gathered = ""
        entries.append(special)
        continue
      }
      gathered += gathered.isEmpty ? line : "\n" + line
      if isReady, trimmed.isEmpty || trimmed.hasPrefix("#") {
        documents = trimmed.hasPrefix("##") || (documents && !trimmed.isEmpty)
        continue
      }
      documents = false
      if case .incomplete = classify(gathered) {
        isReady = false
      } else {
        entries.append(.statement(gathered))
        gathered = ""
        isReady = true
      }
    }
    if !gathered.isBlank { entries.append(.statement(gathered)) }
    return (entries, isReady && !documents)
  }

  /// A colon command or a request for help, if the line is one.
  private init?(special line: String) {
    if line.hasPrefix("?") {
      self = .help(topic: String(line.dropFirst()).trimmed)
    } else if line.hasSuffix("?"), line.count > 1, line.dropLast().allSatisfy(\.isNameCharacter) {
      self = .help(topic: String(line.dropLast()))
    } else if line.hasPrefix(":") {
      let words = line.dropFirst().split(maxSplits: 1, whereSeparator: \.isWhitespace)
      self = .command(
        name: words.first.map(String.init) ?? "",
        argument: words.count > 1 ? String(words[1]).trimmed : "")
    } else {
      return nil
    }
  }
}

extension String {
  var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }

  var isBlank: Bool { allSatisfy(\.isWhitespace) }
}

extension Character {
  /// Of names and of metrics (`objective/kl`); a colon begins a command's.
  fileprivate var isNameCharacter: Bool { isLetter || isNumber || "_./:".contains(self) }
}
