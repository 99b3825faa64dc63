/// Gives every name its meaning before anything runs, and reports the unknown ones.
final class Resolver {
  let module: Module
  let registry: Registry
  let source: Source
  let mode: PrepareMode
  /// Finds the module of a used file.
  let load: (UseStatement) throws -> Module
  private var topNames: Set<String> = []
  private var unknown: [Diagnostic] = []
  private var reported: Set<String> = []
  var scope: Scope

  init(
    _ module: Module, _ registry: Registry, _ source: Source, _ mode: PrepareMode,
    load: @escaping (UseStatement) throws -> Module
  ) {
    self.module = module
    self.registry = registry
    self.source = source
    self.mode = mode
    self.load = load
    scope = Scope(nil, parent: nil)
  }

  /// Resolves a whole program; throws the first unknown name, with the others beside it.
  func resolve(_ statements: [Statement]) throws {
    topNames = Set(declaredNames(in: statements))
    for statement in statements {
      if case .use(let use) = statement { try resolveUse(use) }
    }
    self.statements(statements)
    for (function, position, name) in scope.globalCaptures {
      function.captures[position].source = .global(global(name))
    }
    guard var first = unknown.first else { return }
    first.others = Array(unknown.dropFirst())
    throw first
  }

  private func resolveUse(_ use: UseStatement) throws {
    let used = try load(use)
    use.module = used
    if let target = use.target {
      target.binding = .global(global(target.name))
      return
    }
    for name in used.exportedNames {
      topNames.insert(name)
      use.imports.append((name, global(name)))
    }
  }

  func global(_ name: String) -> Global {
    module.global(name, builtin: registry.value(name))
  }

  /// Resolves a name that is read.
  func read(_ name: NameExpression) {
    if scope.bind(name.name, { name.binding = $0 }) { return }
    if !isKnown(name.name), scope.function == nil || mode == .file { report(name) }
    name.binding = .global(global(name.name))
  }

  /// Resolves a name that is assigned: the function's own, or a global of the top level.
  func assign(_ name: NameExpression) {
    if scope.bind(name.name, { name.binding = $0 }) { return }
    name.binding = .global(global(name.name))
  }

  private func isKnown(_ name: String) -> Bool {
    topNames.contains(name) || module.existing(name)?.isBound == true
      || registry.value(name) != nil
  }

  private func report(_ name: NameExpression) {
    guard reported.insert(name.name).inserted else { return }
    let place = Place(source, name.span)
    if let hint = Hint.forName(name.name) {
      unknown.append(Diagnostic(.name, hint.message, at: place, remedy: hint.remedy))
      return
    }
    let nearest = Spelling.nearest(name.name, among: visibleNames)
    unknown.append(
      Diagnostic(.name, "unknown name \(name.name)", at: place, remedy: nearest))
  }

  /// Every name visible here, inner ones first, in an order that does not vary.
  private var visibleNames: [String] {
    var names: [String] = []
    var inner: Scope? = scope
    while let scope = inner {
      names += scope.variables.map(\.name)
      inner = scope.parent
    }
    return names + module.bound.map(\.name) + topNames.sorted() + registry.names
  }

  // MARK: - Functions

  func function(_ function: FunctionSyntax) {
    let outer = scope
    let inner = Scope(function, parent: outer)
    for parameter in function.parameters { inner.declare(parameter.name) }
    if case .block(let block) = function.body {
      for name in declaredNames(in: block.statements) { inner.declare(name) }
    }
    scope = inner
    defer { scope = outer }
    for parameter in function.parameters {
      if let value = parameter.defaultValue { expression(value) }
      if parameter.name == "_" {
        parameter.binding = .discard
      } else {
        _ = inner.bind(parameter.name) { parameter.binding = $0 }
      }
    }
    switch function.body {
    case .block(let block): statements(block.statements)
    case .expression(let value): expression(value)
    }
    inner.layOut()
  }
}

extension Module {
  /// What a used file defines: names its top level assigns, in order, once each.
  var exportedNames: [String] {
    var seen: Set<String> = []
    let names = declaredNames(in: program?.statements.map(\.syntax) ?? [])
    return names.filter { seen.insert($0).inserted }
  }
}
