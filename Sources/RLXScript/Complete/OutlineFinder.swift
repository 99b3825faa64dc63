/// Finds the outlines of expressions from tables, from values that exist, and from the text itself.
/// Nothing is evaluated, and no property is read that is not at hand.
final class OutlineFinder {
  let registry: Registry
  let scope: PartialScope
  private let tables: OutlineTables
  private let interpreter: Interpreter
  /// How many more expressions may be looked at: names may be defined by one another.
  private var budget = 300

  init(_ interpreter: Interpreter, _ scope: PartialScope, _ tables: OutlineTables) {
    self.interpreter = interpreter
    registry = interpreter.registry
    self.scope = scope
    self.tables = tables
  }

  /// The outline of the expression in these tokens.
  func outline(_ range: Range<Int>) -> Outline {
    scope.expression(range).map(outline(of:)) ?? .unknown
  }

  func outline(of expression: Expression) -> Outline {
    outline(expression, before: scope.locals.count)
  }

  /// The outline of an expression in which the first `count` local names are known.
  private func outline(_ expression: Expression, before count: Int) -> Outline {
    budget -= 1
    guard budget > 0 else { return .unknown }
    func find(_ expression: Expression) -> Outline { outline(expression, before: count) }
    switch expression {
    case .literal(let literal): return .value(literal.value)
    case .text: return .string
    case .name(let name): return named(name.name, before: count)
    case .last: return .value(interpreter.last)
    case .list(let list): return .list(list.elements.first.map(find) ?? .unknown)
    case .map(let map):
      return .record(
        map.entries.compactMap { entry in
          guard case .literal(let key) = entry.key, case .string(let name) = key.value else {
            return nil
          }
          return KeyOutline(name.string, outline: find(entry.value))
        })
    case .function(let function): return .script(function)
    case .unary(let unary):
      return unary.operation == .not ? .instance("bool") : find(unary.operand)
    case .binary(let binary):
      return combined(binary.operation, find(binary.left), find(binary.right))
    case .call(let call): return result(of: find(call.callee))
    case .method(let method): return result(of: method.name, of: find(method.object))
    case .member(let member): return self.member(member.name, of: find(member.object))
    case .index(let index): return element(index.subscripts, of: find(index.object))
    case .conditional(let choice): return either(find(choice.positive), find(choice.negative))
    case .attempt(let attempt): return either(find(attempt.body), find(attempt.fallback))
    }
  }

  private func either(_ first: Outline, _ second: Outline) -> Outline {
    if case .unknown = first { second } else { first }
  }

  private func combined(_ operation: BinaryOperator, _ left: Outline, _ right: Outline) -> Outline {
    switch operation {
    case .pipe: return .unknown
    case .or, .and, .in, .notIn, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
      return .instance("bool")
    case .coalesce: return either(left, right)
    case .rangeUpTo, .rangeThrough: return .instance("range")
    default:
      let names = [left.typeName, right.typeName].compactMap(\.self)
      if let type = ["tensor", "float"].first(where: { names.contains($0) }) {
        return .instance(type)
      }
      return left.typeName == right.typeName ? either(left, right) : .unknown
    }
  }

  // MARK: Names

  func named(_ name: String, before count: Int) -> Outline {
    if let place = scope.locals[..<count].lastIndex(where: { $0.name == name }) {
      return outline(of: scope.locals[place].origin, before: place)
    }
    return (interpreter.global(name) ?? registry.value(name)).map { .value($0) } ?? .unknown
  }

  func outline(of origin: PartialScope.Local.Origin, before count: Int) -> Outline {
    budget -= 1
    guard budget > 0 else { return .unknown }
    switch origin {
    case .expression(let start):
      return scope.expression(scope.extent(from: start)).map { outline($0, before: count) }
        ?? .unknown
    case .element(let start):
      return scope.expression(scope.extent(from: start))
        .map { element(of: outline($0, before: count)) } ?? .unknown
    case .parameter(let position, let argument):
      let given = argument.map { parameters(of: $0, before: count) } ?? []
      return given.indices.contains(position) ? given[position] : .unknown
    case .function(let start): return scope.function(at: start).map { .script($0) } ?? .unknown
    case .error: return .instance("error")
    case .unknown: return .unknown
    }
  }

  /// What a function gets that is this argument of a call.
  private func parameters(of argument: PartialScope.Argument, before count: Int) -> [Outline] {
    guard let start = scope.startOfOperand(endingAt: argument.open - 1),
      let callee = scope.expression(start..<argument.open)
    else { return [] }
    let receiver: Outline
    let spec: FunctionSpec?
    if case .member(let member) = callee {
      receiver = outline(member.object, before: count)
      spec = method(member.name, of: receiver)
    } else {
      receiver = .unknown
      spec = function(outline(callee, before: count))
    }
    guard let spec else { return [] }
    let place = min(argument.place, spec.parameters.count - 1)
    let name = argument.keyword ?? (place >= 0 ? spec.parameters[place].name : "")
    if let outlines = tables.callbacks["\(spec.qualifiedName).\(name)"] { return outlines }
    return spec.name == "fold" ? [.unknown, element(of: receiver)] : [element(of: receiver)]
  }

  // MARK: Members

  /// The host's function that a outline stands for.
  func function(_ outline: Outline) -> FunctionSpec? {
    guard case .value(.function(let function)) = outline else { return nil }
    switch function.body {
    case .host(let spec, _): return spec
    case .type(let type): return type.constructor
    case .script: return nil
    }
  }

  /// The method that `x.name(…)` calls.
  func method(_ name: String, of outline: Outline) -> FunctionSpec? {
    if let type = self.type(outline) { return type.static(name) }
    guard let type = outline.typeName.flatMap(registry.type) else { return nil }
    return type.method(name) ?? (type.isHost ? hostMethod(name) : nil)
  }

  private func hostMethod(_ name: String) -> FunctionSpec? {
    CoreLibrary.hostMethods.first { $0.name == name }
  }

  /// The type that a outline names, as `Model` does.
  func type(_ outline: Outline) -> HostType? {
    guard case .value(.function(let function)) = outline, case .type(let type) = function.body
    else {
      return nil
    }
    return type
  }

  private func result(of callee: Outline) -> Outline {
    function(callee).map { Outline(returned: $0.returns, registry) } ?? .unknown
  }

  private func result(of name: String, of object: Outline) -> Outline {
    if case .value(.host(let host as any Browsable)) = object, let known = host.result(of: name) {
      return known
    }
    if ["list", "range"].contains(object.typeName ?? "") {
      if ["filter", "sort", "reverse", "unique"].contains(name) { return object }
      if ["first", "last", "find", "get", "min", "max"].contains(name) {
        return element(of: object)
      }
    }
    return method(name, of: object).map { Outline(returned: $0.returns, registry) } ?? .unknown
  }

  private func member(_ name: String, of object: Outline) -> Outline {
    switch object {
    case .record(let keys):
      if let key = keys.first(where: { $0.name == name }) { return key.outline }
    case .value(.map(let map)):
      if let value = map[name] { return .value(value) }
    case .value(.host(let host as any Browsable)):
      if let part = host.part(name) { return .value(part) }
    default: break
    }
    if object.typeName == "error" { return name == "data" ? .unknown : .string }
    if let spec = type(object)?.static(name) { return .value(.function(FunctionValue(spec))) }
    guard let property = object.typeName.flatMap(registry.type)?.property(name) else {
      return .unknown
    }
    return Outline(returned: property.returns, registry)
  }

  // MARK: Elements

  private func element(_ subscripts: [SubscriptSyntax], of object: Outline) -> Outline {
    guard subscripts.count == 1, case .value(let inside) = subscripts[0] else {
      return subscripts.count > 1 ? .instance(object.typeName ?? "") : object
    }
    if case .literal(let literal) = inside, case .string(let name) = literal.value {
      let known = keys(of: object).first { $0.name == name.string }
      return known?.outline ?? .unknown
    }
    return element(of: object)
  }

  /// What stands under an index, and what a `for` runs over.
  func element(of object: Outline) -> Outline {
    switch object {
    case .list(let element): return element
    case .value(.list(let list)): return list.elements.first.map { .value($0) } ?? .unknown
    case .value(.host(let host as any Browsable)):
      if case .unknown = host.element { break }
      return host.element
    default: break
    }
    switch object.typeName {
    case "string"?: return .string
    case "tensor"?: return .instance("tensor")
    case "range"?: return .int
    case let name?: return tables.elements[name] ?? .unknown
    case nil: return .unknown
    }
  }

  /// What `x["…"]` takes.
  func keys(of object: Outline, limit: Int = .max) -> [KeyOutline] {
    switch object {
    case .record(let keys): return keys
    case .value(.map(let map)):
      return map.entries.prefix(limit).compactMap { entry in
        guard case .string(let name) = entry.key else { return nil }
        return KeyOutline(name.string, outline: .value(entry.value))
      }
    case .value(.host(let host as any Browsable)): return host.keys
    default: return []
    }
  }
}

extension HostType {
  /// Whether its values are host objects, not data of the language.
  var isHost: Bool { ValueKind(rawValue: name) == nil }
}
