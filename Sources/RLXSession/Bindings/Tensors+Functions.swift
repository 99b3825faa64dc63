import RLXScript
import RLXTensor

/// The core library's functions of numbers and lists, made to take tensors too.
enum TensorFunctions {
  /// `abs(t)` is `t.abs()`, `sum(t)` is `t.sum()`, and so on.
  static let names = ["abs", "sqrt", "exp", "log", "floor", "ceil", "sum", "max", "min"]

  static func extend(_ registry: Registry) {
    let methods = TensorMethods.elementwise + TensorMethods.reductions
    for name in names {
      guard let spec = registry.function(name),
        let method = methods.first(where: { $0.name == name })
      else { continue }
      registry.add(accepting(spec, method))
    }
  }

  /// `spec` with a body that hands a tensor as its only argument to `method`.
  private static func accepting(_ spec: FunctionSpec, _ method: FunctionSpec) -> FunctionSpec {
    FunctionSpec(
      spec.name, spec.doc + " Of a tensor: t.\(method.name)().",
      parameters: spec.parameters.map(accepting), effects: spec.effects, returns: spec.returns,
      example: spec.example
    ) { call in
      let given = call.values.compactMap { $0 } + call.rest
      guard given.contains(where: { $0.tensor != nil }) else { return try spec.body(call) }
      guard given.count == 1, let tensor = given.first else {
        throw Fault(
          .argument, "\(spec.name): expected one tensor, or numbers, got several tensors or both",
          remedy: "a.maximum(b) and a.minimum(b) compare tensors element by element")
      }
      return try TensorFunctions.apply(method, to: tensor, call)
    }
  }

  private static func accepting(_ parameter: ParameterSpec) -> ParameterSpec {
    let type: ValueType =
      switch parameter.type {
      case .any: .any
      default: .oneOf([parameter.type, .host(TensorObject.typeName)])
      }
    return ParameterSpec(
      parameter.name, type, range: parameter.range, choices: parameter.choices,
      default: parameter.defaultValue, optional: parameter.isOptional, rest: parameter.isRest,
      aliases: parameter.aliases, example: parameter.example, doc: parameter.doc)
  }

  private static func apply(_ method: FunctionSpec, to tensor: Value, _ call: Call) throws -> Value
  {
    try call.call(FunctionValue(method, receiver: tensor), [])
  }
}
