/// An argument on its way into a function.
struct Argument {
  var name: String?
  var value: Value
  /// Where it stands, if a script wrote it.
  var span: Span?
}

extension Interpreter {
  // MARK: - Calls from the host

  /// Calls a function value from the host: a label function, a reward, a key to sort by.
  package func call(
    _ function: Value, _ arguments: [Value], named: [(String, Value)] = [], at place: Place? = nil
  ) throws -> Value {
    guard case .function(let function) = function else {
      throw Fault(.type, "expected a function, got \(function.described)")
    }
    let all =
      arguments.map { Argument(name: nil, value: $0, span: nil) }
      + named.map { Argument(name: $0.0, value: $0.1, span: nil) }
    return try invoke(function, all, place)
  }

  // MARK: - Calls from the tree

  func call(_ expression: CallExpression, _ frame: Frame) throws -> Value {
    let callee = try evaluate(expression.callee, frame)
    guard case .function(let function) = callee else {
      throw Diagnostic(
        .type, "cannot call \(callee.described)", at: frame.place(expression.callee.span))
    }
    let arguments = try arguments(expression.arguments, frame)
    return try invoke(function, arguments, frame.place(expression.span))
  }

  func method(_ expression: MethodExpression, _ frame: Frame) throws -> Value {
    let object = try evaluate(expression.object, frame)
    let callable: FunctionValue
    do {
      callable = try Members.callable(expression.name, of: object, registry)
    } catch {
      throw located(error, frame.place(expression.nameSpan))
    }
    let arguments = try arguments(expression.arguments, frame)
    return try invoke(callable, arguments, frame.place(expression.span))
  }

  private func arguments(_ syntax: [ArgumentSyntax], _ frame: Frame) throws -> [Argument] {
    var result: [Argument] = []
    result.reserveCapacity(syntax.count)
    for argument in syntax {
      let value = try evaluate(argument.value, frame)
      result.append(Argument(name: argument.name, value: value, span: argument.value.span))
    }
    return result
  }

  // MARK: - Invoking

  func invoke(
    _ function: FunctionValue, _ arguments: [Argument], _ place: Place?
  ) throws -> Value {
    do {
      depth += 1
      defer { depth -= 1 }
      try checkDepth()
      try point()
      switch function.body {
      case .script(let script): return try run(script, arguments, place)
      case .host(let spec, let receiver): return try run(spec, receiver, arguments, place)
      case .type(let type):
        guard let constructor = type.constructor else {
          throw Fault(
            .type, "\(type.name): cannot be made by calling it",
            remedy: type.statics.first.map { "\(type.name).\($0.signature)" })
        }
        return try run(constructor, .nil, arguments, place)
      }
    } catch {
      throw located(error, place)
    }
  }

  private func run(
    _ function: ScriptFunction, _ arguments: [Argument], _ place: Place?
  ) throws -> Value {
    let frame = Frame(function, graveyard)
    defer { for cell in frame.cells { cell.breakCycle() } }
    try bind(arguments, to: function.syntax, frame, place)
    do {
      switch function.syntax.body {
      case .expression(let expression): return try evaluate(expression, frame)
      case .block(let block):
        if case .returning(let value) = try execute(block, frame) { return value }
        return .nil
      }
    } catch var error as Diagnostic {
      error.trail.append(TrailEntry(function: function.syntax.name ?? "fn", place: place))
      throw error
    }
  }

  private func run(
    _ spec: FunctionSpec, _ receiver: Value, _ arguments: [Argument], _ place: Place?
  ) throws -> Value {
    let bound = try ArgumentBinding(spec, arguments, place)
    if spec.effects.contains(.mutates), case .host(let object) = receiver { effects.touch(object) }
    let call = Call(
      spec: spec, receiver: receiver, values: bound.values, rest: bound.rest, interpreter: self,
      place: place)
    do {
      return try checked(try spec.body(call))
    } catch let error as any HostError {
      throw located(error, bound.place(of: error.parameter) ?? place)
    }
  }

  // MARK: - Arguments of script functions

  private func bind(
    _ arguments: [Argument], to function: FunctionSyntax, _ frame: Frame, _ place: Place?
  ) throws {
    let parameters = function.parameters
    var given = 0
    for (position, argument) in arguments.enumerated() {
      var target = position
      if let name = argument.name {
        guard let found = parameters.firstIndex(where: { $0.name == name }) else {
          throw unknown(name, function, argument, place)
        }
        if value(of: parameters[found].binding, frame) != nil || found < given {
          throw Fault(.argument, "\(function.title): \(name) is given twice")
        }
        target = found
      } else {
        given += 1
      }
      guard target < parameters.count else {
        throw Fault(
          .argument,
          "\(function.title): takes \(counted(parameters.count, "argument")), "
            + "got \(arguments.count)",
          remedy: function.signature)
      }
      store(argument.value, in: parameters[target].binding, frame)
    }
    if given == parameters.count { return }
    for parameter in parameters[given...] where value(of: parameter.binding, frame) == nil {
      guard let defaultValue = parameter.defaultValue else {
        if case .discard = parameter.binding { continue }
        throw Fault(
          .argument, "\(function.title): missing argument \(parameter.name)",
          remedy: function.signature)
      }
      store(try evaluate(defaultValue, frame), in: parameter.binding, frame)
    }
  }

  private func unknown(
    _ name: String, _ function: FunctionSyntax, _ argument: Argument, _ place: Place?
  ) -> Diagnostic {
    let nearest = Spelling.nearest(name, among: function.parameters.map(\.name))
    return Diagnostic(
      .argument, "\(function.title): no parameter \(name)",
      at: place.map { Place($0.source, argument.span ?? $0.span) },
      remedy: nearest.map { "\($0): …" } ?? function.signature)
  }
}

extension FunctionSyntax {
  /// What errors call it.
  var title: String { name ?? "fn" }
  var signature: String {
    let list = parameters.map { parameter in
      guard let value = parameter.defaultValue else { return parameter.name }
      return "\(parameter.name) = \(source.string(in: value.span))"
    }
    return "\(title)(\(list.joined(separator: ", ")))"
  }
}

/// `1 argument`, `2 arguments`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
