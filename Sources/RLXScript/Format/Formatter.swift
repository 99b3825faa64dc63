/// The program in its standard form: two spaces an indent, one space around operators, none inside
/// brackets. Where lines break, what comments say and what strings hold stays as it is; of several
/// empty lines at most two are kept.
///
/// Throws the syntax error of a text that is no program. Formatting twice changes nothing more.
package func formatted(_ source: Source) throws(Diagnostic) -> String {
  let mapBraces = try Parser.mapBraces(of: source)
  var formatter = Formatter(source, FormatToken.all(of: source, mapBraces: mapBraces))
  let text = formatter.run()
  precondition(
    haveSameTokens(source, Source(text, name: source.name)),
    "formatting \(source.name) would change what it says")
  return text
}

/// Whether two texts hold the same tokens, with newlines between the same ones.
private func haveSameTokens(_ a: Source, _ b: Source) -> Bool {
  let (left, right) = (Lexer.tokens(of: a), Lexer.tokens(of: b))
  return left.count == right.count
    && zip(left, right).enumerated().allSatisfy { index, pair in
      a.string(in: pair.0.span) == b.string(in: pair.1.span)
        && (pair.0.newlineBefore == pair.1.newlineBefore || index == 0 || pair.0.isEnd)
    }
}

extension Token {
  fileprivate var isEnd: Bool { if case .end = kind { true } else { false } }
}

/// Lays the tokens of a program out again, line for line.
private struct Formatter {
  private let source: Source
  private let pieces: [FormatToken]
  private var lines: [FormatLine] = []
  /// The brackets open around the current token, the top level lowest.
  private var open = [Bracket(isBlock: true, lineIndent: -Self.step)]

  /// What the tokens inside one pair of brackets are laid out by.
  private struct Bracket {
    /// Whether newlines end statements inside; else commas end elements.
    var isBlock: Bool
    /// The indentation of the line on which it opens.
    var lineIndent: Int
    /// The indentation of the line on which the element or statement now read began; nil between two.
    var elementIndent: Int?
    /// Whether the statement now read is one whose header a block follows.
    var isInHeader = false
  }

  private static let step = 2
  private static let emptyLinesKept = 2

  init(_ source: Source, _ pieces: [FormatToken]) {
    self.source = source
    self.pieces = pieces
  }

  mutating func run() -> String {
    var end = 0
    for (index, piece) in pieces.enumerated() {
      let previous = index > 0 ? pieces[index - 1] : nil
      let gap = FormatGap(source, end..<piece.token.span.start, isFirst: index == 0)
      end = piece.token.span.end
      place(piece, behind: previous, gap)
    }
    let mark = source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? "\u{FEFF}" : ""
    return mark + joined(lines)
  }

  private mutating func place(
    _ piece: FormatToken, behind previous: FormatToken?, _ gap: FormatGap
  ) {
    if let comment = gap.trailing { append(comment, behind: previous) }
    let isEnd = piece.token.isEnd
    if gap.hasNewline, previous?.endsStatement == true, open[open.count - 1].isBlock {
      open[open.count - 1].elementIndent = nil
    }
    let own = indent(of: piece)
    place(gap.lines, indent: isEnd ? 0 : own.ofComments, after: previous, before: piece)
    if isEnd { return }
    if gap.hasNewline || lines.isEmpty || previous == nil {
      lines.append(FormatLine(indent: own.ofToken, text: piece.text))
    } else {
      let isSpaced = previous?.isSpaced(from: piece) == true
      lines[lines.count - 1].text += (isSpaced ? " " : "") + piece.text
    }
    note(piece)
  }

  /// The indentation of a token that begins a line, and of comments on lines of their own before it.
  private func indent(of piece: FormatToken) -> (ofToken: Int, ofComments: Int) {
    let bracket = open[open.count - 1]
    let inside = (bracket.elementIndent ?? bracket.lineIndent) + Self.step
    if piece.isCloser { return (bracket.lineIndent, bracket.lineIndent + Self.step) }
    return (inside, inside)
  }

  /// Follows brackets and the ends of elements.
  private mutating func note(_ piece: FormatToken) {
    let line = lines[lines.count - 1].indent
    if piece.isCloser {
      if open.count > 1 { open.removeLast() }
      return
    }
    let top = open.count - 1
    if open[top].elementIndent == nil, !piece.isMark(.comma, .semicolon) {
      open[top].elementIndent = line
      open[top].isInHeader = open[top].isBlock && piece.opensHeader
    }
    if piece.isMark(.semicolon) || piece.isMark(.comma) && !open[top].isBlock {
      open[top].elementIndent = nil
    }
    guard piece.isOpener else { return }
    let isBlock = piece.isMark(.leftBrace) && !piece.isMapBrace
    // The block of an `if` whose condition went over several lines is indented from the `if`.
    let header = isBlock && open[top].isInHeader ? open[top].elementIndent : nil
    open.append(Bracket(isBlock: isBlock, lineIndent: header ?? line))
  }

  // MARK: - Comments and empty lines

  private mutating func append(_ comment: FormatGap.Comment, behind piece: FormatToken?) {
    guard let piece, !lines.isEmpty else { return }
    lines[lines.count - 1].comment = comment.text
    lines[lines.count - 1].sourceEnd = screenColumn(of: piece.token.span.end, in: source)
    lines[lines.count - 1].sourceComment = screenColumn(of: comment.start, in: source)
  }

  /// Comments keep their place between the lines; empty lines do, except next to a bracket's inside
  /// and at the ends of the text.
  private mutating func place(
    _ comments: [FormatGap.Comment?], indent: Int, after previous: FormatToken?,
    before next: FormatToken
  ) {
    var empty = 0
    var isAtEdge = previous == nil || previous?.isOpener == true
    for comment in comments {
      guard let comment else {
        empty += 1
        continue
      }
      appendEmpty(isAtEdge ? 0 : empty)
      let column = screenColumn(of: comment.start, in: source)
      if let above = lines.last, above.comment != nil, above.sourceComment == column {
        // The comment behind the line above goes on.
        lines.append(FormatLine(text: "", comment: comment.text, sourceComment: column))
      } else {
        lines.append(FormatLine(indent: indent, text: comment.text))
      }
      (empty, isAtEdge) = (0, false)
    }
    if !isAtEdge, !next.isCloser, !next.token.isEnd { appendEmpty(empty) }
  }

  private mutating func appendEmpty(_ count: Int) {
    for _ in 0..<min(count, Self.emptyLinesKept) { lines.append(FormatLine(indent: 0, text: "")) }
  }
}

extension FormatToken {
  /// `if`, `for` or `while` where a statement begins.
  fileprivate var opensHeader: Bool {
    guard case .keyword(let word) = token.kind else { return false }
    return [.if, .for, .while].contains(word)
  }
}
