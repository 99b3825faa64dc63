/// Finds out what can be known of expressions without running them. Where it cannot tell it says
/// `.unknown`; what it says holds whenever the expression comes to a value at all.
final class Inference {
  let registry: Registry
  let top: CheckScope
  /// The functions whose results are being found out, so that recursion comes to an end.
  private var entered: [FunctionSyntax] = []

  init(_ registry: Registry, top: CheckScope) {
    self.registry = registry
    self.top = top
  }

  /// What is known of `expression` where `scope` is in force.
  func known(_ expression: Expression, _ scope: CheckScope) -> Known {
    if let value = Self.literal(expression) { return .value(value) }
    switch expression {
    case .literal(let e): return .value(e.value)
    case .text: return .type("string")
    case .name(let e): return name(e.name, scope)
    case .list: return .type("list")
    case .map: return .type("map")
    case .function(let e): return .script(e, in: scope)
    case .unary(let e):
      if case .not = e.operation { return .type("bool") }
      let operand = known(e.operand, scope).typeName
      return ["int", "float", "tensor"].contains(operand) ? .type(operand ?? "") : .unknown
    case .binary(let e): return binary(e, scope)
    case .call(let e): return result(of: known(e.callee, scope))
    case .method(let e):
      guard case .callable(let callee) = method(e.name, of: known(e.object, scope)) else {
        return .unknown
      }
      return result(of: callee)
    case .member(let e):
      guard case .value(let value) = property(e.name, of: known(e.object, scope)) else {
        return .unknown
      }
      return value
    case .conditional(let e):
      return .oneOf([known(e.positive, scope).named, known(e.negative, scope).named])
    case .attempt(let e):
      return .oneOf([known(e.body, scope).named, known(e.fallback, scope).named])
    case .last, .index: return .unknown
    }
  }

  private func name(_ name: String, _ scope: CheckScope) -> Known {
    let builtin = builtin(name)
    if let known = scope.known(name, self.known) {
      // Until the top level assigns a name of the host, that one is in force.
      if builtin != nil, top.known(name, self.known) != nil { return .unknown }
      return known
    }
    return builtin ?? .unknown
  }

  private func builtin(_ name: String) -> Known? {
    guard case .function(let function)? = registry.value(name) else { return nil }
    switch function.body {
    case .host(let spec, _): return .function(spec)
    case .type(let type): return .constructor(type)
    case .script: return nil
    }
  }

  /// The value of an expression that is written out in full.
  private static func literal(_ expression: Expression) -> Value? {
    switch expression {
    case .literal(let e): return e.value
    case .unary(let e):
      guard case .negate = e.operation, case .literal(let operand) = e.operand else { return nil }
      if case .int(let number) = operand.value, number != .min { return .int(-number) }
      if case .float(let number) = operand.value { return .float(-number) }
      return nil
    case .list(let e):
      let elements = e.elements.compactMap(literal)
      return elements.count == e.elements.count ? .list(elements) : nil
    default: return nil
    }
  }

  private func binary(_ e: BinaryExpression, _ scope: CheckScope) -> Known {
    switch e.operation {
    case .or, .and, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in, .notIn:
      return .type("bool")
    case .rangeUpTo, .rangeThrough: return .type("range")
    case .pipe, .coalesce, .power: return .unknown
    case .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .matrixMultiply: break
    }
    let types = [known(e.left, scope).typeName, known(e.right, scope).typeName]
    let isNumeric = types.allSatisfy { $0 == "int" || $0 == "float" }
    if isNumeric {
      return types.contains("float") || e.operation == .divide ? .type("float") : .type("int")
    }
    if types.contains("tensor"),
      types.allSatisfy({ ["int", "float", "tensor"].contains($0) })
    {
      return .type("tensor")
    }
    if e.operation == .add, types[0] == types[1], ["string", "list"].contains(types[0]) {
      return .type(types[0] ?? "")
    }
    return .unknown
  }

  // MARK: - Calls

  /// What calling it gives.
  private func result(of callee: Known) -> Known {
    switch callee {
    case .function(let spec): return returned(spec.returns)
    case .constructor(let type): return .type(type.name)
    case .script(let function, let scope?):
      guard case .expression(let body) = function.body, entered.count < 16,
        !entered.contains(where: { $0 === function })
      else { return .unknown }
      entered.append(function)
      defer { entered.removeLast() }
      return known(body, CheckScope(of: function, in: scope)).named
    case .unknown, .value, .type, .script, .module: return .unknown
    }
  }

  /// The type that the table says in words, where the words are a type's name.
  private func returned(_ words: String) -> Known {
    if words.hasPrefix("list of ") { return .type("list") }
    // `nil` is also what an entry says that says nothing.
    return words != "nil" && registry.type(words) != nil ? .type(words) : .unknown
  }

  // MARK: - Members

  /// What a name behind a dot means.
  enum Member {
    case callable(Known)
    case value(Known)
    case fault(Fault)
    case unknown
  }

  /// What `object.name(…)` calls; as `Members.callable` finds it.
  func method(_ name: String, of object: Known) -> Member {
    guard let typeName = object.typeName, let kind = object.kind,
      let type = registry.type(typeName)
    else { return .unknown }
    if let method = type.method(name) { return .callable(.function(method)) }
    if kind == .host, let method = CoreLibrary.hostMethods.first(where: { $0.name == name }) {
      return .callable(.function(method))
    }
    if case .constructor(let type) = object {
      if let spec = type.static(name) { return .callable(.function(spec)) }
      return .fault(Members.unknownStatic(name, of: type))
    }
    if case .module(let exports) = object, let known = exports[name] { return .callable(known) }
    if kind == .map { return .unknown }
    if type.property(name) != nil {
      return .fault(Members.isProperty(name, of: typeName))
    }
    return .fault(Members.unknownMember(name, of: typeName, kind, known: type.memberNames))
  }

  /// What `object.name` reads; as `Members.read` finds it.
  func property(_ name: String, of object: Known) -> Member {
    guard let typeName = object.typeName, let kind = object.kind, kind != .map,
      let type = registry.type(typeName)
    else {
      if case .module(let exports) = object { return exports[name].map(Member.value) ?? .unknown }
      return .unknown
    }
    if case .constructor(let type) = object, let spec = type.static(name) {
      return .value(.function(spec))
    }
    if let property = type.property(name) { return .value(returned(property.returns)) }
    if kind == .host, name == "len" { return .value(.type("int")) }
    if case .constructor(let type) = object {
      return .fault(
        Members.unknownMember(name, of: type.name, .function, known: type.statics.map(\.name)))
    }
    if let method = type.method(name) { return .fault(Members.isMethod(method, of: typeName)) }
    return .fault(Members.unknownMember(name, of: typeName, kind, known: type.memberNames))
  }
}
