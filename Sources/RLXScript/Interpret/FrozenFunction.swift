/// A function for later: it sees the names of the top level as they were when it was frozen, and may do
/// nothing but compute. So whenever it runs, and however often, it gives the same.
///
/// (As far as the objects it reads stay the same: a model that is trained meanwhile answers otherwise.)
package final class FrozenFunction {
  package let function: FunctionValue
  /// The names of the top level that it may read, with their values of then.
  private let globals: [(global: Global, value: Value?)]
  /// It owns the objects that own this.
  private unowned let interpreter: Interpreter

  fileprivate init(
    _ function: FunctionValue, _ globals: [(global: Global, value: Value?)],
    _ interpreter: Interpreter
  ) {
    self.function = function
    self.globals = globals
    self.interpreter = interpreter
  }

  /// The names of the top level that its text mentions, with their values, in the order met.
  package var names: [(name: String, value: Value?)] { globals.map { ($0.global.name, $0.value) } }

  package func callAsFunction(_ arguments: Value...) throws -> Value {
    let now = globals.map(\.global.value)
    for entry in globals { entry.global.value = entry.value }
    interpreter.frozenCalls += 1
    defer {
      interpreter.frozenCalls -= 1
      for (entry, value) in zip(globals, now) { entry.global.value = value }
    }
    return try interpreter.call(.function(function), arguments)
  }

  /// The error of a frozen function that does more than compute.
  static func impure(_ what: String) -> Fault {
    Fault(
      .value, "a function that runs later, once a row is asked for, \(what)",
      remedy: "lazy: false runs it for every row now")
  }
}

extension Interpreter {
  /// `function` with everything it may read of the top level as it stands now.
  package func freeze(_ function: FunctionValue) -> FrozenFunction {
    var found: [(global: Global, value: Value?)] = []
    var met: Set<ObjectIdentifier> = []
    var waiting: [Value] = [.function(function)]
    while let value = waiting.popLast() {
      switch value {
      case .list(let list): waiting += list.elements
      case .map(let map): waiting += map.entries.map(\.value)
      case .function(let function) where met.insert(ObjectIdentifier(function)).inserted:
        waiting += function.captured.compactMap(\.value)
        for word in Self.words(function.sourceText ?? "") {
          guard let global = main.existing(word), met.insert(ObjectIdentifier(global)).inserted
          else { continue }
          found.append((global, global.value))
          if let value = global.value { waiting.append(value) }
        }
      default: break
      }
    }
    return FrozenFunction(function, found, self)
  }

  /// Everything in a text that can be a name; what stands in strings and comments too, which does no
  /// harm.
  private static func words(_ text: String) -> [String] {
    text.unicodeScalars.split {
      !($0.properties.isAlphabetic || $0 == "_" || $0.properties.numericType != nil)
    }
    .map { String($0) }
  }

  func checkFrozen(_ spec: FunctionSpec) throws {
    guard !spec.effects.isEmpty else { return }
    let what = spec.effects.names.joined(separator: " and ")
    throw FrozenFunction.impure("may not call \(spec.qualifiedName), which \(what)")
  }
}
