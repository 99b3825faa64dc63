/// The arguments of a host call matched to the parameters of its table entry and checked.
struct ArgumentBinding {
  /// One per parameter, defaults filled in.
  private(set) var values: [Value?]
  private(set) var rest: [Value] = []
  private var spans: [Span?]
  private let spec: FunctionSpec
  private let callPlace: Place?

  init(_ spec: FunctionSpec, _ arguments: [Argument], _ place: Place?) throws {
    self.spec = spec
    callPlace = place
    values = Array(repeating: nil, count: spec.parameters.count)
    spans = values.map { _ in nil }
    var next = 0
    for argument in arguments {
      if let name = argument.name {
        try take(argument, position(of: name, argument))
      } else if next < spec.parameters.count, spec.parameters[next].isRest {
        try check(argument.value, spec.parameters[next], argument.span)
        rest.append(argument.value)
      } else {
        guard next < spec.parameters.count else { throw tooMany(arguments.count, argument) }
        try take(argument, next)
        next += 1
      }
    }
    for (position, parameter) in spec.parameters.enumerated() where values[position] == nil {
      if parameter.isRequired { throw missing(parameter) }
      values[position] = parameter.defaultValue
    }
  }

  /// Where the argument of `parameter` stands.
  func place(of parameter: String?) -> Place? {
    guard let parameter, let position = spec.parameters.firstIndex(where: { $0.name == parameter }),
      let span = spans[position], let callPlace
    else { return nil }
    return Place(callPlace.source, span)
  }

  private mutating func take(_ argument: Argument, _ position: Int) throws {
    let parameter = spec.parameters[position]
    if values[position] != nil {
      throw error(.argument, "\(parameter.name): is given twice", argument.span, nil)
    }
    spans[position] = argument.span
    values[position] = argument.value
    if case .nil = argument.value, parameter.isOptional { return }
    try check(argument.value, parameter, argument.span)
  }

  private func check(_ value: Value, _ parameter: ParameterSpec, _ span: Span?) throws {
    func wrong(_ kind: ErrorKind) -> Diagnostic {
      error(
        kind, "\(parameter.name): expected \(parameter.wanted), got \(value.described)", span,
        remedy(for: value, parameter))
    }
    guard parameter.type.accepts(value) else { throw wrong(.type) }
    if let range = parameter.range, let number = value.asDouble, !range.contains(number) {
      throw wrong(.value)
    }
    if !parameter.choices.isEmpty, case .string(let text) = value,
      !parameter.choices.contains(where: { Text($0) == text })
    {
      throw wrong(.value)
    }
  }

  private func remedy(for value: Value, _ parameter: ParameterSpec) -> String? {
    if case .string(let text) = value,
      let near = Spelling.nearest(text.string, among: parameter.choices)
    {
      return "\(parameter.name): \(Value.string(near).shown)"
    }
    return parameter.remedy
  }

  private func position(of name: String, _ argument: Argument) throws -> Int {
    if let position = spec.parameters.firstIndex(where: { $0.name == name && !$0.isRest }) {
      return position
    }
    if let position = spec.parameters.firstIndex(where: { $0.aliases.contains(name) }) {
      return position
    }
    let known = spec.parameters.filter { !$0.isRest }
    let nearest = Spelling.nearest(name, among: known.flatMap { [$0.name] + $0.aliases })
    let parameter = known.first { $0.name == nearest || $0.aliases.contains(nearest ?? "") }
    throw error(
      .argument, "no parameter \(name)", argument.span,
      parameter.map { $0.remedy ?? "\($0.name): …" } ?? spec.shortSignature)
  }

  private func tooMany(_ count: Int, _ argument: Argument) -> Diagnostic {
    error(
      .argument, "takes \(counted(spec.parameters.count, "argument")), got \(count)",
      argument.span, spec.shortSignature)
  }

  private func missing(_ parameter: ParameterSpec) -> Diagnostic {
    error(
      .argument, "missing argument \(parameter.name), \(parameter.wanted)", nil,
      parameter.remedy ?? spec.shortSignature)
  }

  private func error(
    _ kind: ErrorKind, _ message: String, _ span: Span?, _ remedy: String?
  ) -> Diagnostic {
    Diagnostic(
      kind, "\(spec.qualifiedName): \(message)",
      at: callPlace.map { Place($0.source, span ?? $0.span) }, remedy: remedy)
  }
}
