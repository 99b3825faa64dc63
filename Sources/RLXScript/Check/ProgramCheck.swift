/// Checks programs without running them: syntax, names, members, arity, keywords, and the arguments
/// whose values or types are known beforehand. Every error is found, not only the first; what may
/// work when it runs is no error.
package final class ProgramCheck {
  private let registry: Registry
  private let load: (_ path: String, _ usedBy: Source) throws -> Source
  /// The used files so far, by what identifies them; nil while one is being checked.
  private var used: [String: UsedFile?] = [:]
  private var found: [Diagnostic] = []

  /// What a used file defines.
  private struct UsedFile {
    let module: Module
    let exports: [String: Known]
    /// Whether the file is no program, so that nobody knows what it would define.
    let isBroken: Bool
  }

  /// `load` finds the files that programs use.
  package init(
    registry: Registry, load: @escaping (_ path: String, _ usedBy: Source) throws -> Source
  ) {
    self.registry = registry
    self.load = load
  }

  /// What is wrong with a program and the files it uses, in the order of the text. A used file is
  /// reported once, however many programs use it.
  package func errors(in source: Source, mode: PrepareMode = .file) -> [Diagnostic] {
    found = []
    let main = Module(name: "main")
    main.noteBound(main.global("args", builtin: nil))
    _ = check(source, as: main, mode, knowing: ["args": .type("list")])
    return found
  }

  private func check(
    _ source: Source, as module: Module, _ mode: PrepareMode, knowing names: [String: Known]
  ) -> UsedFile {
    let (statements, faults) = Parser.recovering(source)
    guard faults.isEmpty else {
      found += faults
      return UsedFile(module: module, exports: [:], isBroken: true)
    }
    module.program = Program(source: source, statements: statements, module: module)
    let syntax = statements.map(\.syntax)
    let top = CheckScope(parent: nil)
    for (name, known) in names { top.define(name, known) }
    top.define(syntax)
    var knowsAllNames = true
    var modules: [ObjectIdentifier: Module] = [:]
    for case .use(let use) in syntax {
      let file = file(use, of: source)
      modules[ObjectIdentifier(use)] = file.module
      if let target = use.target {
        top.define(target.name, file.isBroken ? .unknown : .module(file.exports))
      } else {
        knowsAllNames = knowsAllNames && !file.isBroken
        for (name, known) in file.exports { top.define(name, known) }
      }
    }
    found += unknownNames(in: syntax, of: source, module, mode, modules, all: knowsAllNames)
    let inference = Inference(registry, top: top)
    let walk = CheckWalk(source, inference)
    walk.statements(syntax, top)
    found += walk.found
    return UsedFile(module: module, exports: top.exports(inference.known), isBroken: false)
  }

  /// The unknown names; none where a broken file may define any.
  private func unknownNames(
    in statements: [Statement], of source: Source, _ module: Module, _ mode: PrepareMode,
    _ modules: [ObjectIdentifier: Module], all knowsAllNames: Bool
  ) -> [Diagnostic] {
    let resolver = Resolver(module, registry, source, mode) { use in
      modules[ObjectIdentifier(use)] ?? Module(name: use.path)
    }
    do {
      try resolver.resolve(statements)
      return []
    } catch {
      guard knowsAllNames, var first = error as? Diagnostic else { return [] }
      let others = first.others
      first.others = []
      return [first] + others
    }
  }

  /// The file that a `use` names, checked when it is met first.
  private func file(_ use: UseStatement, of source: Source) -> UsedFile {
    let broken = UsedFile(module: Module(name: use.path), exports: [:], isBroken: true)
    func report(_ kind: ErrorKind, _ message: String, _ remedy: String?) -> UsedFile {
      found.append(
        Diagnostic(kind, message, at: Place(source, use.span), remedy: remedy))
      return broken
    }
    let text: Source
    do {
      text = try load(use.path, source)
    } catch let error as any HostError {
      return report(error.kind, error.message, error.remedy)
    } catch {
      return report(.file, "use: \(error)", nil)
    }
    let identity = text.path ?? text.name
    if let known = used[identity] {
      return known ?? report(.name, "use: \"\(use.path)\" uses itself", nil)
    }
    guard used.count(where: { $0.value == nil }) < Limit.usesAllowed else {
      return report(.limit, Limit.uses.fault.message, nil)
    }
    used[identity] = .some(nil)
    let file = check(text, as: Module(name: use.path), .file, knowing: [:])
    used[identity] = file
    return file
  }
}
