/// The top level of a program or of one used file: its variables, in the order they got a value.
package final class Module {
  let name: String
  private var index: [String: Global] = [:]
  /// The variables that have, or had, a value.
  private(set) var bound: [Global] = []
  /// For a used file: what to run, once.
  var program: Program?
  var hasRun = false

  init(name: String) { self.name = name }

  func existing(_ name: String) -> Global? { index[name] }

  /// The variable of that name, made without a value if there is none. `builtin` is what the name
  /// means until it has one.
  func global(_ name: String, builtin: @autoclosure () -> Value?) -> Global {
    if let global = index[name] { return global }
    let global = Global(name, builtin: builtin())
    index[name] = global
    return global
  }

  /// Adds a variable that has just got its first value.
  func noteBound(_ global: Global) {
    global.isBound = true
    bound.append(global)
  }

  /// Puts back which variables have a value, in this order.
  func rebind(_ globals: [Global]) { bound = globals }

  /// Takes the value away, as if the name had never been assigned.
  func unbind(_ global: Global) {
    global.value = nil
    global.isBound = false
    bound.removeAll { $0 === global }
  }
}

/// A variable of the top level.
final class Global {
  let name: String
  var value: Value?
  /// The host function or type of that name, if any; a value of the program hides it.
  let builtin: Value?
  /// Whether it stands in its module's list.
  var isBound = false
  /// The statement that last assigned it.
  var stamp = 0

  init(_ name: String, builtin: Value?) {
    self.name = name
    self.builtin = builtin
  }
}

/// A text parsed and resolved, ready to run statement by statement.
package final class Program {
  package let source: Source
  package let statements: [TopStatement]
  let module: Module

  init(source: Source, statements: [TopStatement], module: Module) {
    self.source = source
    self.statements = statements
    self.module = module
  }
}

/// How strictly names are looked up before running.
package enum PrepareMode: Sendable {
  /// Every name must be known.
  case file
  /// Function bodies may name what does not exist yet.
  case prompt
}
