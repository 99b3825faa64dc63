extension Parser {
  mutating func primary(_ wanted: String) throws -> Expression {
    let token = current
    if isOver { throw unexpected(wanted) }
    height = 0
    switch token.kind {
    case .int(let magnitude):
      guard magnitude <= UInt64(Int.max) else {
        throw invalid("the number is too large for an int")
      }
      productions.insert(.integer)
      return literal(.int(Int(magnitude)))
    case .float(let number):
      productions.insert(.float)
      return literal(.float(number))
    case .string(let pieces): return try text(pieces)
    case .name(let name):
      advance()
      productions.insert(name == "_" ? .last : .name)
      return name == "_"
        ? .last(LastExpression(token.span)) : .name(NameExpression(name, token.span))
    case .keyword(let keyword): return try primary(keyword, wanted)
    case .mark(.leftParen):
      advance()
      productions.insert(.parentheses)
      let inner = try bracketed {
        let inner = try $0.expression()
        if $0.at(.comma) {
          throw $0.invalid("rlx has no tuples", remedy: "a list: [a, b]")
        }
        try $0.expect(.rightParen, "`)`")
        return inner
      }
      return inner
    case .mark(.leftBracket): return try list()
    case .mark(.leftBrace): return try map()
    case .mark, .end, .broken, .unfinished: throw unexpected(wanted)
    }
  }

  private mutating func literal(_ value: Value) -> Expression {
    .literal(LiteralExpression(value, advance().span))
  }

  private mutating func primary(_ keyword: Keyword, _ wanted: String) throws -> Expression {
    let start = current.span
    switch keyword {
    case .true, .false:
      productions.insert(.boolean)
      return literal(.bool(keyword == .true))
    case .nil:
      productions.insert(.nil)
      return literal(.nil)
    case .fn:
      advance()
      productions.insert(.functionExpression)
      if case .name(let name) = current.kind, !isOver {
        throw invalid(
          "a function inside an expression has no name", remedy: "fn(…) => …, not `\(name)`")
      }
      return .function(try functionRest(start, name: nil, documentation: nil))
    case .if:
      advance()
      let condition = try expression("a condition")
      return try conditionalRest(start, condition)
    case .try:
      advance()
      productions.insert(.tryExpression)
      return try nested {
        let body = try $0.expression("what to try")
        guard $0.accept(.else) != nil else { throw $0.unexpected("`else` and a value") }
        let fallback = try $0.expression("a value")
        return .attempt(AttemptExpression(body, fallback, start.joined(fallback.span)))
      }
    default: throw unexpected(wanted)
    }
  }

  /// From `then` on.
  mutating func conditionalRest(_ start: Span, _ condition: Expression) throws -> Expression {
    guard accept(.then) != nil else { throw unexpected("`then` and a value") }
    productions.insert(.ifExpression)
    return try nested {
      let positive = try $0.expression("a value")
      guard $0.accept(.else) != nil else { throw $0.unexpected("`else` and a value") }
      let negative = try $0.expression("a value")
      return .conditional(
        ConditionalExpression(condition, positive, negative, start.joined(negative.span)))
    }
  }

  private mutating func list() throws -> Expression {
    let start = advance().span
    productions.insert(.list)
    let elements = try bracketed {
      var elements: [Expression] = []
      while !$0.at(.rightBracket) {
        elements.append(try $0.expression("an element or `]`"))
        guard $0.accept(.comma) != nil else { break }
        if $0.at(.rightBracket) { $0.productions.insert(.trailingComma) }
      }
      try $0.expect(.rightBracket, "`,` or `]` after the element")
      return elements
    }
    return .list(ListExpression(elements, start.joined(Span(previousEnd, previousEnd))))
  }

  private mutating func map() throws -> Expression {
    let start = advance().span
    productions.insert(.map)
    mapBraces.insert(start.start)
    let entries = try bracketed {
      var entries: [(key: Expression, value: Expression)] = []
      while !$0.at(.rightBrace) {
        let key = try $0.key()
        try $0.expect(.colon, "`:` after the key")
        entries.append((key, try $0.expression("a value")))
        guard $0.accept(.comma) != nil else { break }
        if $0.at(.rightBrace) { $0.productions.insert(.trailingComma) }
      }
      try $0.expect(.rightBrace, "`,` or `}` after the value")
      return entries
    }
    return .map(MapExpression(entries, start.joined(Span(previousEnd, previousEnd))))
  }

  private mutating func key() throws -> Expression {
    let span = current.span
    switch current.kind {
    case .name, .keyword:
      let (word, span) = try word("a key")
      return .literal(LiteralExpression(.string(word), span))
    case .int(let magnitude) where magnitude <= UInt64(Int.max):
      return literal(.int(Int(magnitude)))
    case .string(let pieces): return try text(pieces)
    case .mark(.leftBracket):
      advance()
      productions.insert(.computedKey)
      return try bracketed {
        let key = try $0.expression("a key")
        try $0.expect(.rightBracket, "`]`")
        return key
      }
    default:
      if case .mark(.minus) = current.kind {
        throw invalid("a key that is computed stands in brackets", at: span, remedy: "[-1]: …")
      }
      throw unexpected("a key or `}`")
    }
  }

  // MARK: - Functions

  /// Parameters and body; `fn` and the name are taken.
  mutating func functionRest(
    _ start: Span, name: String?, documentation: String?
  ) throws -> FunctionSyntax {
    let parameters = try parameters()
    let (wasInFunction, wasInLoop) = (isInFunction, isInLoop)
    (isInFunction, isInLoop) = (true, false)
    defer { (isInFunction, isInLoop) = (wasInFunction, wasInLoop) }
    let body: FunctionSyntax.Body
    if accept(.arrow) != nil {
      productions.insert(.arrowBody)
      body = .expression(try nested { try $0.expression("the function's value") })
    } else if at(.leftBrace) {
      productions.insert(.blockBody)
      body = .block(try block("the parameters", habit: "fn f(x)"))
    } else {
      throw unexpected("`{` or `=>` after the parameters")
    }
    return FunctionSyntax(
      name: name, parameters: parameters, body: body, source: source,
      span: Span(start.start, previousEnd), documentation: documentation)
  }

  private mutating func parameters() throws -> [ParameterSyntax] {
    try expect(.leftParen, "`(` and the parameters")
    return try bracketed {
      var parameters: [ParameterSyntax] = []
      while !$0.at(.rightParen) {
        let parameter = try $0.parameter()
        if $0.isAtEnd { throw $0.unexpected("`,` or `)` after the parameter") }
        if parameter.name != "_", parameters.contains(where: { $0.name == parameter.name }) {
          throw $0.invalid("parameter \(parameter.name) stands twice", at: parameter.span)
        }
        if parameter.defaultValue == nil, parameters.last?.defaultValue != nil {
          throw $0.invalid(
            "parameters with a default come last", at: parameter.span,
            remedy: "\(parameter.name) = nil")
        }
        parameters.append(parameter)
        guard $0.accept(.comma) != nil else { break }
        if $0.at(.rightParen) { $0.productions.insert(.trailingComma) }
      }
      try $0.expect(.rightParen, "`,` or `)` after the parameter")
      return parameters
    }
  }

  private mutating func parameter() throws -> ParameterSyntax {
    let (name, span) = try name("a parameter or `)`")
    productions.insert(.parameter)
    if at(.colon) { throw hint(.typedParameter) }
    guard accept(.assign) != nil else { return ParameterSyntax(name, span, defaultValue: nil) }
    productions.insert(.defaultValue)
    return ParameterSyntax(name, span, defaultValue: try expression("a default"))
  }

  // MARK: - Strings

  private mutating func text(_ pieces: [StringPiece]) throws -> Expression {
    let span = advance().span
    noteString(span)
    if pieces.count == 1, case .text(let text) = pieces[0] {
      return .literal(LiteralExpression(.string(text), span))
    }
    var parts: [TextExpression.Part] = []
    var tallestPart = 0
    for piece in pieces {
      switch piece {
      case .text(let text): parts.append(.text(text))
      case .code(let tokens):
        parts.append(try interpolation(tokens))
        tallestPart = max(tallestPart, height)
      }
    }
    height = tallestPart
    return .text(TextExpression(parts, span))
  }

  private mutating func noteString(_ span: Span) {
    switch source.bytes[span.start] {
    case UInt8(ascii: "r"): productions.insert(.rawString)
    default:
      let isTriple = source.string(from: span.start, to: span.start + 3) == "\"\"\""
      productions.insert(isTriple ? .tripleString : .string)
    }
  }

  private mutating func interpolation(_ tokens: [Token]) throws -> TextExpression.Part {
    var inner = Parser(source, tokens, depth: depth + 1, isInterpolation: true)
    inner.ignoresNewlines = true
    guard inner.depth <= Limit.nestingAllowed else { throw limit(.nesting) }
    productions.insert(.interpolation)
    let value = try inner.expression("an expression")
    var format: Format?
    if inner.accept(.comma) != nil {
      productions.insert(.format)
      guard case .string(let pieces) = inner.current.kind, pieces.count == 1,
        case .text(let text) = pieces[0]
      else { throw inner.unexpected("a format such as \".3f\"") }
      guard let parsed = Format(text) else {
        throw inner.invalid("unknown format \"\(text)\"", remedy: Format.remedy)
      }
      inner.advance()
      format = parsed
    }
    guard case .end = inner.current.kind else { throw inner.unexpected("`,` or `)`") }
    productions.formUnion(inner.productions)
    height = inner.tallest
    try grow()
    return .value(value, format: format)
  }
}
