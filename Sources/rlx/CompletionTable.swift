import RLXSession

/// Completions as the prompt lists them: one a line with what is known of each where they are few,
/// else names in columns.
struct CompletionTable {
  let list: CompletionList
  /// The window's size.
  let columns: Int
  let rows: Int

  /// More than these take one line each only where each line says something.
  private static let few = 12
  private static let widestName = 32
  private static let widestDetail = 26
  private static let gap = 2

  /// Lines, each with its newline.
  var text: String {
    let labels = list.items.map(Self.label)
    let isArguments = list.items.contains { $0.kind == "argument" }
    let isWordy = list.items.contains { !$0.detail.isEmpty || !$0.doc.isEmpty }
    let room = max(rows - 3, 5)
    let fits = labels.count <= (isArguments ? room : min(Self.few, room))
    let (lines, hidden) = fits && isWordy ? described(labels) : inColumns(labels, room: room)
    let more = hidden + list.more
    return (lines + (more > 0 ? ["… and \(more) more"] : []))
      .map { TextWidth.truncated($0, to: max(columns - 1, 1)) + "\n" }.joined()
  }

  /// A path by its last part; an argument with its colon.
  private static func label(_ item: CompletionItem) -> String {
    var text = item.text
    if item.kind == "file" || item.kind == "folder" {
      let body = text.hasSuffix("/") ? text.dropLast() : text[...]
      if let slash = body.lastIndex(of: "/") { text = String(text[text.index(after: slash)...]) }
    }
    return TextWidth.visible(text) + (item.kind == "argument" ? ":" : "")
  }

  private func described(_ labels: [String]) -> ([String], hidden: Int) {
    let name = min(labels.map { TextWidth.of($0) }.max() ?? 0, Self.widestName) + Self.gap
    let details = list.items.map { TextWidth.truncated($0.detail, to: Self.widestDetail) }
    let widest = details.map { TextWidth.of($0) }.max() ?? 0
    let detail = widest > 0 ? widest + Self.gap : 0
    let lines = zip(labels, zip(details, list.items)).map { label, rest in
      TextWidth.padded(label, to: name) + TextWidth.padded(rest.0, to: detail) + rest.1.doc
    }
    return (lines.map(\.trimmedEnd), 0)
  }

  /// Down the first column, then the next.
  private func inColumns(_ labels: [String], room: Int) -> ([String], hidden: Int) {
    let width = min((labels.map { TextWidth.of($0) }.max() ?? 1) + Self.gap, max(columns - 1, 1))
    let across = max(1, (columns - 1 + Self.gap) / width)
    let height = min(room, (labels.count + across - 1) / across)
    let shown = min(labels.count, height * across)
    let lines = (0..<height).map { row in
      stride(from: row, to: shown, by: height)
        .map { TextWidth.padded(TextWidth.truncated(labels[$0], to: width), to: width) }.joined()
        .trimmedEnd
    }
    return (lines, labels.count - shown)
  }
}
