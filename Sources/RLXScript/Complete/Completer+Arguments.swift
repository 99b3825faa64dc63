extension Completer {
  typealias Argument = CompletionQuestion.Argument

  /// Offers what an argument can be; returns false where that could be any expression.
  func offerArgument(_ argument: Argument?) -> Bool {
    guard let argument else { return false }
    let callee = callee(of: argument)
    switch callee {
    case .host(let spec, let receiver):
      return offer(argument, of: spec, receiver: receiver)
    case .script(let syntax):
      guard argument.keyword == nil, question.string == nil else { return false }
      let free = syntax.parameters.enumerated()
        .filter { $0.offset >= argument.place && !argument.given.contains($0.element.name) }
      for (_, parameter) in free {
        let value = parameter.defaultValue.map { syntax.source.string(in: $0.span) }
        matcher.offer(parameter.name) {
          Suggestion(parameter.name, .argument, detail: value ?? "required", closing: ": ")
        }
      }
      return !free.isEmpty
    case nil: return false
    }
  }

  private enum Callee {
    case host(FunctionSpec, receiver: Outline)
    case script(FunctionSyntax)
  }

  private func callee(of argument: Argument) -> Callee? {
    guard let expression = question.scope.expression(argument.callee) else { return nil }
    if case .member(let member) = expression {
      let receiver = outlines.outline(of: member.object)
      if let spec = outlines.method(member.name, of: receiver) {
        return .host(spec, receiver: receiver)
      }
    }
    let outline = outlines.outline(of: expression)
    switch outline {
    case .script(let syntax): return .script(syntax)
    case .value(.function(let function)):
      if case .script(let script) = function.body { return .script(script.syntax) }
      return outlines.function(outline).map { .host($0, receiver: .unknown) }
    default: return nil
    }
  }

  // MARK: Host functions

  private func offer(_ argument: Argument, of spec: FunctionSpec, receiver: Outline) -> Bool {
    if let keyword = argument.keyword {
      let named = spec.parameters.first { $0.name == keyword || $0.aliases.contains(keyword) }
      guard let named else { return false }
      offerValues(of: named, in: spec, argument, receiver)
      return matcher.examined > 0
    }
    let positional =
      spec.parameters.indices.contains(argument.place)
      ? spec.parameters[argument.place] : spec.parameters.last { $0.isRest }
    if question.string != nil {
      if let positional { offerValues(of: positional, in: spec, argument, receiver) }
      return true
    }
    if let positional, matcher.typed.isEmpty {
      offerValues(of: positional, in: spec, argument, receiver)
    }
    for parameter in spec.parameters.dropFirst(argument.place)
    where !parameter.isRest && !isGiven(parameter, argument) {
      matcher.offer(parameter.name) { Self.suggestion(parameter) }
    }
    return matcher.examined > 0
  }

  private func isGiven(_ parameter: ParameterSpec, _ argument: Argument) -> Bool {
    argument.given.contains { $0 == parameter.name || parameter.aliases.contains($0) }
  }

  private static func suggestion(_ parameter: ParameterSpec) -> Suggestion {
    let value = parameter.defaultValue.map(\.shown)
    return Suggestion(
      parameter.name, .argument,
      detail: value ?? (parameter.isOptional ? "optional" : "required"),
      doc: "\(parameter.wanted); \(parameter.doc)", closing: ": ")
  }

  /// Offers the values of a parameter that are known: of a choice, true and false, objects of its
  /// type, names of what the call is about, and paths.
  private func offerValues(
    of parameter: ParameterSpec, in spec: FunctionSpec, _ argument: Argument, _ receiver: Outline
  ) {
    let isDefault = { (text: String) in parameter.defaultValue?.shown == text ? "default" : "" }
    for choice in parameter.choices {
      offerText(choice, .value, detail: isDefault(StringSpelling.quoted(choice)))
    }
    if ["name", "names", "key", "keys"].contains(parameter.name) {
      for key in namedKeys(argument, receiver) { offerText(key.name, .key, doc: key.doc) }
    }
    if spec.pathParameter?.name == parameter.name { offerPaths(of: spec) }
    guard question.string == nil else { return }
    if !parameter.type.isAny {
      let globals = interpreter.newestGlobals(Self.namesRead)
      for (name, value) in globals where value.isObject && parameter.type.accepts(value) {
        matcher.offer(name) { Self.suggestion(name, value) }
      }
      for (value, word) in [(Value.bool(true), "true"), (.bool(false), "false"), (.nil, "nil")]
      where parameter.type.accepts(value) || (value.isNil && parameter.isOptional) {
        matcher.offer(word) { Suggestion(word, .value, detail: isDefault(word)) }
      }
    }
  }

  /// The keys of the receiver, or else of the first argument.
  private func namedKeys(_ argument: Argument, _ receiver: Outline) -> [KeyOutline] {
    let own = outlines.keys(of: receiver, limit: Self.namesRead)
    guard own.isEmpty, let first = argument.first else { return own }
    return outlines.keys(of: outlines.outline(first), limit: Self.namesRead)
  }
}

extension FunctionSpec {
  /// The parameter that names a file or folder: of a function that reads or writes, the first that
  /// takes a string.
  package var pathParameter: ParameterSpec? {
    guard !effects.isDisjoint(with: [.reads, .writes]) else { return nil }
    return parameters.first { $0.type.accepts(.string("")) }
  }
}

extension ValueType {
  fileprivate var isAny: Bool { if case .any = self { true } else { false } }
}

extension Value {
  /// Whether checking its type costs nothing.
  fileprivate var isObject: Bool {
    switch self {
    case .host, .function: true
    default: false
    }
  }
}
