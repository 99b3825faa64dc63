/// What can be wrong with the arguments of a host function: said alike by a call that runs and by a
/// check that runs nothing.
extension FunctionSpec {
  /// The parameter that the keyword `name` stands for.
  func position(of name: String) throws(Fault) -> Int {
    if let position = parameters.firstIndex(where: { $0.name == name && !$0.isRest }) {
      return position
    }
    if let position = parameters.firstIndex(where: { $0.aliases.contains(name) }) {
      return position
    }
    let known = parameters.filter { !$0.isRest }
    let nearest = Spelling.nearest(name, among: known.flatMap { [$0.name] + $0.aliases })
    let parameter = known.first { $0.name == nearest || $0.aliases.contains(nearest ?? "") }
    throw fault(
      .argument, "no parameter \(name)",
      parameter.map { $0.remedy ?? "\($0.name): …" } ?? shortSignature)
  }

  func tooMany(_ count: Int) -> Fault {
    fault(
      .argument, "takes \(counted(parameters.count, "argument")), got \(count)", shortSignature)
  }

  func missing(_ parameter: ParameterSpec) -> Fault {
    fault(
      .argument, "missing argument \(parameter.name), \(parameter.wanted)",
      parameter.remedy ?? shortSignature)
  }

  func givenTwice(_ parameter: ParameterSpec) -> Fault {
    fault(.argument, "\(parameter.name): is given twice", nil)
  }

  /// What is wrong with `value` as the argument of `parameter`: its type, its range, its choice.
  func mismatch(of value: Value, _ parameter: ParameterSpec) -> Fault? {
    if case .nil = value, parameter.isOptional { return nil }
    guard parameter.type.accepts(value) else {
      return wrong(.type, parameter, value.described, parameter.remedy(for: value))
    }
    let isInRange =
      parameter.range.flatMap { range in value.asDouble.map(range.contains) } ?? true
    var isChoice = true
    if !parameter.choices.isEmpty, case .string(let text) = value {
      isChoice = parameter.choices.contains { Text($0) == text }
    }
    if isInRange, isChoice { return nil }
    return wrong(.value, parameter, value.described, parameter.remedy(for: value))
  }

  /// The fault of an argument that is `found` where the parameter wants something else.
  func wrong(
    _ kind: ErrorKind, _ parameter: ParameterSpec, _ found: String, _ remedy: String?
  ) -> Fault {
    fault(kind, "\(parameter.name): expected \(parameter.wanted), got \(found)", remedy)
  }

  private func fault(_ kind: ErrorKind, _ message: String, _ remedy: String?) -> Fault {
    Fault(kind, "\(qualifiedName): \(message)", remedy: remedy)
  }
}

extension ParameterSpec {
  /// What to write instead of `value`.
  fileprivate func remedy(for value: Value) -> String? {
    if case .string(let text) = value, let near = Spelling.nearest(text.string, among: choices) {
      return "\(name): \(Value.string(near).shown)"
    }
    return remedy
  }
}
