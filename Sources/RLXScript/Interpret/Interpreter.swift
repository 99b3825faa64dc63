/// Runs programs: a walk over the resolved tree.
///
/// Not Sendable; everything happens on the thread that calls it, whose stack must fit
/// `Limits.calls` nested calls (512 MB is ample, also in a debug build).
package final class Interpreter {
  package let registry: Registry
  package let effects: any Effects
  package var limits: Limits
  /// The counted points so far: calls and loop turns, and what the host counts.
  package var points = 0
  /// `_`: the value of the last top-level expression that was not nil.
  package var last: Value = .nil
  /// How deep calls are nested now.
  var depth = 0
  /// How many calls of frozen functions are going on.
  var frozenCalls = 0
  let graveyard = Graveyard()
  let main = Module(name: "main")
  /// The used files, by path.
  var modules: [String: Module] = [:]
  /// The files being loaded, to find those that use themselves.
  private var loading: [String] = []
  /// The address of the stack at the outermost call.
  private var stackBase = 0
  /// Numbers the statements, to tell what each one bound.
  private var serial = 0
  private var boundNow: [Global] = []

  package init(
    registry: Registry = Registry(), effects: any Effects, arguments: [String] = [],
    limits: Limits = Limits()
  ) {
    self.registry = registry
    self.effects = effects
    self.limits = limits
    setGlobal("args", .list(arguments.map { .string($0) }))
  }

  /// A statement's outcome.
  package struct Outcome {
    /// The value of an expression statement; nil for other statements.
    package let value: Value?
    /// Whether the display rule shows it.
    package let isShown: Bool
    /// The names it assigned, in order, each once.
    package let bound: [String]
  }

  // MARK: - Preparing

  /// Parses and resolves a text against the names known now. Throws a `Diagnostic`.
  package func prepare(_ source: Source, mode: PrepareMode = .file) throws -> Program {
    try prepare(source, in: main, mode)
  }

  private func prepare(_ source: Source, in module: Module, _ mode: PrepareMode) throws -> Program {
    let statements: [TopStatement]
    switch Parser.parse(source) {
    case .program(let parsed): statements = parsed
    case .incomplete(_, let diagnostic), .invalid(let diagnostic): throw diagnostic
    }
    let resolver = Resolver(module, registry, source, mode) { [unowned self] use in
      try load(use, from: source)
    }
    try resolver.resolve(statements.map(\.syntax))
    return Program(source: source, statements: statements, module: module)
  }

  private func load(_ use: UseStatement, from source: Source) throws -> Module {
    let place = Place(source, use.span)
    let used: Source
    do {
      used = try effects.source(use.path, usedBy: source)
    } catch {
      throw located(error, place)
    }
    let path = used.path ?? used.name
    if loading.contains(path) {
      throw Diagnostic(.name, "use: \"\(use.path)\" uses itself", at: place)
    }
    if let module = modules[path] { return module }
    guard loading.count < Limit.usesAllowed else { throw located(Limit.uses.fault, place) }
    loading.append(path)
    defer { loading.removeLast() }
    let module = Module(name: use.path)
    module.program = try prepare(used, in: module, .file)
    modules[path] = module
    return module
  }

  // MARK: - Running

  /// Runs one statement of a prepared program. Throws a `Diagnostic`, or `Exit`.
  package func run(_ statement: TopStatement) throws -> Outcome {
    serial += 1
    boundNow = []
    let frame = Frame(top: statement.source)
    do {
      if case .expression(let expression) = statement.syntax {
        let value = try evaluate(expression, frame)
        if !value.isNil { last = value }
        return Outcome(
          value: value, isShown: !statement.isQuiet && !value.isNil, bound: boundNow.map(\.name))
      }
      _ = try execute(statement.syntax, frame)
    } catch {
      throw located(error, Place(statement.source, statement.span))
    }
    return Outcome(value: nil, isShown: false, bound: boundNow.map(\.name))
  }

  /// The names the last statement assigned, also when it failed.
  package var boundNames: [String] { boundNow.map(\.name) }

  /// Runs a used file the first time it is used, and brings its names here.
  func run(_ use: UseStatement) throws {
    guard let module = use.module, let program = module.program else { return }
    if !module.hasRun {
      let outer = (last, depth)
      depth += 1
      defer { (last, depth) = outer }
      try checkDepth()
      for statement in program.statements {
        _ = try execute(statement.syntax, Frame(top: program.source, module: module))
      }
      module.hasRun = true
    }
    if let target = use.target, case .global(let global) = target.binding {
      let entries = module.bound.compactMap { global in global.value.map { (global.name, $0) } }
      assign(global, .map(entries), in: nil)
      return
    }
    for (name, global) in use.imports {
      if let value = module.existing(name)?.value { assign(global, value, in: nil) }
    }
  }

  // MARK: - Globals

  /// The names of the top level that have a value, in the order they got their first.
  package var globalNames: [String] { main.bound.map(\.name) }

  package var globalCount: Int { main.bound.count }

  /// The names that last got their first value, with what they hold now; at most `limit` of them.
  package func newestGlobals(_ limit: Int) -> [(name: String, value: Value)] {
    main.bound.suffix(limit).reversed().compactMap { global in
      global.value.map { (global.name, $0) }
    }
  }

  package func global(_ name: String) -> Value? { main.existing(name)?.value }

  package func setGlobal(_ name: String, _ value: Value) {
    assign(main.global(name, builtin: registry.value(name)), value, in: nil)
  }

  package func removeGlobal(_ name: String) {
    if let global = main.existing(name) { main.unbind(global) }
  }

  /// Assigns a variable of the top level of `module`, the main one if nil.
  func assign(_ global: Global, _ value: Value, in module: Module?) {
    global.value = value
    note(global, in: module)
  }

  /// Records that the statement assigned or changed the variable.
  func note(_ global: Global, in module: Module?) {
    if !global.isBound { (module ?? main).noteBound(global) }
    if module == nil, global.stamp != serial {
      global.stamp = serial
      boundNow.append(global)
    }
  }

  // MARK: - Counting

  /// A counted point: a call, a loop turn, or a step of the host. Throws where the limit is reached
  /// or the program was stopped.
  package func point() throws {
    points += 1
    if let allowed = limits.points, points > allowed { throw Limit.points.fault(allowed) }
    try effects.point()
  }

  /// Throws if calls are nested too deep, or have used up the stack.
  func checkDepth() throws {
    if depth == 1 { stackBase = Self.stackAddress() }
    if depth > limits.calls || abs(stackBase - Self.stackAddress()) > limits.stack {
      throw Limit.calls.fault(limits.calls)
    }
  }

  private static func stackAddress() -> Int {
    var marker: UInt8 = 0
    return withUnsafeMutablePointer(to: &marker) { Int(bitPattern: $0) }
  }

  /// Throws if `value` is nested too deep, or holds too much in all.
  func checked(_ value: Value) throws -> Value {
    if value.depth > limits.depth { throw Limit.depth.fault(limits.depth) }
    try checkSize(value.weight)
    return value
  }

  func checkSize(_ count: Int) throws {
    if count > limits.size { throw Limit.size.fault(limits.size) }
  }

  /// Gives an error its place, if it has none; leaves `Exit` alone.
  func located(_ error: any Error, _ place: @autoclosure () -> Place?) -> any Error {
    switch error {
    case var diagnostic as Diagnostic:
      if diagnostic.place == nil { diagnostic.place = place() }
      return diagnostic
    case let exit as Exit: return exit
    case let error as any HostError:
      if let carried = error.carried { return located(carried, place()) }
      return Diagnostic(error.kind, error.message, at: place(), remedy: error.remedy)
    default: return Diagnostic(.host, "\(error)", at: place())
    }
  }
}
