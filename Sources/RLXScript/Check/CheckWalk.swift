/// Goes through a program and reports calls and members that cannot work, without running anything.
///
/// What stands in a `try` is left alone: there, what does not work is part of the program.
final class CheckWalk {
  private let source: Source
  private let inference: Inference
  private(set) var found: [Diagnostic] = []
  /// The `try` bodies around.
  private var tries = 0

  init(_ source: Source, _ inference: Inference) {
    self.source = source
    self.inference = inference
  }

  func statements(_ statements: [Statement], _ scope: CheckScope) {
    for statement in statements { self.statement(statement, scope) }
  }

  private func statement(_ statement: Statement, _ scope: CheckScope) {
    switch statement {
    case .assign(let s):
      for value in s.values { expression(value, scope) }
      for place in s.places { self.place(place, scope) }
    case .update(let s):
      expression(s.value, scope)
      place(s.place, scope)
    case .function(let s): function(s.function, scope)
    case .conditional(let s):
      for branch in s.branches {
        expression(branch.condition, scope)
        statements(branch.body.statements, scope)
      }
      if let otherwise = s.otherwise { statements(otherwise.statements, scope) }
    case .forLoop(let s):
      expression(s.sequence, scope)
      statements(s.body.statements, scope)
    case .whileLoop(let s):
      expression(s.condition, scope)
      statements(s.body.statements, scope)
    case .returning(let s):
      if let value = s.value { expression(value, scope) }
    case .attempt(let s):
      tries += 1
      statements(s.body.statements, scope)
      tries -= 1
      statements(s.handler.statements, scope)
    case .fail(let s): expression(s.value, scope)
    case .assertion(let s):
      expression(s.condition, scope)
      if let message = s.message { expression(message, scope) }
    case .expression(let e): expression(e, scope)
    case .breaking, .continuing, .use: break
    }
  }

  /// Where a value goes: only what leads there is read.
  private func place(_ place: PlaceSyntax, _ scope: CheckScope) {
    switch place {
    case .index(let index):
      expression(index.object, scope)
      for item in index.subscripts { subscriptItem(item, scope) }
    case .member(let member): expression(member.object, scope)
    case .name, .discard: break
    }
  }

  private func expression(_ expression: Expression, _ scope: CheckScope) {
    switch expression {
    case .literal, .last, .name: break
    case .text(let e):
      for case .value(let value, _) in e.parts { self.expression(value, scope) }
    case .list(let e):
      for element in e.elements { self.expression(element, scope) }
    case .map(let e):
      for entry in e.entries {
        self.expression(entry.key, scope)
        self.expression(entry.value, scope)
      }
    case .function(let e): function(e, scope)
    case .unary(let e): self.expression(e.operand, scope)
    case .binary(let e):
      self.expression(e.left, scope)
      self.expression(e.right, scope)
    case .call(let e):
      self.expression(e.callee, scope)
      for argument in e.arguments { self.expression(argument.value, scope) }
      call(e, scope)
    case .method(let e):
      self.expression(e.object, scope)
      for argument in e.arguments { self.expression(argument.value, scope) }
      method(e, scope)
    case .member(let e):
      self.expression(e.object, scope)
      if case .fault(let fault) = inference.property(e.name, of: inference.known(e.object, scope)) {
        report(fault, e.nameSpan)
      }
    case .index(let e):
      self.expression(e.object, scope)
      for item in e.subscripts { subscriptItem(item, scope) }
    case .conditional(let e):
      self.expression(e.condition, scope)
      self.expression(e.positive, scope)
      self.expression(e.negative, scope)
    case .attempt(let e):
      tries += 1
      self.expression(e.body, scope)
      tries -= 1
      self.expression(e.fallback, scope)
    }
  }

  private func subscriptItem(_ item: SubscriptSyntax, _ scope: CheckScope) {
    switch item {
    case .value(let value): expression(value, scope)
    case .range(let lower, let upper, _, _):
      if let lower { expression(lower, scope) }
      if let upper { expression(upper, scope) }
    case .ellipsis: break
    }
  }

  private func function(_ function: FunctionSyntax, _ outer: CheckScope) {
    let scope = CheckScope(of: function, in: outer)
    // A function made in a `try` is called who knows where.
    let around = tries
    tries = 0
    defer { tries = around }
    for parameter in function.parameters {
      if let value = parameter.defaultValue { expression(value, scope) }
    }
    switch function.body {
    case .block(let block): statements(block.statements, scope)
    case .expression(let body): expression(body, scope)
    }
  }

  // MARK: - Calls

  private func call(_ e: CallExpression, _ scope: CheckScope) {
    let callee = inference.known(e.callee, scope)
    switch callee {
    case .value, .type, .module:
      guard callee.typeName != ValueKind.function.rawValue, let described = callee.described else {
        return
      }
      report(Fault(.type, "cannot call \(described)"), e.callee.span)
    default: arguments(e.arguments, of: callee, e.span, scope)
    }
  }

  private func method(_ e: MethodExpression, _ scope: CheckScope) {
    switch inference.method(e.name, of: inference.known(e.object, scope)) {
    case .callable(let callee): arguments(e.arguments, of: callee, e.span, scope)
    case .fault(let fault): report(fault, e.nameSpan)
    case .value, .unknown: break
    }
  }

  private func arguments(
    _ arguments: [ArgumentSyntax], of callee: Known, _ span: Span, _ scope: CheckScope
  ) {
    switch callee {
    case .function(let spec): self.arguments(arguments, of: spec, span, scope)
    case .constructor(let type):
      if let spec = type.constructor {
        self.arguments(arguments, of: spec, span, scope)
      } else {
        report(Members.noConstructor(type), span)
      }
    case .script(let function, _): self.arguments(arguments, of: function, span)
    case .unknown, .value, .type, .module: break
    }
  }

  /// As `ArgumentBinding` matches them.
  private func arguments(
    _ arguments: [ArgumentSyntax], of spec: FunctionSpec, _ span: Span, _ scope: CheckScope
  ) {
    var given: Set<Int> = []
    var next = 0
    for argument in arguments {
      do throws(Fault) {
        var position = next
        if let name = argument.name {
          position = try spec.position(of: name)
        } else if next >= spec.parameters.count {
          return report(spec.tooMany(arguments.count), argument.value.span)
        } else if !spec.parameters[next].isRest {
          next += 1
        }
        let parameter = spec.parameters[position]
        if !given.insert(position).inserted, !parameter.isRest { throw spec.givenTwice(parameter) }
        try check(inference.known(argument.value, scope), parameter, spec)
      } catch {
        report(error, argument.value.span)
      }
    }
    for (position, parameter) in spec.parameters.enumerated()
    where parameter.isRequired && !given.contains(position) {
      report(spec.missing(parameter), span)
    }
  }

  private func check(
    _ known: Known, _ parameter: ParameterSpec, _ spec: FunctionSpec
  ) throws(Fault) {
    if case .value(let value) = known {
      if let fault = spec.mismatch(of: value, parameter) { throw fault }
    } else if let name = known.typeName, !parameter.type.mayAccept(typeName: name),
      let described = known.described
    {
      throw spec.wrong(.type, parameter, described, parameter.remedy)
    }
  }

  /// As the interpreter binds them.
  private func arguments(
    _ arguments: [ArgumentSyntax], of function: FunctionSyntax, _ span: Span
  ) {
    let parameters = function.parameters
    var given: Set<Int> = []
    for (position, argument) in arguments.enumerated() {
      var target = position
      if let name = argument.name {
        guard let found = parameters.firstIndex(where: { $0.name == name }) else {
          report(function.unknownParameter(name), argument.value.span)
          continue
        }
        target = found
      }
      guard target < parameters.count else {
        return report(function.tooMany(arguments.count), span)
      }
      if !given.insert(target).inserted {
        report(function.givenTwice(parameters[target].name), span)
      }
    }
    for (position, parameter) in parameters.enumerated()
    where !given.contains(position) && parameter.defaultValue == nil && parameter.name != "_" {
      report(function.missing(parameter), span)
    }
  }

  private func report(_ fault: Fault, _ span: Span) {
    guard tries == 0 else { return }
    found.append(
      Diagnostic(fault.kind, fault.message, at: Place(source, span), remedy: fault.remedy))
  }
}
