/// A line of formatted text while it is put together.
struct FormatLine {
  var indent = 0
  var text: String
  /// The comment behind the code; nil for none.
  var comment: String?
  /// The columns (0-based) where the code ended and the comment began in the source.
  var sourceEnd = 0
  var sourceComment = 0

  /// The column after the code; of code whose last token spans lines, on its last one.
  fileprivate var width: Int {
    guard let newline = text.utf8.lastIndex(of: UInt8(ascii: "\n")) else {
      return screenColumn(after: text[...], from: indent)
    }
    return screenColumn(after: text[text.utf8.index(after: newline)...])
  }

  fileprivate func written(commentAt column: Int) -> String {
    let code = text.isEmpty ? "" : String(repeating: " ", count: indent) + text
    guard let comment else { return code }
    return code + String(repeating: " ", count: column - width) + comment
  }
}

/// The lines as one text. Comments that stood one below the other behind their code do so again: as
/// far from the longest line as before.
func joined(_ lines: [FormatLine]) -> String {
  var text = ""
  var first = 0
  while first < lines.count {
    var end = first + 1
    if lines[first].comment != nil {
      while end < lines.count, lines[end].comment != nil,
        lines[end].sourceComment == lines[first].sourceComment
      { end += 1 }
    }
    let group = lines[first..<end]
    let gap = lines[first].sourceComment - (group.map(\.sourceEnd).max() ?? 0)
    let column = (group.map(\.width).max() ?? 0) + (gap > 0 ? gap : 2)
    for line in group { text += line.written(commentAt: column) + "\n" }
    first = end
  }
  return text
}

/// The column (0-based) of a byte of the source on the screen.
func screenColumn(of offset: Int, in source: Source) -> Int {
  let start = source.lineRange(source.lineNumber(at: offset)).lowerBound
  return screenColumn(after: source.string(from: start, to: offset)[...])
}

/// The column where `text` ends that begins in `column`; tabs stop at every eighth.
private func screenColumn(after text: Substring, from column: Int = 0) -> Int {
  text.reduce(column) { column, character in
    character == "\t" ? (column / 8 + 1) * 8 : column + columnWidth(character)
  }
}
