import RLXScript

/// An object whose form in JSON says more than its plain data.
protocol JSONShown: HostObject {
  var jsonForm: Value { get }
}

/// What `--format json` writes: each event one object on one line, with its `type` first.
enum JSONForm {
  /// `{"type": "int", "value": 3}`.
  static func line(of value: Value) -> String {
    line(value.typeName, [("value", form(value))])
  }

  /// An error and those found together with it, a line each.
  static func lines(of diagnostic: Diagnostic) -> String {
    let trail = diagnostic.trail.map { entry in
      Value.map([("function", .string(entry.function))] + place(entry.place))
    }
    return error(
      kind: diagnostic.kind.rawValue, diagnostic.message, at: diagnostic.place,
      remedy: diagnostic.remedy, trail: trail)
      + diagnostic.others.map { lines(of: $0) }.joined()
  }

  /// One error on a line, the same fields whatever is known of it.
  static func error(
    kind: String, _ message: String, at place: Place? = nil, remedy: String?, trail: [Value] = []
  ) -> String {
    line(
      "error",
      [("kind", .string(kind)), ("message", .string(message))] + self.place(place)
        + [("try", remedy.map { .string($0) } ?? .nil), ("trail", .list(trail))])
  }

  static func line(_ type: String, _ fields: [(String, Value)]) -> String {
    let object = Value.map([("type", .string(type))] + fields)
    guard let text = try? Json.text(of: object) else {
      preconditionFailure("a form with something in it that JSON has not")
    }
    return text + "\n"
  }

  private static func place(_ place: Place?) -> [(String, Value)] {
    [
      ("file", place.map { .string($0.source.name) } ?? .nil),
      ("line", place.map { .int($0.line) } ?? .nil),
      ("column", place.map { .int($0.column) } ?? .nil),
    ]
  }

  /// The value with only what JSON has in it.
  ///
  /// Numbers that are not finite become "NaN", "Infinity" and "-Infinity" (as in Protocol Buffers'
  /// JSON), ranges their ends, functions their signature, objects their data.
  static func form(_ value: Value) -> Value {
    switch value {
    case .nil, .bool, .int, .string: value
    case .float(let number): number.isFinite ? value : .string(notFinite(number))
    case .list(let list): .list(list.elements.map(form))
    case .map(let map): .map(map.entries.map { ($0.key.value.printed, form($0.value)) })
    case .range(let range): .map([("start", .int(range.lower)), ("end", .int(range.upper))])
    case .function: .string(value.shown)
    case .error(let error):
      .map([
        ("kind", .string(error.diagnostic.kind.rawValue)),
        ("message", .string(error.diagnostic.message)),
      ])
    case .host(let object): form(object)
    }
  }

  /// An object's own form, else its plain data, else what it is in one line.
  private static func form(_ object: any HostObject) -> Value {
    if let shown = object as? any JSONShown { return form(shown.jsonForm) }
    guard let plain = try? object.plain() else { return .string(object.brief()) }
    return form(plain)
  }

  private static func notFinite(_ number: Double) -> String {
    number.isNaN ? "NaN" : number > 0 ? "Infinity" : "-Infinity"
  }
}
