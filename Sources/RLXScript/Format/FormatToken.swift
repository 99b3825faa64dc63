/// A token in its role: what decides on the spaces around it.
struct FormatToken {
  let token: Token
  let text: String
  /// A word as a member, key or argument name, keywords too.
  var isName = false
  /// A minus with nothing before it to subtract from.
  var isUnary = false
  /// A `{` or `}` of a map; those of a block have a space inside.
  var isMapBrace = false

  /// Whether an expression can end here, so that `(` calls it, `[` reads from it, and `-` subtracts.
  var endsExpression: Bool {
    switch token.kind {
    case .int, .float, .string, .name: true
    case .keyword(let word): isName || [.true, .false, .nil].contains(word)
    case .mark(let mark): [.rightParen, .rightBracket, .rightBrace].contains(mark)
    case .end, .broken, .unfinished: false
    }
  }

  /// Whether a newline behind it can end a statement.
  var endsStatement: Bool { isName || token.kind.canEndStatement }

  func isMark(_ marks: Mark...) -> Bool {
    if case .mark(let mark) = token.kind { marks.contains(mark) } else { false }
  }

  var isOpener: Bool { isMark(.leftParen, .leftBracket, .leftBrace) }
  var isCloser: Bool { isMark(.rightParen, .rightBracket, .rightBrace) }

  /// Whether a space stands between this token and the next on its line.
  func isSpaced(from next: FormatToken) -> Bool {
    guard case .mark(let mark) = next.token.kind else { return isSpacedBehind }
    switch mark {
    case .rightParen, .rightBracket, .comma, .semicolon, .colon: return false
    case .dot:
      // `1.é` would be read as a number without its decimals.
      if case .int = token.kind { return next.isBeforeWideName }
      return false
    case .rightBrace: return !next.isMapBrace && !isMark(.leftBrace)
    case .leftParen:
      if case .keyword(.fn) = token.kind, !isName { return false }
      return !endsExpression && isSpacedBehind
    case .leftBracket, .rangeUpTo, .rangeThrough: return !endsExpression && isSpacedBehind
    default: return isSpacedBehind
    }
  }

  /// What follows most tokens.
  private var isSpacedBehind: Bool {
    if isUnary || isMapBrace && isMark(.leftBrace) { return false }
    return !isMark(.leftParen, .leftBracket, .dot, .rangeUpTo, .rangeThrough)
  }

  /// For a dot: whether the name behind it begins with a letter beyond ASCII.
  var isBeforeWideName = false
}

extension FormatToken {
  /// The tokens of a program with their roles, `.end` last.
  static func all(of source: Source, mapBraces: Set<Int>) -> [FormatToken] {
    let tokens = Lexer.tokens(of: source)
    var result: [FormatToken] = []
    var open: [FormatToken] = []
    for (index, token) in tokens.enumerated() {
      var piece = FormatToken(token: token, text: source.string(in: token.span))
      let next = index + 1 < tokens.count ? tokens[index + 1] : token
      let previous = result.last
      switch token.kind {
      case .name: piece.isName = true
      case .keyword:
        piece.isName = previous?.isMark(.dot) == true
        if case .mark(.colon) = next.kind { piece.isName = true }
      case .mark(let mark):
        piece.isMapBrace = mark == .leftBrace && mapBraces.contains(token.span.start)
        if piece.isOpener { open.append(piece) }
        if piece.isCloser, let opener = open.popLast() { piece.isMapBrace = opener.isMapBrace }
        if mark == .dot { piece.isBeforeWideName = source.bytes[next.span.start] >= 0x80 }
        if mark == .minus {
          let isInBlock = open.last.map { $0.isMark(.leftBrace) && !$0.isMapBrace } ?? true
          let beginsStatement =
            isInBlock && token.newlineBefore && previous?.endsStatement != false
          piece.isUnary = beginsStatement || previous?.endsExpression != true
        }
      case .int, .float, .string, .end, .broken, .unfinished: break
      }
      result.append(piece)
    }
    return result
  }
}
