extension Parser {
  mutating func statement() throws -> Statement {
    let start = current
    guard case .keyword(let keyword) = start.kind else { return try simple() }
    switch keyword {
    case .if: return try conditional()
    case .for: return try forLoop()
    case .while: return try whileLoop()
    case .return: return try returning()
    case .break, .continue: return try leavingLoop(keyword)
    case .use: return try use()
    case .fail:
      advance()
      productions.insert(.fail)
      let value = try expression("what to fail with")
      return .fail(FailStatement(value, start.span.joined(value.span)))
    case .assert: return try assertion()
    case .try:
      if case .mark(.leftBrace) = token(after: 1).kind { return try attempt() }
      return try simple()
    case .fn:
      if case .name = token(after: 1).kind { return try function() }
      return try simple()
    case .else, .catch:
      throw invalid(
        "`\(keyword.rawValue)` stands on the line of the `}` before it",
        remedy: "} \(keyword.rawValue) …")
    case .then, .in, .as, .and, .or, .not, .true, .false, .nil: return try simple()
    }
  }

  /// An expression or an assignment.
  private mutating func simple() throws -> Statement {
    try refuseLeadingMarks()
    let first = try expression("a statement")
    if at(.comma) || at(.assign) { return try assignment(first) }
    if case .mark(let mark) = current.kind, !isOver,
      let operation = AssignmentOperator(rawValue: mark.rawValue)?.operation
    {
      advance()
      productions.insert(.update)
      let place = try place(first)
      if case .discard = place { throw invalid("`_` holds nothing to change", at: place.span) }
      let value = try expression("a value")
      return .update(
        UpdateStatement(place, operation, value, first.span.joined(value.span)))
    }
    productions.insert(.expressionStatement)
    return .expression(first)
  }

  private func refuseLeadingMarks() throws {
    guard case .mark(let mark) = current.kind else { return }
    if mark == .dot { throw hint(.leadingDot) }
    if mark == .pipe { throw hint(.leadingPipe) }
  }

  private mutating func assignment(_ first: Expression) throws -> Statement {
    var places = [try place(first)]
    while accept(.comma) != nil { places.append(try place(expression("a place to assign to"))) }
    try expect(.assign, "`=` after the names")
    var values = [try expression("a value")]
    while accept(.comma) != nil { values.append(try expression("a value")) }
    productions.insert(places.count > 1 || values.count > 1 ? .multipleAssign : .assign)
    let span = first.span.joined(Span(previousEnd, previousEnd))
    if values.count > 1, values.count != places.count {
      if values.count < places.count, isAtEnd { throw unexpected("`,` and another value") }
      throw invalid("\(places.count) places, but \(values.count) values", at: span)
    }
    return .assign(AssignStatement(places, values, span))
  }

  /// Turns an expression into what may stand left of `=`.
  private mutating func place(_ expression: Expression) throws -> PlaceSyntax {
    switch expression {
    case .name(let name):
      productions.insert(.placeName)
      return .name(name)
    case .last(let last):
      productions.insert(.placeDiscard)
      return .discard(last.span)
    case .index(let index):
      productions.insert(.placeIndex)
      return .index(index)
    case .member(let member):
      productions.insert(.placeMember)
      return .member(member)
    default:
      throw invalid(
        "cannot assign to this", at: expression.span,
        remedy: "a name, name[…] or name.field stands left of `=`; `==` compares")
    }
  }

  private mutating func function() throws -> Statement {
    let start = advance()
    let (name, span) = try name("the function's name")
    productions.insert(.function)
    if start.documentation != nil { productions.insert(.documentation) }
    let function = try functionRest(
      start.span, name: name, documentation: start.documentation?.text)
    return .function(FunctionStatement(NameExpression(name, span), function))
  }

  private mutating func conditional() throws -> Statement {
    let start = advance().span
    let condition = try expression("a condition")
    if at(.then) {
      productions.insert(.expressionStatement)
      return .expression(try conditionalRest(start, condition))
    }
    productions.insert(.ifStatement)
    var branches = [(condition, try block("the condition"))]
    while accept(.else) != nil {
      guard accept(.if) != nil else {
        productions.insert(.elseBlock)
        return .conditional(IfStatement(branches, otherwise: try block("`else`", habit: "else")))
      }
      productions.insert(.elseIf)
      let condition = try expression("a condition")
      branches.append((condition, try block("the condition")))
    }
    return .conditional(IfStatement(branches, otherwise: nil))
  }

  private mutating func forLoop() throws -> Statement {
    let start = advance().span
    var targets = [try loopTarget()]
    if accept(.comma) != nil {
      productions.insert(.forPair)
      targets.append(try loopTarget())
    }
    guard accept(.in) != nil else { throw unexpected("`in`") }
    productions.insert(.forLoop)
    let sequence = try expression("what to loop over")
    let body = try loopBody("what to loop over", habit: "for x in xs")
    return .forLoop(ForStatement(targets, sequence, body, start.joined(sequence.span)))
  }

  private mutating func loopTarget() throws -> PlaceSyntax {
    let (name, span) = try name("a name")
    if name == "_" {
      productions.insert(.placeDiscard)
      return .discard(span)
    }
    return .name(NameExpression(name, span))
  }

  private mutating func whileLoop() throws -> Statement {
    advance()
    productions.insert(.whileLoop)
    let condition = try expression("a condition")
    return .whileLoop(WhileStatement(condition, try loopBody("the condition", habit: "while c")))
  }

  private mutating func loopBody(_ after: String, habit: String) throws -> Block {
    let wasInLoop = isInLoop
    isInLoop = true
    defer { isInLoop = wasInLoop }
    return try block(after, habit: habit)
  }

  private mutating func returning() throws -> Statement {
    let span = advance().span
    guard isInFunction else { throw invalid("`return` outside a function", at: span) }
    productions.insert(.returnStatement)
    var isBare = isOver || at(.semicolon) || at(.rightBrace)
    if case .end = current.kind { isBare = true }
    return .returning(ReturnStatement(isBare ? nil : try expression("a value")))
  }

  private mutating func leavingLoop(_ keyword: Keyword) throws -> Statement {
    let span = advance().span
    guard isInLoop else { throw invalid("`\(keyword.rawValue)` outside a loop", at: span) }
    productions.insert(keyword == .break ? .breakStatement : .continueStatement)
    return keyword == .break ? .breaking(span) : .continuing(span)
  }

  private mutating func use() throws -> Statement {
    let start = advance().span
    guard !isInBlock, !isInFunction else {
      throw invalid("`use` stands at the top level only", at: start)
    }
    productions.insert(.use)
    guard case .string(let pieces) = current.kind, pieces.count == 1,
      case .text(let path) = pieces[0]
    else { throw unexpected("the name of a file, a string") }
    var span = start.joined(advance().span)
    guard accept(.as) != nil else { return .use(UseStatement(path, as: nil, span)) }
    productions.insert(.useAs)
    let (name, nameSpan) = try name("a name for what the file defines")
    span = span.joined(nameSpan)
    return .use(UseStatement(path, as: NameExpression(name, nameSpan), span))
  }

  private mutating func attempt() throws -> Statement {
    advance()
    productions.insert(.tryCatch)
    let body = try block("`try`", habit: "try")
    guard accept(.catch) != nil else { throw unexpected("`catch` and a name after the block") }
    let target = try loopTarget()
    return .attempt(TryStatement(body, catch: target, try block("the name", habit: "catch e")))
  }

  private mutating func assertion() throws -> Statement {
    advance()
    productions.insert(.assertion)
    let condition = try expression("a condition")
    let message = accept(.comma) == nil ? nil : try expression("a message")
    return .assertion(AssertStatement(condition, message))
  }
}
