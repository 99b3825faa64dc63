extension Interpreter {
  func assign(_ statement: AssignStatement, _ frame: Frame) throws {
    if statement.places.count == 1, statement.values.count == 1 {
      try assign(try evaluate(statement.values[0], frame), to: statement.places[0], frame)
      return
    }
    var values: [Value] = []
    for value in statement.values { values.append(try evaluate(value, frame)) }
    if values.count == 1 {
      guard case .list(let list) = values[0], list.count == statement.places.count else {
        throw Diagnostic(
          .value,
          "\(statement.places.count) names need a list of \(statement.places.count), "
            + "got \(values[0].described)",
          at: frame.place(statement.values[0].span))
      }
      values = list.elements
    }
    for (place, value) in zip(statement.places, values) { try assign(value, to: place, frame) }
  }

  func update(_ statement: UpdateStatement, _ frame: Frame) throws {
    let operand = try evaluate(statement.value, frame)
    if case .name(let name) = statement.place, isOwn(name.binding, frame) {
      return try update(name, statement, operand, frame)
    }
    try change(statement.place.asExpression, frame, statement.span) { value in
      try self.update(&value, statement.operation, operand)
    }
  }

  /// The frequent case: a variable of the function, or of the top level at the top level.
  private func update(
    _ name: NameExpression, _ statement: UpdateStatement, _ operand: Value, _ frame: Frame
  ) throws {
    guard var value = take(name.binding, frame) else { throw unassigned(name, frame) }
    defer { store(value, in: name.binding, frame) }
    do {
      try update(&value, statement.operation, operand)
      if value.depth > 0 { value = try checkedOrRemeasured(&value) }
    } catch {
      throw located(error, frame.place(statement.span))
    }
  }

  /// `value op= operand`; lists and strings grow in place.
  private func update(
    _ value: inout Value, _ operation: BinaryOperator, _ operand: Value
  ) throws {
    if operation == .add, case .list(let more) = operand, case .list(var list) = value {
      value = .nil  // gives up the second reference, so that the append does not copy
      defer { value = .list(list) }
      try checkSize(list.count + more.count)
      list.append(contentsOf: more)
      return
    }
    if operation == .add, case .string(let more) = operand, case .string(var text) = value {
      value = .nil
      defer { value = .string(text) }
      try checkSize(text.string.utf8.count + more.string.utf8.count)
      text.string += more.string
      return
    }
    value = try Arithmetic.apply(operation, value, operand)
  }

  // MARK: - Places

  private func assign(_ value: Value, to place: PlaceSyntax, _ frame: Frame) throws {
    switch place {
    case .name, .discard: store(value, in: place, frame)
    case .index(let e):
      let subscripts = try subscripts(e.subscripts, frame)
      try change(e.object, frame, e.span) {
        try self.touch($0)
        try Elements.write(&$0, subscripts, value)
      }
    case .member(let e):
      try change(e.object, frame, e.span) {
        try self.touch($0)
        try Members.write(e.name, of: &$0, value)
      }
    }
  }

  func store(_ value: Value, in place: PlaceSyntax, _ frame: Frame) {
    if case .name(let name) = place { store(value, in: name.binding, frame) }
  }

  func store(_ value: Value, in binding: Binding, _ frame: Frame) {
    switch binding {
    case .slot(let i): frame.slots[i] = value
    case .cell(let i): frame.cells[i].value = value
    case .global(let global): assign(global, value, in: frame.module)
    case .captured, .unresolved, .discard: break
    }
  }

  /// Changes what `place` names in place, without copying what nothing else holds.
  ///
  /// All subscripts are evaluated first: while the change happens no script code runs.
  private func change(
    _ place: Expression, _ frame: Frame, _ span: Span, _ body: (inout Value) throws -> Void
  ) throws {
    var steps: [Step] = []
    let root = try path(to: place, frame, &steps)
    do {
      guard case .name(let name) = root else {
        var value = try evaluate(root, frame)
        try changeHeldByHost(&value, steps, body)
        return
      }
      guard var value = take(name.binding, frame) else { throw unassigned(name, frame) }
      if isOwn(name.binding, frame) {
        defer { store(value, in: name.binding, frame) }
        try change(&value, steps[...], body)
        value = try checkedOrRemeasured(&value)
      } else {
        try changeOuter(&value, name, steps, body)
      }
    } catch {
      throw located(error, frame.place(span))
    }
  }

  /// Collects the subscripts and fields between the root and the place, outermost last.
  private func path(
    to place: Expression, _ frame: Frame, _ steps: inout [Step]
  ) throws -> Expression {
    switch place {
    case .index(let e):
      let root = try path(to: e.object, frame, &steps)
      steps.append(.subscripts(try subscripts(e.subscripts, frame)))
      return root
    case .member(let e):
      let root = try path(to: e.object, frame, &steps)
      steps.append(.member(e.name))
      return root
    default: return place
    }
  }

  private enum Step {
    case subscripts([SubscriptValue])
    case member(String)
  }

  private func change(
    _ value: inout Value, _ steps: ArraySlice<Step>, _ body: (inout Value) throws -> Void
  ) throws {
    guard let step = steps.first else { return try body(&value) }
    let rest = steps.dropFirst()
    try touch(value)
    switch step {
    case .subscripts(let subscripts):
      try Elements.change(&value, subscripts) { try self.change(&$0, rest, body) }
    case .member(let name):
      try Members.change(name, of: &value, registry) { try self.change(&$0, rest, body) }
    }
  }

  /// Reports a host object that is about to be changed in place.
  private func touch(_ value: Value) throws {
    guard case .host(let object) = value, !object.isData else { return }
    if frozenCalls > 0 { throw FrozenFunction.impure("changes a \(object.typeName)") }
    effects.touch(object)
  }

  /// The variable's value, leaving it empty where the function may change it, so that the value is
  /// held once.
  private func take(_ binding: Binding, _ frame: Frame) -> Value? {
    guard isOwn(binding, frame) else { return value(of: binding, frame) }
    var taken: Value?
    switch binding {
    case .slot(let i): swap(&taken, &frame.slots[i])
    case .cell(let i): swap(&taken, &frame.cells[i].value)
    case .global(let global): swap(&taken, &global.value)
    case .captured, .unresolved, .discard: break
    }
    return taken
  }

  private func isOwn(_ binding: Binding, _ frame: Frame) -> Bool {
    switch binding {
    case .slot, .cell: true
    case .global: frame.isTop
    case .captured, .unresolved, .discard: false
    }
  }

  /// Changes a host object that an outer name holds; data out there stays as it is.
  private func changeOuter(
    _ value: inout Value, _ name: NameExpression, _ steps: [Step],
    _ body: (inout Value) throws -> Void
  ) throws {
    guard case .host(let object) = value, !object.isData else {
      throw Fault(
        .name, "\(name.name) stands outside the function, which cannot change it",
        remedy: "return the new value, or take it as a parameter")
    }
    try change(&value, steps[...], body)
  }

  /// `f(x).y = 1` makes sense only for objects that others hold too.
  private func changeHeldByHost(
    _ value: inout Value, _ steps: [Step], _ body: (inout Value) throws -> Void
  ) throws {
    guard case .host(let object) = value, !object.isData else {
      throw Fault(
        .type, "this \(value.typeName) has no name, so changing it would change nothing",
        remedy: "give it a name first")
    }
    try change(&value, steps[...], body)
  }

  /// Throws if the value has become too deep. Depth is an upper bound after changes in place, so it
  /// is measured again before giving up.
  private func checkedOrRemeasured(_ value: inout Value) throws -> Value {
    guard value.depth > limits.depth else { return try checked(value) }
    switch value {
    case .list(var list):
      list.remeasure()
      value = .list(list)
    case .map(var map):
      map.remeasure()
      value = .map(map)
    default: break
    }
    return try checked(value)
  }
}

extension PlaceSyntax {
  var asExpression: Expression {
    switch self {
    case .name(let e): .name(e)
    case .index(let e): .index(e)
    case .member(let e): .member(e)
    case .discard(let span): .last(LastExpression(span))
    }
  }
}
