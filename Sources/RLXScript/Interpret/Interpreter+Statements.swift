extension Interpreter {
  func execute(_ block: Block, _ frame: Frame) throws -> Flow {
    for statement in block.statements {
      let flow = try execute(statement, frame)
      if case .next = flow { continue }
      return flow
    }
    return .next
  }

  func execute(_ statement: Statement, _ frame: Frame) throws -> Flow {
    switch statement {
    case .expression(let expression): _ = try evaluate(expression, frame)
    case .assign(let s): try assign(s, frame)
    case .update(let s): try update(s, frame)
    case .conditional(let s): return try conditional(s, frame)
    case .forLoop(let s): return try loop(s, frame)
    case .whileLoop(let s): return try loop(s, frame)
    case .returning(let s): return .returning(try s.value.map { try evaluate($0, frame) } ?? .nil)
    case .breaking: return .breaking
    case .continuing: return .continuing
    case .function(let s): store(try make(s.function, frame), in: s.target.binding, frame)
    case .use(let s): try run(s)
    case .attempt(let s): return try attempt(s, frame)
    case .fail(let s): throw failure(s, try evaluate(s.value, frame), frame)
    case .assertion(let s): try assertion(s, frame)
    }
    return .next
  }

  // MARK: - Branches and loops

  private func conditional(_ statement: IfStatement, _ frame: Frame) throws -> Flow {
    for branch in statement.branches where try condition(branch.condition, frame, "if") {
      return try execute(branch.body, frame)
    }
    guard let otherwise = statement.otherwise else { return .next }
    return try execute(otherwise, frame)
  }

  private func loop(_ statement: WhileStatement, _ frame: Frame) throws -> Flow {
    while try condition(statement.condition, frame, "while") {
      try point(frame, statement.condition.span)
      switch try execute(statement.body, frame) {
      case .next, .continuing: continue
      case .breaking: return .next
      case .returning(let value): return .returning(value)
      }
    }
    return .next
  }

  private func loop(_ statement: ForStatement, _ frame: Frame) throws -> Flow {
    let sequence = try evaluate(statement.sequence, frame)
    let isMapPair = if case .map = sequence { statement.targets.count == 2 } else { false }
    let next: () throws -> Value?
    do {
      next = try Sequences.iterator(sequence, asPairs: isMapPair)
    } catch {
      throw located(error, frame.place(statement.sequence.span))
    }
    while true {
      let element: Value?
      do {
        element = try next()
      } catch {
        throw located(error, frame.place(statement.sequence.span))
      }
      guard let element else { return .next }
      try point(frame, statement.span)
      try bindLoop(statement, element, frame)
      switch try execute(statement.body, frame) {
      case .next, .continuing: continue
      case .breaking: return .next
      case .returning(let value): return .returning(value)
      }
    }
  }

  private func bindLoop(_ statement: ForStatement, _ element: Value, _ frame: Frame) throws {
    guard statement.targets.count == 2 else {
      store(element, in: statement.targets[0], frame)
      return
    }
    guard case .list(let pair) = element, pair.count == 2 else {
      throw Diagnostic(
        .type, "for: two names need pairs, got \(element.described)",
        at: frame.place(statement.sequence.span), remedy: "for i, x in enumerate(xs)")
    }
    store(pair.elements[0], in: statement.targets[0], frame)
    store(pair.elements[1], in: statement.targets[1], frame)
  }

  private func point(_ frame: Frame, _ span: Span) throws {
    do {
      try point()
    } catch {
      throw located(error, frame.place(span))
    }
  }

  // MARK: - Errors

  private func attempt(_ statement: TryStatement, _ frame: Frame) throws -> Flow {
    do {
      return try execute(statement.body, frame)
    } catch let error as Diagnostic where error.kind.isCatchable {
      store(.error(ErrorValue(error)), in: statement.target, frame)
      return try execute(statement.handler, frame)
    }
  }

  /// The error `fail value` raises: an error value again as it was, a string as the message, else
  /// the value as data.
  private func failure(_ statement: FailStatement, _ value: Value, _ frame: Frame) -> any Error {
    let place = frame.place(statement.span)
    switch value {
    case .error(let error): return error.diagnostic
    case .string(let text): return Diagnostic(.fail, text.string, at: place)
    default:
      var message = value.shown
      if case .map(let map) = value, case .string(let text)? = map["message"] {
        message = text.string
      }
      let failure = Diagnostic(.fail, message, at: place, data: value)
      do {
        _ = try checked(.error(ErrorValue(failure)))
        return failure
      } catch {
        return located(error, place)
      }
    }
  }

  private func assertion(_ statement: AssertStatement, _ frame: Frame) throws {
    var seen: String?
    let holds: Bool
    if case .binary(let comparison) = statement.condition, comparison.operation.isComparison {
      let left = try evaluate(comparison.left, frame)
      let right = try evaluate(comparison.right, frame)
      seen = "\(left.brief) \(comparison.operation.rawValue) \(right.brief)"
      let result = try apply(comparison, left, right, frame)
      guard case .bool(let flag) = result else {
        throw Diagnostic(
          .type, "assert: expected true or false, got \(result.described)",
          at: frame.place(comparison.span))
      }
      holds = flag
    } else {
      holds = try condition(statement.condition, frame, "assert")
    }
    if holds { return }
    let place = frame.place(statement.condition.span)
    if let message = statement.message {
      throw Diagnostic(.assertion, try evaluate(message, frame).printed, at: place)
    }
    let text = frame.source.string(in: statement.condition.span)
    throw Diagnostic(.assertion, "assertion failed: \(seen ?? text)", at: place)
  }
}
