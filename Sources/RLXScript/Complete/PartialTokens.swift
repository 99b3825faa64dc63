/// The tokens of a text up to a cursor, and what the cursor stands in.
///
/// Unlike the parser's, this reading never gives up: what is no token is passed over, a string that
/// is not closed on its line ends there. Of a string that the cursor stands in, an open `\(` is
/// followed inside; it counts as an open parenthesis.
struct PartialTokens {
  /// What the cursor stands in.
  enum Ending {
    case code
    case comment
    case string(OpenString)
  }

  /// A string literal that is not closed before the cursor.
  struct OpenString {
    /// The first byte after the opening quote.
    var start: Int
    /// What closes it: `"`, `'` or `"""`.
    var closing: String
    var isRaw: Bool
  }

  let source: Source
  private(set) var tokens: [Token] = []
  /// The places in `tokens` of the parentheses that are really a `\(`.
  private(set) var interpolations: Set<Int> = []
  private(set) var ending = Ending.code
  /// Whether a newline stands between the last token and the cursor.
  private(set) var endsAfterNewline = false

  init(_ source: Source) {
    self.source = source
    var lexer = Lexer(source)
    run(&lexer, untilParenthesis: false)
  }

  /// Reads to the end of the text; or to the `)` that closes an interpolation, and says so.
  @discardableResult
  private mutating func run(_ lexer: inout Lexer, untilParenthesis: Bool) -> Bool {
    var open = 0
    while true {
      let before = lexer.position
      var gap = Lexer.Gap()
      lexer.skipBlanks(&gap)
      let start = lexer.position
      guard start < lexer.bytes.count else {
        let gap = source.string(from: before, to: start)
          .split(separator: "\n", omittingEmptySubsequences: false)
        endsAfterNewline = gap.count > 1
        if gap.last?.contains("#") == true { ending = .comment }
        return false
      }
      if let quote = quote(&lexer) {
        guard string(&lexer, quote, from: start, gap) else { return false }
        continue
      }
      let kind = lexer.next()
      lexer.position = max(lexer.position, start + 1)
      if case .mark(.leftParen) = kind { open += 1 }
      if case .mark(.rightParen) = kind {
        if untilParenthesis, open == 0 { return true }
        open -= 1
      }
      append(kind, from: start, to: lexer.position, gap)
    }
  }

  private mutating func append(_ kind: TokenKind, from start: Int, to end: Int, _ gap: Lexer.Gap) {
    tokens.append(Token(kind: kind, span: Span(start, end), newlineBefore: gap.hasNewline))
  }

  /// Passes over the opening quote of a string, if one begins here.
  private func quote(_ lexer: inout Lexer) -> OpenString? {
    let first = lexer.bytes[lexer.position]
    var string = OpenString(start: lexer.position + 1, closing: "", isRaw: false)
    if first == UInt8(ascii: "r"), let next = lexer.byte(at: lexer.position + 1), isQuote(next) {
      string = OpenString(start: lexer.position + 2, closing: "", isRaw: true)
    } else if !isQuote(first) {
      return nil
    }
    let mark = lexer.bytes[string.start - 1]
    string.closing = String(Unicode.Scalar(mark))
    if !string.isRaw, mark == UInt8(ascii: "\""), lexer.byte(at: string.start) == mark,
      lexer.byte(at: string.start + 1) == mark
    {
      string.closing = "\"\"\""
      string.start += 2
    }
    lexer.position = string.start
    return string
  }

  /// Passes over the rest of a string; false if the text ends inside it.
  private mutating func string(
    _ lexer: inout Lexer, _ string: OpenString, from start: Int, _ gap: Lexer.Gap
  ) -> Bool {
    let outer = tokens.count
    let closing = Array(string.closing.utf8)
    while lexer.position < lexer.bytes.count {
      let place = lexer.position
      let byte = lexer.bytes[place]
      if lexer.bytes[place...].starts(with: closing) {
        lexer.position += closing.count
        break
      }
      if byte == UInt8(ascii: "\n"), closing.count == 1 { break }
      guard byte == UInt8(ascii: "\\"), !string.isRaw else {
        lexer.position += 1
        continue
      }
      lexer.position = min(place + 2, lexer.bytes.count)
      if lexer.byte(at: place + 1) == UInt8(ascii: "(") {
        interpolations.insert(tokens.count)
        append(.mark(.leftParen), from: place, to: place + 2, gap)
        guard run(&lexer, untilParenthesis: true) else { return false }
        tokens.removeSubrange(outer...)
        interpolations = interpolations.filter { $0 < outer }
      }
      if lexer.position == lexer.bytes.count {
        ending = .string(string)
        return false
      }
    }
    if lexer.position == lexer.bytes.count, !closes(lexer, from: string.start, closing) {
      ending = .string(string)
      return false
    }
    append(.string([]), from: start, to: lexer.position, gap)
    return true
  }

  private func closes(_ lexer: Lexer, from start: Int, _ closing: [UInt8]) -> Bool {
    lexer.position - closing.count >= start
      && lexer.bytes[(lexer.position - closing.count)...].elementsEqual(closing)
  }
}
