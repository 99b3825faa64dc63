/// Names and values one below the other, the values aligned: settings, summaries.
package enum KeyValueView {
  /// One line an entry, long values wrapped under themselves; a title above if there is one.
  ///
  /// In plain mode `name: value`.
  package static func lines(
    _ entries: [(name: String, value: String)], title: String? = nil, style: ViewStyle
  ) -> [String] {
    var lines = title.map { Wrap.lines($0, columns: style.columns) } ?? []
    lines = lines.map { style.paint($0, .bold) }
    let indent = title == nil ? 0 : 2
    if style.plain {
      return lines
        + entries.flatMap { Wrap.lines("\($0.name): \($0.value)", columns: style.columns) }
    }
    let names = entries.map { TextWidth.visible($0.name) }
    let room = min(names.map { TextWidth.of($0) }.max() ?? 0, style.columns / 2 - indent)
    for (name, entry) in zip(names, entries) {
      let cut = TextWidth.truncated(name, to: room, ellipsis: style.ellipsis)
      let margin = String(repeating: " ", count: indent)
      let column = indent + room + 2
      let values = Wrap.lines(entry.value, columns: style.columns - column)
      let head = margin + style.paint(TextWidth.padded(cut, to: room), .dim) + "  "
      lines.append(head + (values.first ?? ""))
      lines += values.dropFirst().map { String(repeating: " ", count: column) + $0 }
    }
    return lines
  }

  package static func text(
    _ entries: [(name: String, value: String)], title: String? = nil, style: ViewStyle
  ) -> String {
    lines(entries, title: title, style: style).joined(separator: "\n")
  }
}
