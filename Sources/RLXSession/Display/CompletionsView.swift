/// Answers under the prompts they continue, numbered as they are indexed.
package struct CompletionsView {
  package struct Item: Equatable, Sendable {
    package var prompt: String
    package var text: String
    /// Why it ended: `stop`, `stop_string`, `length`.
    package var finish: String
    package var tokenCount: Int

    package init(prompt: String, text: String, finish: String, tokenCount: Int) {
      self.prompt = prompt
      self.text = text
      self.finish = finish
      self.tokenCount = tokenCount
    }
  }

  package var items: [Item]
  /// Answers shown before the rest is only counted.
  package var limit = 20

  package init(_ items: [Item]) { self.items = items }

  package func text(_ style: ViewStyle) -> String {
    lines(style).joined(separator: "\n")
  }

  package func lines(_ style: ViewStyle) -> [String] {
    guard !items.isEmpty else { return ["no completions"] }
    let shown = style.full ? items.count : min(items.count, limit)
    var lines: [String] = []
    for index in 0..<shown {
      if style.plain {
        lines += plain(items[index], index, style)
        continue
      }
      if index == 0 || items[index].prompt != items[index - 1].prompt {
        if index > 0 { lines.append("") }
        lines += heading(items[index].prompt, style)
      }
      lines += answer(items[index], index, style)
    }
    if shown < items.count {
      let rest = "\(style.ellipsis) \(NumberText.count(items.count - shown, "more answer"))"
      let facts = [rest] + (style.hint.map { [$0] } ?? [])
      lines.append(style.paint(facts.joined(separator: style.separator), .dim))
    }
    return lines
  }

  private func heading(_ prompt: String, _ style: ViewStyle) -> [String] {
    Wrap.lines(prompt, columns: style.columns).map { style.paint($0, .dim) }
  }

  /// The text as it was generated, leading space included, behind a bar.
  private func answer(_ item: Item, _ index: Int, _ style: ViewStyle) -> [String] {
    let digits = String(items.count - 1).count
    let (bar, end) = style.drawsUnicode ? (" │", " ╰") : (" |", " +")
    let margin = digits + 4
    let facts = item.finish + style.separator + NumberText.count(item.tokenCount, "token")
    let ending = TextWidth.truncated(
      TextWidth.visible(facts), to: style.columns - margin - 1, ellipsis: style.ellipsis)
    let body = Wrap.lines(item.text, columns: style.columns - margin)
    let lines = body.enumerated().map { row, line in
      let number = TextWidth.padded(row == 0 ? String(index) : "", to: digits, .right)
      return style.paint("  " + number + bar, .dim) + line
    }
    let indent = String(repeating: " ", count: digits + 2)
    // An answer cut off by its length is a thing to see.
    let reason = item.finish == "length" && ending.hasPrefix(item.finish) ? item.finish : ""
    let rest = String(ending.dropFirst(reason.count))
    return lines + [
      style.paint(indent + end + " ", .dim) + style.paint(reason, .yellow) + style.paint(rest, .dim)
    ]
  }

  private func plain(_ item: Item, _ index: Int, _ style: ViewStyle) -> [String] {
    let facts = [
      "completion: \(index)", "prompt: \(item.prompt)", "answer: \(item.text)",
      "finish: \(item.finish)", "tokens: \(item.tokenCount)",
    ]
    return (index == 0 ? [] : [""]) + facts.flatMap { Wrap.lines($0, columns: style.columns) }
  }
}
