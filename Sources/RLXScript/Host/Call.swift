/// One call of a host function, with its arguments checked against the table.
package struct Call {
  package let spec: FunctionSpec
  /// The object of a method; nil for free functions.
  package let receiver: Value
  /// One per parameter, defaults filled in; nil where left out.
  package let values: [Value?]
  /// Whether each was written in the call: false for a default filled in.
  package let isWritten: [Bool]
  /// What a `rest` parameter took.
  package let rest: [Value]
  package let interpreter: Interpreter
  /// Where the call stands; nil when the host itself called.
  package let place: Place?

  package var effects: any Effects { interpreter.effects }

  /// The argument, or nil where it was left out or given as nil.
  package func optional(_ name: String) -> Value? {
    guard let position = spec.parameters.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("\(spec.qualifiedName) declares no parameter \(name)")
    }
    if case .nil? = values[position] { return nil }
    return values[position]
  }

  /// The argument, nil for one left out.
  package func value(_ name: String) -> Value { optional(name) ?? .nil }

  package func isGiven(_ name: String) -> Bool { optional(name) != nil }

  package func bool(_ name: String) throws -> Bool {
    guard case .bool(let flag) = value(name) else { throw wrong(name, "true or false") }
    return flag
  }

  package func int(_ name: String) throws -> Int {
    guard case .int(let number) = value(name) else { throw wrong(name, "an int") }
    return number
  }

  package func double(_ name: String) throws -> Double {
    guard let number = value(name).asDouble else { throw wrong(name, "a number") }
    return number
  }

  package func string(_ name: String) throws -> String {
    guard case .string(let text) = value(name) else { throw wrong(name, "a string") }
    return text.string
  }

  /// The elements of a list or range.
  package func list(_ name: String) throws -> [Value] {
    guard let elements = try value(name).asElements() else { throw wrong(name, "a list") }
    return elements
  }

  package func map(_ name: String) throws -> MapValue {
    guard case .map(let map) = value(name) else { throw wrong(name, "a map") }
    return map
  }

  package func function(_ name: String) throws -> FunctionValue {
    guard case .function(let function) = value(name) else { throw wrong(name, "a function") }
    return function
  }

  package func host<T: HostObject>(_ name: String, as type: T.Type) throws -> T {
    guard case .host(let object) = value(name), let object = object as? T else {
      throw wrong(name, "a \(T.self)")
    }
    return object
  }

  /// The receiver as a host object of one Swift type.
  package func object<T: HostObject>(as type: T.Type = T.self) throws -> T {
    guard case .host(let object) = receiver, let object = object as? T else {
      throw Fault(.type, "\(spec.qualifiedName): called on \(receiver.described)")
    }
    return object
  }

  /// Calls a function the script handed over.
  package func call(
    _ function: FunctionValue, _ arguments: [Value], named: [(String, Value)] = []
  ) throws -> Value {
    try interpreter.call(.function(function), arguments, named: named, at: place)
  }

  /// An error that points at the argument of `parameter`.
  package func wrong(_ parameter: String, _ wanted: String) -> Fault {
    Fault(
      .type,
      "\(spec.qualifiedName): \(parameter): expected \(wanted), got \(value(parameter).described)",
      parameter: parameter)
  }
}
