extension Parser {
  /// The error of meeting the current token where `wanted` should stand. At the end of the text that
  /// is no error yet, nor where the last word may still be growing.
  func unexpected(_ wanted: String) -> Stop {
    switch current.kind {
    case .broken(let diagnostic): return .invalid(diagnostic)
    case .unfinished(let missing): return .incomplete(missing, current.span)
    case .end:
      if isInterpolation { return invalid("expected \(wanted) before the `)` of the string") }
      if !isOver { return .incomplete(wanted, Span(previousEnd, max(previousEnd, 0))) }
    default: break
    }
    if isOver { return invalid("expected \(wanted) on the same line", at: endOfPrevious) }
    if case .mark(.plus) = current.kind, previousEnd == current.span.start,
      source.string(from: previousEnd - 1, to: previousEnd) == "+"
    {
      return hint(.increment)
    }
    return invalid("expected \(wanted), got \(described(current))", remedy: remedy(wanted))
  }

  /// What was probably meant where `wanted` should stand.
  private func remedy(_ wanted: String) -> String? {
    switch current.kind {
    case .mark(.assign) where wanted.hasPrefix("`{` after"): return "`==` compares"
    case .mark(.colon) where wanted.hasSuffix("after the subscript"): return "xs[1..2]"
    default: break
    }
    if wanted.hasPrefix("`{` or `=>`") { return "fn f(x) => …, or fn f(x) { … }" }
    if wanted.hasSuffix("after the argument"), position > 0,
      case .name(let name) = tokens[position - 1].kind
    {
      return "\(name): …"
    }
    return nil
  }

  /// The error of a token after a complete statement.
  func misplaced() -> Stop {
    switch current.kind {
    case .broken(let diagnostic): return .invalid(diagnostic)
    case .unfinished(let missing): return .incomplete(missing, current.span)
    default: break
    }
    if let hint = habit() {
      if hint == .printStatement, case .name(let name) = tokens[position - 1].kind {
        return invalid(hint.message, remedy: "\(name)(x)")
      }
      return self.hint(hint, at: isAfterForeignWord(hint) ? tokens[position - 1].span : nil)
    }
    let found = described(current)
    return invalid(
      "expected the end of the statement, got \(found)",
      remedy: at(.rightBrace) || at(.rightParen) || at(.rightBracket)
        ? nil : "a new line, or `;` between statements")
  }

  func invalid(_ message: String, at span: Span? = nil, remedy: String? = nil) -> Stop {
    .invalid(
      Diagnostic(.syntax, message, at: Place(source, span ?? current.span), remedy: remedy))
  }

  func hint(_ hint: Hint, at span: Span? = nil) -> Stop {
    invalid(hint.message, at: span, remedy: hint.remedy)
  }

  private var endOfPrevious: Span { Span(previousEnd, previousEnd) }

  /// Whether parsing has come to the text's last token, and more letters could make another of it:
  /// `=` may become `==`, `as` may become `assert`, `no` may become `not`.
  var lastMayGrow: Bool {
    guard tokens.count > 1, position >= tokens.count - 2 else { return false }
    let last = tokens[tokens.count - 2]
    guard last.span.end == source.bytes.count else { return false }
    switch last.kind {
    case .name(let name): return Self.wordsThatContinue.contains { $0.hasPrefix(name) }
    case .keyword: return true
    case .mark(let mark):
      return Mark.allCases.contains { $0 != mark && $0.rawValue.hasPrefix(mark.rawValue) }
    case .int(let magnitude): return magnitude > UInt64(Int.max)  // may become a float
    case .float, .string, .end, .broken, .unfinished: return false
    }
  }

  /// The keywords that can follow an expression or block.
  private static let wordsThatContinue: [String] =
    [Keyword.and, .or, .not, .in, .else, .then, .as, .catch].map(\.rawValue)

  /// The habit of another language that explains the current token, if one does.
  private func habit() -> Hint? {
    if case .keyword(.if) = current.kind { return .ternary }
    if case .name(let word) = current.kind, ["elif", "elsif", "elseif"].contains(word) {
      return .elif
    }
    guard position > 0, case .name(let word) = tokens[position - 1].kind else { return nil }
    if case .string = current.kind, tokens[position - 1].span.end == current.span.start,
      ["f", "F", "b", "rb", "fr"].contains(word)
    {
      return .formatString
    }
    switch word {
    case "elif", "elsif", "elseif": return .elif
    case "let", "const": return .let
    case "var": return .var
    case "def", "func", "function": return .def
    case "lambda": return .lambda
    case "import", "from": return .import
    default: break
    }
    switch current.kind {
    case .name("is"): return nil
    case .name, .string, .int, .float, .keyword(.true), .keyword(.false), .keyword(.nil):
      return previousIsFirst ? .printStatement : nil
    default: return nil
    }
  }

  /// Whether a hint is about the word before the current token, rather than about the token.
  private func isAfterForeignWord(_ hint: Hint) -> Bool {
    guard position > 0, case .name(let word) = tokens[position - 1].kind else { return false }
    switch hint {
    case .let, .var, .def, .lambda, .import: return true
    case .elif: return ["elif", "elsif", "elseif"].contains(word)
    default: return false
    }
  }

  /// Whether the token before the current one begins its statement.
  private var previousIsFirst: Bool {
    guard position > 1, !tokens[position - 1].newlineBefore else { return true }
    switch tokens[position - 2].kind {
    case .mark(.semicolon), .mark(.leftBrace): return true
    default: return false
    }
  }

  /// A token in words.
  func described(_ token: Token) -> String {
    switch token.kind {
    case .int, .float: "the number \(source.string(in: token.span))"
    case .string: "a string"
    case .name(let name): "`\(name)`"
    case .keyword(let keyword): "the keyword `\(keyword.rawValue)`"
    case .mark(let mark): "`\(mark.rawValue)`"
    case .end: isInterpolation ? "`)`" : "the end of the text"
    case .broken, .unfinished: source.string(in: token.span)
    }
  }
}
