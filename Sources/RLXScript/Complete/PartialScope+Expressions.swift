/// Expressions as stretches of tokens, and read by the parser.
extension PartialScope {
  /// The first token of the operand with its calls, subscripts and members that ends at `last`.
  func startOfOperand(endingAt last: Int) -> Int? {
    var place = last
    while place >= 0 {
      var start = place
      switch kind(place) {
      case .mark(.rightParen), .mark(.rightBracket):
        guard let open = opening(of: place) else { return nil }
        if isCall(open) {
          place = open - 1
          continue
        }
        start = open
      case .mark(.rightBrace):
        guard let open = opening(of: place) else { return nil }
        start = open
      default:
        guard endsOperand(place) else { return nil }
      }
      guard isMember(start) else { return start }
      place = start - 2
    }
    return nil
  }

  /// The bracket that the one at `place` closes.
  private func opening(of place: Int) -> Int? {
    var depth = 0
    for place in stride(from: place, through: 0, by: -1) {
      switch kind(place) {
      case .mark(.rightParen), .mark(.rightBracket), .mark(.rightBrace): depth += 1
      case .mark(.leftParen), .mark(.leftBracket), .mark(.leftBrace):
        depth -= 1
        if depth == 0 { return place }
      default: break
      }
    }
    return nil
  }

  /// The tokens of the expression that begins at `start`: up to what cannot belong to it.
  func extent(from start: Int) -> Range<Int> {
    var depth = 0
    var place = start
    while place < reader.tokens.count {
      let isOutermost = depth == 0 && place > start
      if isOutermost, reader.tokens[place].newlineBefore, endsOperand(place - 1) { break }
      switch kind(place) {
      case .mark(.leftBrace) where isOutermost && endsOperand(place - 1) && !opensBody(place):
        return start..<place
      case .mark(.leftParen), .mark(.leftBracket), .mark(.leftBrace): depth += 1
      case .mark(.rightParen), .mark(.rightBracket), .mark(.rightBrace):
        depth -= 1
        if depth < 0 { return start..<place }
      case .mark(.semicolon) where depth == 0, .mark(.comma) where depth == 0:
        return start..<place
      default: break
      }
      place += 1
    }
    return start..<place
  }

  /// Whether a brace follows the parameters of a function.
  private func opensBody(_ place: Int) -> Bool {
    guard case .mark(.rightParen)? = kind(place - 1) else { return false }
    return opening(of: place - 1).flatMap(functionKeyword) != nil
  }

  /// The expression in these tokens, if it is whole.
  func expression(_ range: Range<Int>) -> Expression? {
    guard let text = text(range),
      case .program(let statements) = Parser.parse(Source("(" + text + "\n)", name: "<cursor>")),
      case .expression(let expression)? = statements.first?.syntax, statements.count == 1
    else { return nil }
    return expression
  }

  /// The function declared by the `fn` at a token, if it is whole.
  func function(at place: Int) -> FunctionSyntax? {
    guard let text = text(extent(from: place)),
      case .program(let statements) = Parser.parse(Source(text, name: "<cursor>")),
      case .function(let statement)? = statements.first?.syntax
    else { return nil }
    return statement.function
  }

  private func text(_ range: Range<Int>) -> String? {
    guard let first = range.first, let last = range.last, last < reader.tokens.count else {
      return nil
    }
    return reader.source.string(
      from: reader.tokens[first].span.start, to: reader.tokens[last].span.end)
  }
}
