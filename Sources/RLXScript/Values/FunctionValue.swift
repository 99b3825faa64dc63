/// A function: written in the language, or of the host (free, a method held by its object, a type).
package final class FunctionValue {
  package enum Body {
    case script(ScriptFunction)
    /// A host function; `receiver` is the object of a method named without calling it.
    case host(FunctionSpec, receiver: Value)
    /// A type's name: calling it makes an object.
    case type(HostType)
  }

  package let body: Body
  /// How deep functions hold functions, as far as that was known when it was made.
  package let depth: Int

  package init(_ spec: FunctionSpec, receiver: Value = .nil) {
    body = .host(spec, receiver: receiver)
    depth = 1 + receiver.depth
  }

  package init(_ type: HostType) {
    body = .type(type)
    depth = 1
  }

  init(_ function: ScriptFunction) {
    body = .script(function)
    var deepest = 0
    for cell in function.captures { deepest = max(deepest, cell.value?.depth ?? 0) }
    depth = 1 + deepest
  }

  /// The name it was declared under; nil for `fn (…) => …`.
  package var name: String? {
    switch body {
    case .script(let function): function.syntax.name
    case .host(let spec, _): spec.name
    case .type(let type): type.name
    }
  }

  /// The `##` lines above it, or the host's documentation.
  package var documentation: String? {
    switch body {
    case .script(let function): function.syntax.documentation
    case .host(let spec, _): spec.doc
    case .type(let type): type.doc
    }
  }

  /// The exact source text of a script function; nil for host functions.
  package var sourceText: String? {
    guard case .script(let function) = body else { return nil }
    return function.syntax.source.string(in: function.syntax.span)
  }

  /// Where a script function was written: `tour.rlx:14`; nil for host functions.
  package var origin: String? {
    guard case .script(let function) = body else { return nil }
    let source = function.syntax.source
    return "\(source.name):\(source.lineNumber(at: function.syntax.span.start))"
  }

  /// How it is called: `shout(text, mark = "!")`, defaults as they were written.
  package var signature: String {
    switch body {
    case .script(let function):
      let parameters = function.syntax.parameters.map { parameter in
        let value = parameter.defaultValue.map { function.syntax.source.string(in: $0.span) }
        return parameter.name + (value.map { " = \($0)" } ?? "")
      }
      return "\(name ?? "fn")(\(parameters.joined(separator: ", ")))"
    case .host(let spec, _): return spec.signature
    case .type(let type): return type.constructor?.signature ?? type.name
    }
  }

  /// The names a script function took along from around it, with their values now, in the order of
  /// first use. Top-level names are not among them: they are read when the function runs. A value
  /// may be a function that captures this one again.
  package var captured: [(name: String, value: Value?)] {
    guard case .script(let function) = body else { return [] }
    return zip(function.syntax.captures, function.captures).map { ($0.name, $1.value) }
  }

  /// The parameters' names, in order.
  package var parameterNames: [String] {
    switch body {
    case .script(let function): function.syntax.parameters.map(\.name)
    case .host(let spec, _): spec.parameters.map(\.name)
    case .type(let type): type.constructor?.parameters.map(\.name) ?? []
    }
  }
}

/// A function of the language with the variables it captured.
package final class ScriptFunction {
  package let syntax: FunctionSyntax
  let captures: [Cell]

  init(_ syntax: FunctionSyntax, captures: [Cell]) {
    self.syntax = syntax
    self.captures = captures
    for cell in captures { cell.holders += 1 }
  }

  deinit {
    for cell in captures { cell.holders -= 1 }
  }
}

/// A variable that a function captured: shared by the call that made it and the function.
final class Cell {
  var value: Value?
  /// How many functions captured it.
  var holders = 0
  private let graveyard: Graveyard

  init(_ value: Value?, _ graveyard: Graveyard) {
    self.value = value
    self.graveyard = graveyard
  }

  deinit { graveyard.bury(&value) }

  /// Lets go of a function that only this variable and the function itself refer to, as a local
  /// function that calls itself does when the call that made it ends.
  func breakCycle() {
    guard holders == 1, isCapturedByItsValue, var held = Held(&value) else { return }
    if !held.isUnique { value = .function(held.function) }
  }

  private var isCapturedByItsValue: Bool {
    guard case .function(let function)? = value, case .script(let script) = function.body else {
      return false
    }
    return script.captures.contains { $0 === self }
  }

  /// A function taken out of its variable, so that its references can be counted.
  private struct Held {
    var function: FunctionValue

    init?(_ value: inout Value?) {
      guard case .function(let function)? = value else { return nil }
      self.function = function
      value = nil
    }

    var isUnique: Bool { mutating get { isKnownUniquelyReferenced(&function) } }
  }
}

/// Releases chains of functions one after the other instead of recursively.
///
/// A function holds cells, a cell holds a function, and so on without bound; releasing the first
/// link the ordinary way would recurse once per link and overflow the stack.
final class Graveyard {
  private var waiting: [Value?] = []
  private var isDigging = false

  /// Takes the value out of `slot`; it is released here, or by the call that is already digging.
  func bury(_ slot: inout Value?) {
    guard (slot?.depth ?? 0) > 0 else { return }
    waiting.append(nil)
    // A swap leaves no second reference that would release the value after the digging is over.
    swap(&waiting[waiting.count - 1], &slot)
    dig()
  }

  private func dig() {
    guard !isDigging else { return }
    isDigging = true
    while !waiting.isEmpty { _ = waiting.removeLast() }
    isDigging = false
  }
}
