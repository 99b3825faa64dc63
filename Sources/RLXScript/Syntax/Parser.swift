/// Recursive descent over the tokens, with precedence climbing for operators.
///
/// Newlines are the parser's matter: `isOver` says whether the statement ends before the current
/// token, which depends on the brackets open around it.
package struct Parser {
  package enum Result {
    case program([TopStatement])
    /// The text ends too early; the diagnostic reports it where no more text will come.
    case incomplete(String, Diagnostic)
    case invalid(Diagnostic)
  }

  /// How parsing stops.
  enum Stop: Error {
    case incomplete(String, Span)
    case invalid(Diagnostic)
  }

  let source: Source
  var tokens: [Token]
  var position = 0
  /// Whether the token before could end a statement.
  var previousCanEnd = false
  /// Whether newlines mean nothing: the innermost bracket is `(`, `[` or a map's `{`.
  var ignoresNewlines = false
  /// Brackets, blocks and prefixes open around the current token.
  var depth: Int
  let isInterpolation: Bool
  var isInFunction = false
  var isInLoop = false
  var isInBlock = false
  /// The height of the tree of the expression just parsed.
  var height = 0
  /// The tallest expression inside the innermost bracket, block or prefix so far.
  var tallest = 0
  /// The rules used so far.
  var productions: Set<Production> = []
  /// Where the maps so far begin: their `{` is no block's.
  var mapBraces: Set<Int> = []

  init(_ source: Source, _ tokens: [Token], depth: Int = 0, isInterpolation: Bool = false) {
    self.source = source
    self.tokens = tokens
    self.depth = depth
    self.isInterpolation = isInterpolation
  }

  package static func parse(_ source: Source) -> Result { productions(of: source).result }

  /// The program with the grammar rules it uses.
  package static func productions(of source: Source) -> (result: Result, used: Set<Production>) {
    var parser = Parser(source, Lexer.tokens(of: source))
    do {
      let program = try parser.program()
      return (.program(program), parser.productions)
    } catch {
      return (parser.result(of: error), parser.productions)
    }
  }

  /// The offsets of the `{` that open maps. Throws what is wrong with a text that is no program.
  static func mapBraces(of source: Source) throws(Diagnostic) -> Set<Int> {
    var parser = Parser(source, Lexer.tokens(of: source))
    do {
      _ = try parser.program()
      return parser.mapBraces
    } catch {
      throw parser.diagnostic(of: error)
    }
  }

  /// The error that `result` reports.
  func diagnostic(of error: any Error) -> Diagnostic {
    switch result(of: error) {
    case .incomplete(_, let diagnostic), .invalid(let diagnostic): diagnostic
    case .program: Diagnostic(.syntax, "\(error)")
    }
  }

  private func result(of error: any Error) -> Result {
    switch error {
    case Stop.invalid(let diagnostic) where diagnostic.kind == .syntax && lastMayGrow:
      .incomplete("the rest of `\(source.string(in: tokens[tokens.count - 2].span))`", diagnostic)
    case Stop.incomplete(let missing, let span):
      .incomplete(
        missing,
        Diagnostic(
          .syntax, "the text ends where \(missing) should follow", at: Place(source, span)))
    case Stop.invalid(let diagnostic): .invalid(diagnostic)
    default: .invalid(Diagnostic(.syntax, "\(error)"))
    }
  }

  // MARK: - Statements one after the other

  mutating func program() throws -> [TopStatement] {
    var statements: [TopStatement] = []
    while true {
      previousCanEnd = false
      if accept(.semicolon) != nil { continue }
      if case .end = current.kind { return statements }
      let first = current
      let statement = try statement()
      let endsQuietly = try endOfStatement()
      let start = first.documentation.map(\.start) ?? first.span.start
      statements.append(
        TopStatement(
          syntax: statement, source: source, span: Span(start, previousEnd),
          isQuiet: endsQuietly))
    }
  }

  /// `{ … }` after what is described; `habit` is what stands before it, for the hint to braces.
  mutating func block(_ after: String, habit: String = "if c") throws -> Block {
    guard at(.leftBrace) else {
      if at(.colon) {
        throw invalid(Hint.blockColon.message, remedy: "\(habit) { … }")
      }
      throw unexpected("`{` after \(after)")
    }
    let open = advance().span
    let (ignored, wasInBlock) = (ignoresNewlines, isInBlock)
    ignoresNewlines = false
    isInBlock = true
    defer { (ignoresNewlines, isInBlock) = (ignored, wasInBlock) }
    return try nested {
      var statements: [Statement] = []
      while true {
        $0.previousCanEnd = false
        if $0.accept(.semicolon) != nil { continue }
        if let close = $0.accept(.rightBrace) {
          return Block(statements: statements, span: open.joined(close.span))
        }
        if case .end = $0.current.kind { throw $0.unexpected("`}` to close the block") }
        statements.append(try $0.statement())
        _ = try $0.endOfStatement()
      }
    }
  }

  /// Takes what ends a statement; true if that is a `;`.
  private mutating func endOfStatement() throws -> Bool {
    if isOver || at(.rightBrace) && isInBlock { return false }
    if accept(.semicolon) != nil {
      productions.insert(.semicolon)
      return true
    }
    if case .end = current.kind { return false }
    throw misplaced()
  }

  // MARK: - Tokens

  /// Whether the text ends here, so that what is wrong so far may still come right.
  var isAtEnd: Bool { if case .end = current.kind { !isOver && !isInterpolation } else { false } }

  var current: Token { tokens[position] }
  var previousEnd: Int { position > 0 ? tokens[position - 1].span.end : 0 }

  func token(after offset: Int) -> Token { tokens[min(position + offset, tokens.count - 1)] }

  /// Whether a newline has ended the statement before the current token.
  var isOver: Bool { current.newlineBefore && previousCanEnd && !ignoresNewlines }

  func at(_ mark: Mark) -> Bool {
    if case .mark(mark) = current.kind { return !isOver }
    return false
  }

  func at(_ keyword: Keyword) -> Bool {
    if case .keyword(keyword) = current.kind { return !isOver }
    return false
  }

  @discardableResult
  mutating func advance() -> Token {
    let token = current
    previousCanEnd = token.kind.canEndStatement
    if position < tokens.count - 1 { position += 1 }
    return token
  }

  mutating func accept(_ mark: Mark) -> Token? { at(mark) ? advance() : nil }
  mutating func accept(_ keyword: Keyword) -> Token? { at(keyword) ? advance() : nil }

  @discardableResult
  mutating func expect(_ mark: Mark, _ wanted: String) throws -> Token {
    guard at(mark) else { throw unexpected(wanted) }
    return advance()
  }

  /// A word that is no keyword.
  mutating func name(_ wanted: String) throws -> (String, Span) {
    if case .name(let name) = current.kind, !isOver { return (name, advance().span) }
    throw unexpected(wanted)
  }

  /// Any word, keywords too.
  mutating func word(_ wanted: String) throws -> (String, Span) {
    if case .keyword(let keyword) = current.kind, !isOver {
      let span = advance().span
      previousCanEnd = true  // after a dot it is a name
      return (keyword.rawValue, span)
    }
    return try name(wanted)
  }

  // MARK: - Depth

  mutating func nested<R>(_ body: (inout Parser) throws -> R) throws -> R {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Limit.nestingAllowed else { throw limit(.nesting) }
    let outside = tallest
    tallest = 0
    let result = try body(&self)
    height = tallest
    try grow()
    tallest = max(outside, height)
    return result
  }

  /// Adds a level on top of the expression just parsed. The limit keeps every walk over the tree,
  /// its release included, within any stack.
  mutating func grow(over other: Int = 0) throws {
    height = max(height, other) + 1
    tallest = max(tallest, height)
    guard height <= Limit.chainAllowed else { throw limit(.chain) }
  }

  /// Parses inside brackets, where newlines mean nothing.
  mutating func bracketed<R>(_ body: (inout Parser) throws -> R) throws -> R {
    let ignored = ignoresNewlines
    ignoresNewlines = true
    defer { ignoresNewlines = ignored }
    return try nested(body)
  }

  func limit(_ limit: Limit) -> Stop {
    let fault = limit.fault
    return .invalid(
      Diagnostic(
        fault.kind, fault.message, at: Place(source, current.span), remedy: fault.remedy))
  }
}

/// One statement at the top level, as sessions run and keep it.
package final class TopStatement {
  package let syntax: Statement
  package let source: Source
  /// From its documentation comment or first token to its last token, a final `;` included.
  package let span: Span
  /// Whether it ends in `;`, so that its value is not shown.
  package let isQuiet: Bool

  init(syntax: Statement, source: Source, span: Span, isQuiet: Bool) {
    self.syntax = syntax
    self.source = source
    self.span = span
    self.isQuiet = isQuiet
  }

  /// The exact text.
  package var text: String { source.string(in: span) }
  /// The 1-based line it begins on.
  package var line: Int { source.lineNumber(at: span.start) }
}
