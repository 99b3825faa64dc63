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
          throw Members.noConstructor(type)
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
    if frozenCalls > 0 { try checkFrozen(spec) }
    if spec.effects.contains(.mutates), case .host(let object) = receiver { effects.touch(object) }
    let call = Call(
      spec: spec, receiver: receiver, values: bound.values, isWritten: bound.isWritten,
      rest: bound.rest, interpreter: self,
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
          let fault = function.unknownParameter(name)
          throw located(fault, place.map { Place($0.source, argument.span ?? $0.span) })
        }
        if value(of: parameters[found].binding, frame) != nil || found < given {
          throw function.givenTwice(name)
        }
        target = found
      } else {
        given += 1
      }
      guard target < parameters.count else { throw function.tooMany(arguments.count) }
      store(argument.value, in: parameters[target].binding, frame)
    }
    if given == parameters.count { return }
    for parameter in parameters[given...] where value(of: parameter.binding, frame) == nil {
      guard let defaultValue = parameter.defaultValue else {
        if case .discard = parameter.binding { continue }
        throw function.missing(parameter)
      }
      store(try evaluate(defaultValue, frame), in: parameter.binding, frame)
    }
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

  // What can be wrong with its arguments, said alike when it runs and by a check that runs nothing.

  func tooMany(_ count: Int) -> Fault {
    Fault(
      .argument, "\(title): takes \(counted(parameters.count, "argument")), got \(count)",
      remedy: signature)
  }

  func missing(_ parameter: ParameterSyntax) -> Fault {
    Fault(.argument, "\(title): missing argument \(parameter.name)", remedy: signature)
  }

  func givenTwice(_ name: String) -> Fault {
    Fault(.argument, "\(title): \(name) is given twice")
  }

  func unknownParameter(_ name: String) -> Fault {
    let nearest = Spelling.nearest(name, among: parameters.map(\.name))
    return Fault(
      .argument, "\(title): no parameter \(name)",
      remedy: nearest.map { "\($0): …" } ?? signature)
  }
}

/// `1 argument`, `2 arguments`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
