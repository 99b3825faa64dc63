/// What `is` asks of a value.
extension TemplateRun {
  func test(_ value: TemplateValue, _ call: TemplateCall) throws(TemplateError) -> Bool {
    if let sign = Self.signsOfTests[call.name] {
      try call.takes("other")
      return try compare(value, sign, try call.need(0, "other"), at: call.place)
    }
    if let holds = Self.isOfKind(call.name, value) {
      try call.takes()
      return holds
    }
    switch call.name {
    case "sameas":
      try call.takes("other")
      return Self.isSame(value, try call.need(0, "other"))
    case "divisibleby":
      try call.takes("num")
      return try isDivisible(value, by: try call.int(0, "num") ?? 0, call)
    case "even", "odd":
      try call.takes()
      return try isDivisible(value, by: 2, call) == (call.name == "even")
    case "lower", "upper":
      try call.takes()
      return TemplateText.holds("is" + call.name, value.text)
    case "filter": return Self.filters.contains(value.text)
    case "test":
      return Self.signsOfTests[value.text] != nil || Self.isOfKind(value.text, .none) != nil
        || ["sameas", "divisibleby", "even", "odd", "lower", "upper", "filter", "test"]
          .contains(value.text)
    default: throw TemplateError(.unknown(kind: "test", name: call.name), at: call.place)
    }
  }

  private static let signsOfTests: [String: String] = [
    "==": "==", "eq": "==", "equalto": "==", "!=": "!=", "ne": "!=", "<": "<", "lt": "<",
    "lessthan": "<", "<=": "<=", "le": "<=", ">": ">", "gt": ">", "greaterthan": ">", ">=": ">=",
    "ge": ">=", "in": "in",
  ]

  /// Whether a value is of a kind that a test names; nil for a test that asks something else.
  private static func isOfKind(_ name: String, _ value: TemplateValue) -> Bool? {
    switch name {
    case "defined": if case .undefined = value { false } else { true }
    case "undefined": if case .undefined = value { true } else { false }
    case "none": if case .none = value { true } else { false }
    case "boolean": if case .bool = value { true } else { false }
    case "true": if case .bool(true) = value { true } else { false }
    case "false": if case .bool(false) = value { true } else { false }
    case "integer": if case .int = value { true } else { false }
    case "float": if case .double = value { true } else { false }
    case "number": value.number != nil
    case "string": if case .string = value { true } else { false }
    case "mapping": if case .map = value { true } else { false }
    case "callable": isCallable(value)
    case "escaped": false
    case "iterable": if case .iterator = value { true } else { isIterable(value) }
    case "sequence": isIterable(value)
    default: nil
    }
  }

  private static func isCallable(_ value: TemplateValue) -> Bool {
    switch value {
    // What is undefined can be called, to raise its error.
    case .callable, .loop, .undefined: true
    default: false
    }
  }

  private static func isIterable(_ value: TemplateValue) -> Bool {
    switch value {
    case .string, .list, .tuple, .map, .undefined: true
    default: false
    }
  }

  private static func isSame(_ a: TemplateValue, _ b: TemplateValue) -> Bool {
    switch (a, b) {
    case (.bool(let x), .bool(let y)): x == y
    case (.bool, _), (_, .bool): false
    case (.int, .double), (.double, .int): false
    default: a.equals(b)
    }
  }

  private func isDivisible(_ value: TemplateValue, by divisor: Int, _ call: TemplateCall)
    throws(TemplateError) -> Bool
  {
    switch try arithmetic("%", value, .int(divisor), at: call.place) {
    case .int(let rest): return rest == 0
    case .double(let rest): return rest == 0
    case let other: throw call.wrong("no number, but \(other.described)")
    }
  }
}
