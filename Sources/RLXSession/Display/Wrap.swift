/// Breaking text into lines by columns.
package enum Wrap {
  /// The lines of `text`, each at most `columns` wide, broken at spaces where there are any.
  ///
  /// Line breaks of the text stay; spaces at the beginning of the text stay; the spaces a line is
  /// broken at are dropped; a word longer than a line is cut. Empty text is one empty line.
  package static func lines(_ text: String, columns: Int) -> [String] {
    let columns = max(columns, 2)  // a wide letter needs two
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .flatMap { paragraph(TextWidth.visible($0), columns: columns) }
  }

  /// `text` wrapped with `indent` spaces before each line.
  package static func indented(_ text: String, by indent: Int, columns: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    return lines(text, columns: columns - indent).map { $0.isEmpty ? "" : margin + $0 }
  }

  private static func paragraph(_ text: String, columns: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var used = 0
    for piece in pieces(text) {
      let width = TextWidth.of(piece)
      if used + width <= columns {
        line += piece
        used += width
        continue
      }
      if piece.hasPrefix(" "), used > 0 {  // the break stands for these spaces
        lines.append(line)
        (line, used) = ("", 0)
        continue
      }
      if used > 0 {
        lines.append(trimmed(line))
        (line, used) = ("", 0)
      }
      let parts = chunks(piece, columns: columns)
      lines += parts.dropLast()
      line = parts.last ?? ""
      used = TextWidth.of(line)
    }
    if used > 0 || lines.isEmpty { lines.append(line) }
    return lines
  }

  /// Words and runs of spaces, in order; together they are the text.
  private static func pieces(_ text: String) -> [String] {
    var pieces: [String] = []
    var isSpace: Bool?
    for character in text {
      let space = character == " "
      if space == isSpace {
        pieces[pieces.count - 1].append(character)
      } else {
        pieces.append(String(character))
        isSpace = space
      }
    }
    return pieces
  }

  private static func chunks(_ word: String, columns: Int) -> [String] {
    var rest = word
    var parts: [String] = []
    while TextWidth.of(rest) > columns {
      var part = TextWidth.prefix(rest, columns: columns)
      if part.isEmpty { part = String(rest.prefix(1)) }  // a grapheme wider than the line
      parts.append(part)
      rest = String(rest.dropFirst(part.count))
    }
    return rest.isEmpty ? parts : parts + [rest]
  }

  private static func trimmed(_ line: String) -> String {
    var line = line
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }
}
