import RLXScript

/// A host object that is a reference: a counter with a constructor, a method and properties.
final class FakeModel: HostObject {
  var typeName: String { "Model" }
  var size: Int
  var rate = 0.5
  init(size: Int) { self.size = size }

  var count: Int? { size }
  func display(_ style: DisplayStyle) -> String { "Model of \(size)" }
  func plain() throws -> Value? { .map([("size", .int(size))]) }

  func settingProperty(_ name: String, to value: Value, isUniquelyHeld: Bool) throws
    -> any HostObject
  {
    guard name == "rate", let number = value.asDouble else {
      throw Fault(.value, "Model: \(name): expected a number, got \(value.described)")
    }
    rate = number
    return self
  }

  func makeIterator() throws -> (() throws -> Value?)? {
    var next = 0
    return {
      defer { next += 1 }
      return next < self.size ? .int(next * 10) : nil
    }
  }
}

/// A host object that is data, as tensors are.
final class FakeVector: HostObject {
  var typeName: String { "vector" }
  var isData: Bool { true }
  private(set) var values: [Double]
  /// How often assigning an element had to copy.
  nonisolated(unsafe) static var copies = 0

  init(_ values: [Double]) { self.values = values }

  var count: Int? { values.count }
  func display(_ style: DisplayStyle) -> String { "vector\(values)" }

  func index(_ subscripts: [SubscriptValue]) throws -> Value {
    .float(values[try position(subscripts)])
  }

  private func position(_ subscripts: [SubscriptValue]) throws -> Int {
    guard subscripts.count == 1, case .value(let value) = subscripts[0], let i = value.asInt,
      values.indices.contains(i)
    else { throw Fault(.index, "vector: no such element") }
    return i
  }

  func settingIndex(
    _ subscripts: [SubscriptValue], to value: Value, isUniquelyHeld: Bool
  ) throws -> any HostObject {
    let position = try position(subscripts)
    guard let number = value.asDouble else { throw Fault(.type, "vector: holds numbers") }
    if isUniquelyHeld {
      values[position] = number
      return self
    }
    Self.copies += 1
    let copy = FakeVector(values)
    copy.values[position] = number
    return copy
  }

  func binary(_ operation: BinaryOperator, _ other: Value, onLeft: Bool) throws -> Value? {
    guard let number = other.asDouble else { return nil }
    switch operation {
    case .multiply: return .host(FakeVector(values.map { $0 * number }))
    case .subtract: return .host(FakeVector(values.map { onLeft ? $0 - number : number - $0 }))
    case .matrixMultiply: throw Fault(.shape, "matmul: inner sizes 2 and 3 differ")
    default: return nil
    }
  }

  func negated() throws -> Value? { .host(FakeVector(values.map { -$0 })) }
  func isEqual(to other: any HostObject) -> Bool { (other as? FakeVector)?.values == values }
}

/// Errors as an engine throws them.
struct FakeEngineError: HostError {
  let kind = ErrorKind.host
  let message = "PPO: kl_coef: conflicts with profile"
  let remedy: String? = "leave one of them out"
  let parameter: String? = "kl_coef"
}

extension Registry {
  static func withFakes() -> Registry {
    let registry = Registry()
    registry.add(
      HostType(
        "Model", "A model.",
        constructor: FunctionSpec(
          "Model", "Makes a model.",
          parameters: [
            ParameterSpec("size", .int, range: .atLeast(1), doc: "How large."),
            ParameterSpec("rate", .number, default: .float(0.5), doc: "How fast."),
          ], returns: "Model"
        ) { .host(FakeModel(size: try $0.int("size"))) },
        statics: [
          FunctionSpec("new", "A small model.") { _ in .host(FakeModel(size: 1)) }
        ],
        methods: [
          FunctionSpec(
            "grow", "Makes it larger.",
            parameters: [ParameterSpec("by", .int, default: .int(1), doc: "How much.")],
            effects: .mutates, returns: "Model"
          ) { call in
            let model = try call.object(as: FakeModel.self)
            model.size += try call.int("by")
            return call.receiver
          },
          FunctionSpec(
            "score", "What the function says of every element, added up.",
            parameters: [ParameterSpec("with", .function, doc: "Scores one element.")]
          ) { call in
            let model = try call.object(as: FakeModel.self)
            var total = 0.0
            for i in 0..<model.size {
              let score = try call.call(
                try call.function("with"), [.int(i)], named: [("scale", .int(2))])
              total += score.asDouble ?? 0
            }
            return .float(total)
          },
        ],
        properties: [PropertySpec("rate", "How fast.", of: FakeModel.self) { .float($0.rate) }]))
    registry.add(HostType("vector", "Numbers."))
    registry.add(
      FunctionSpec(
        "vector", "Makes a vector.",
        parameters: [ParameterSpec("values", .listOf(.number), doc: "The numbers.")]
      ) { .host(FakeVector(try $0.list("values").compactMap(\.asDouble))) })
    registry.add(ppo)
    return registry
  }

  private static var ppo: FunctionSpec {
    FunctionSpec(
      "PPO", "Trains.",
      parameters: [
        ParameterSpec("policy", .any, doc: "What is trained."),
        ParameterSpec(
          "kl_coef", .number, range: .atLeast(0), default: .float(0.05),
          aliases: ["init_kl_coef"], doc: "Weight of the KL term."),
        ParameterSpec(
          "profile", .string, choices: ["trl011", "plain"], default: .string("plain"),
          doc: "Which defaults."),
      ]
    ) { call in
      if try call.double("kl_coef") == 99 { throw FakeEngineError() }
      return .float(try call.double("kl_coef"))
    }
  }
}
