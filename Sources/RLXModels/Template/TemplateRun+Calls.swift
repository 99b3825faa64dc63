import RLXData

/// Calls: of macros, of what is built in, of methods.
extension TemplateRun {
  static let functions: Set<String> = [
    "range", "dict", "namespace", "raise_exception", "strftime_now",
  ]

  /// The values of arguments.
  func bind(
    _ arguments: TemplateArguments, _ name: String, _ scope: TemplateScope, at place: TemplatePlace
  ) throws(TemplateError) -> TemplateCall {
    var call = TemplateCall(name: name, place: place, positional: [], named: [])
    for argument in arguments.positional {
      call.positional.append(try evaluate(argument, scope))
    }
    for (name, argument) in arguments.named {
      call.named.append((name, try evaluate(argument, scope)))
    }
    if let rest = arguments.rest {
      call.positional += try items(of: try evaluate(rest, scope), at: rest.place)
    }
    if let rest = arguments.namedRest {
      guard case .map(let map) = try evaluate(rest, scope) else {
        throw call.wrong("** before what is no mapping")
      }
      for entry in map.entries { call.named.append((entry.key.text, entry.value)) }
    }
    return call
  }

  func call(_ callee: TemplateValue, _ call: TemplateCall) throws(TemplateError) -> TemplateValue {
    switch callee {
    case .undefined(let name): throw TemplateError(.undefined(name), at: call.place)
    case .callable(.function(let name)): return try function(name, call)
    case .callable(.method(let value, let name)): return try method(name, value, call)
    case .callable(.macro(let macro)): return .string(try self.macro(macro, call))
    case .loop(let loop):
      guard let again = loop.again else {
        throw call.wrong("the loop called, which is not recursive")
      }
      try call.takes("items")
      output.open()
      try execute(
        again.syntax, over: try call.need(0, "items"), depth: loop.depth + 1, again.scope,
        at: call.place)
      return .string(output.close())
    default: throw call.wrong("\(callee.described) called as a function")
    }
  }

  private func macro(_ macro: TemplateMacro, _ call: TemplateCall) throws(TemplateError) -> String {
    let syntax = macro.syntax
    let scope = TemplateScope(parent: macro.scope)
    var named = call.named
    for (place, parameter) in syntax.parameters.enumerated() {
      let given = named.firstIndex { $0.name.isExactly(parameter.name) }
      if place < call.positional.count {
        guard given == nil else { throw call.wrong("\(parameter.name) given twice") }
        scope.set(parameter.name, call.positional[place])
      } else if let given {
        scope.set(parameter.name, named.remove(at: given).value)
      } else if let standard = parameter.standard {
        scope.set(parameter.name, try evaluate(standard, scope))
      } else {
        scope.set(parameter.name, .undefined("\(parameter.name) of \(syntax.name)"))
      }
    }
    let rest = Array(call.positional.dropFirst(syntax.parameters.count))
    guard syntax.takesRest || rest.isEmpty else {
      throw call.wrong("\(call.positional.count) arguments for \(syntax.parameters.count)")
    }
    if syntax.takesRest { scope.set("varargs", .tuple(rest)) }
    if syntax.takesCaller {
      let caller = named.firstIndex { $0.name == "caller" }
      scope.set("caller", caller.map { named.remove(at: $0).value } ?? .undefined("caller"))
    }
    guard syntax.takesNamedRest || named.isEmpty else {
      throw call.wrong("no argument \(named[0].name)")
    }
    if syntax.takesNamedRest {
      var map = TemplateMap()
      for (name, value) in named { map.set(name, value) }
      scope.set("kwargs", .map(map))
    }
    return try captured(syntax.body, scope)
  }

  // MARK: - Built in

  private func function(_ name: String, _ call: TemplateCall) throws(TemplateError)
    -> TemplateValue
  {
    switch name {
    case "range": return .list(try range(call))
    case "dict": return .map(try dictionary(call))
    case "namespace":
      let map = try dictionary(call)
      for entry in map.entries { try checkAttribute(entry.key.text, at: call.place) }
      return .namespace(TemplateNamespace(map))
    case "raise_exception":
      try call.takes("message")
      throw TemplateError(.raised(try call.need(0, "message").text), at: call.place)
    default: return .string(try day(call))
    }
  }

  private func day(_ call: TemplateCall) throws(TemplateError) -> String {
    try call.takes("format")
    let format = try call.need(0, "format").text
    guard let date else {
      throw TemplateError(
        .forbidden("strftime_now asks for the day, and no clock is read here: give a date"),
        at: call.place)
    }
    guard let text = date.formatted(format) else {
      throw call.wrong("the format \(TemplateValue.spelled(format))")
    }
    return text
  }

  private func range(_ call: TemplateCall) throws(TemplateError) -> [TemplateValue] {
    try call.takes("start", "stop", "step")
    guard call.named.isEmpty, let first = try call.int(0, "start") else {
      throw call.wrong("no integers")
    }
    let second = try call.int(1, "stop")
    let step = try call.int(2, "step") ?? 1
    guard step != 0 else { throw call.wrong("a step of 0") }
    let numbers = stride(from: second == nil ? 0 : first, to: second ?? first, by: step)
    let found = Array(numbers.prefix(Template.maxRange + 1))
    guard found.count <= Template.maxRange else {
      throw TemplateError(.limit("a range of more than \(Template.maxRange)"), at: call.place)
    }
    return found.map { .int($0) }
  }

  private func dictionary(_ call: TemplateCall) throws(TemplateError) -> TemplateMap {
    guard call.positional.count <= 1 else { throw call.wrong("more than one mapping") }
    var map = TemplateMap()
    switch call.positional.first {
    case nil: break
    case .map(let given): map = given
    case .some(let pairs):
      for pair in try items(of: pairs, at: call.place) {
        let parts = try items(of: pair, at: call.place)
        guard parts.count == 2 else { throw call.wrong("no pairs of key and value") }
        map.set(parts[0], parts[1])
      }
    }
    for (name, value) in call.named { map.set(name, value) }
    return map
  }
}
