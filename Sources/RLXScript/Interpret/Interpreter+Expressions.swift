extension Interpreter {
  func evaluate(_ expression: Expression, _ frame: Frame) throws -> Value {
    switch expression {
    case .literal(let e): return e.value
    case .name(let e): return try read(e, frame)
    case .binary(let e): return try binary(e, frame)
    case .call(let e): return try call(e, frame)
    case .method(let e): return try method(e, frame)
    case .member(let e): return try member(e, frame)
    case .index(let e): return try index(e, frame)
    case .last: return last
    case .text(let e): return try text(e, frame)
    case .list(let e): return try list(e, frame)
    case .map(let e): return try map(e, frame)
    case .function(let e): return try make(e, frame)
    case .unary(let e): return try unary(e, frame)
    case .conditional(let e):
      let isPositive = try condition(e.condition, frame, "if")
      return try evaluate(isPositive ? e.positive : e.negative, frame)
    case .attempt(let e):
      do {
        return try evaluate(e.body, frame)
      } catch let error as Diagnostic where error.kind.isCatchable {
        return try evaluate(e.fallback, frame)
      }
    }
  }

  // MARK: - Names

  private func read(_ name: NameExpression, _ frame: Frame) throws -> Value {
    if let value = value(of: name.binding, frame) { return value }
    throw unassigned(name, frame)
  }

  func value(of binding: Binding, _ frame: Frame) -> Value? {
    switch binding {
    case .slot(let i): frame.slots[i]
    case .global(let global): global.value ?? global.builtin
    case .cell(let i): frame.cells[i].value
    case .captured(let i): frame.captures[i].value
    case .unresolved, .discard: nil
    }
  }

  func unassigned(_ name: NameExpression, _ frame: Frame) -> Diagnostic {
    let place = frame.place(name.span)
    switch name.binding {
    case .slot, .cell:
      return Diagnostic(
        .name,
        "\(name.name) has no value yet: the function assigns it, so it is the function's own",
        at: place,
        remedy: "assign it before reading it, or take the outer value as a parameter")
    case .global(let global) where !global.isBound && !frame.isTop:
      return Diagnostic(
        .name, "unknown name \(name.name)", at: place,
        remedy: Spelling.nearest(name.name, among: globalNames + registry.names))
    default:
      return Diagnostic(.name, "\(name.name) has no value yet", at: place)
    }
  }

  // MARK: - Literals

  private func text(_ expression: TextExpression, _ frame: Frame) throws -> Value {
    var result = ""
    for part in expression.parts {
      switch part {
      case .text(let text): result += text
      case .value(let inner, let format):
        let value = try evaluate(inner, frame)
        guard let format else {
          result += value.printed
          continue
        }
        do {
          result += try format.apply(value)
        } catch {
          throw located(error, frame.place(inner.span))
        }
      }
    }
    do {
      try checkSize(result.utf8.count)
    } catch {
      throw located(error, frame.place(expression.span))
    }
    return .string(result)
  }

  private func list(_ expression: ListExpression, _ frame: Frame) throws -> Value {
    var elements: [Value] = []
    elements.reserveCapacity(expression.elements.count)
    for element in expression.elements { elements.append(try evaluate(element, frame)) }
    do {
      return try checked(.list(elements))
    } catch {
      throw located(error, frame.place(expression.span))
    }
  }

  private func map(_ expression: MapExpression, _ frame: Frame) throws -> Value {
    var map = MapValue()
    for entry in expression.entries {
      let key = try evaluate(entry.key, frame)
      guard let mapKey = MapKey(key) else {
        throw located(Self.wrongKey(key), frame.place(entry.key.span))
      }
      if map.has(mapKey) {
        throw Diagnostic(
          .key, "key \(key.shown) stands twice", at: frame.place(entry.key.span))
      }
      map[mapKey] = try evaluate(entry.value, frame)
    }
    do {
      return try checked(.map(map))
    } catch {
      throw located(error, frame.place(expression.span))
    }
  }

  static func wrongKey(_ key: Value) -> Fault {
    Fault(
      .type, "a key is a string, an int or a bool, got \(key.described)", remedy: "str(…)")
  }

  func make(_ syntax: FunctionSyntax, _ frame: Frame) throws -> Value {
    let captures = syntax.captures.map { capture -> Cell in
      if !capture.isCopied {
        switch capture.source {
        case .cell(let i): return frame.cells[i]
        case .captured(let i): return frame.captures[i]
        case .slot, .global, .unresolved, .discard: break
        }
      }
      return Cell(value(of: capture.source, frame), graveyard)
    }
    do {
      return try checked(.function(FunctionValue(ScriptFunction(syntax, captures: captures))))
    } catch {
      throw located(error, frame.place(syntax.span))
    }
  }

  // MARK: - Operators

  private func unary(_ expression: UnaryExpression, _ frame: Frame) throws -> Value {
    switch expression.operation {
    case .not:
      return .bool(!(try condition(expression.operand, frame, "not")))
    case .negate:
      let operand = try evaluate(expression.operand, frame)
      do {
        return try Arithmetic.negate(operand)
      } catch {
        throw located(error, frame.place(expression.span))
      }
    }
  }

  private func binary(_ expression: BinaryExpression, _ frame: Frame) throws -> Value {
    switch expression.operation {
    case .and:
      guard try condition(expression.left, frame, "and") else { return .bool(false) }
      return .bool(try condition(expression.right, frame, "and"))
    case .or:
      if try condition(expression.left, frame, "or") { return .bool(true) }
      return .bool(try condition(expression.right, frame, "or"))
    case .coalesce:
      let left = try evaluate(expression.left, frame)
      return left.isNil ? try evaluate(expression.right, frame) : left
    default:
      let left = try evaluate(expression.left, frame)
      let right = try evaluate(expression.right, frame)
      return try apply(expression, left, right, frame)
    }
  }

  func apply(
    _ expression: BinaryExpression, _ left: Value, _ right: Value, _ frame: Frame
  ) throws -> Value {
    do {
      let result = try Arithmetic.apply(expression.operation, left, right)
      if case .string(let text) = result { try checkSize(text.string.utf8.count) }
      return try checked(result)
    } catch {
      throw located(error, frame.place(expression.span))
    }
  }

  /// A condition is a bool; nil counts as false.
  func condition(_ expression: Expression, _ frame: Frame, _ user: String) throws -> Bool {
    let value = try evaluate(expression, frame)
    switch value {
    case .bool(let flag): return flag
    case .nil: return false
    default:
      throw Diagnostic(
        .type, "\(user): expected true, false or nil, got \(value.described)",
        at: frame.place(expression.span), remedy: Self.conditionRemedy(value))
    }
  }

  private static func conditionRemedy(_ value: Value) -> String {
    switch value {
    case .int, .float: "x != 0"
    case .string, .list, .map, .range: "x.len > 0"
    case .host where value.typeName == "tensor": "x.item() != 0"
    default: "x != nil"
    }
  }

  // MARK: - Members and elements

  private func member(_ expression: MemberExpression, _ frame: Frame) throws -> Value {
    let object = try evaluate(expression.object, frame)
    do {
      return try Members.read(expression.name, of: object, registry)
    } catch {
      throw located(error, frame.place(expression.nameSpan))
    }
  }

  private func index(_ expression: IndexExpression, _ frame: Frame) throws -> Value {
    let object = try evaluate(expression.object, frame)
    let subscripts = try self.subscripts(expression.subscripts, frame)
    do {
      return try Elements.read(object, subscripts)
    } catch {
      throw located(error, frame.place(Span(expression.object.span.end, expression.span.end)))
    }
  }

  func subscripts(_ syntax: [SubscriptSyntax], _ frame: Frame) throws -> [SubscriptValue] {
    var result: [SubscriptValue] = []
    for item in syntax {
      switch item {
      case .ellipsis: result.append(.ellipsis)
      case .value(let expression):
        let value = try evaluate(expression, frame)
        if case .range(let range) = value {
          result.append(.range(lower: range.lower, upper: range.upper))
        } else {
          result.append(.value(value))
        }
      case .range(let lower, let upper, let isClosed, let span):
        let low = try lower.map { try end($0, frame) }
        var high = try upper.map { try end($0, frame) }
        if isClosed, let end = high {
          // `a..=-1` goes through the last element: an open end, not 0.
          high = end == -1 ? nil : end &+ 1
          if end == Int.max {
            throw Diagnostic(.arithmetic, "the end of the range overflows", at: frame.place(span))
          }
        }
        result.append(.range(lower: low, upper: high))
      }
    }
    return result
  }

  private func end(_ expression: Expression, _ frame: Frame) throws -> Int {
    let value = try evaluate(expression, frame)
    if case .int(let number) = value { return number }
    throw Diagnostic(
      .type, "the ends of a range are ints, got \(value.described)",
      at: frame.place(expression.span))
  }
}
