/// The arguments of a host call matched to the parameters of its table entry and checked.
struct ArgumentBinding {
  /// One per parameter, defaults filled in.
  private(set) var values: [Value?]
  private(set) var rest: [Value] = []
  /// Whether each parameter got a value that is not its default filled in.
  private(set) var isWritten: [Bool] = []
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
      do throws(Fault) {
        if let name = argument.name {
          try take(argument, spec.position(of: name))
        } else if next < spec.parameters.count, spec.parameters[next].isRest {
          if let fault = spec.mismatch(of: argument.value, spec.parameters[next]) { throw fault }
          rest.append(argument.value)
        } else {
          guard next < spec.parameters.count else { throw spec.tooMany(arguments.count) }
          try take(argument, next)
          next += 1
        }
      } catch {
        throw located(error, argument.span)
      }
    }
    isWritten = values.map { $0 != nil }
    for (position, parameter) in spec.parameters.enumerated() where values[position] == nil {
      if parameter.isRequired { throw located(spec.missing(parameter), nil) }
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

  private mutating func take(_ argument: Argument, _ position: Int) throws(Fault) {
    let parameter = spec.parameters[position]
    if values[position] != nil { throw spec.givenTwice(parameter) }
    spans[position] = argument.span
    values[position] = argument.value
    if let fault = spec.mismatch(of: argument.value, parameter) { throw fault }
  }

  private func located(_ fault: Fault, _ span: Span?) -> Diagnostic {
    Diagnostic(
      fault.kind, fault.message, at: callPlace.map { Place($0.source, span ?? $0.span) },
      remedy: fault.remedy)
  }
}
