import RLXScript
import RLXSession
import Testing

/// Whatever a script does with tensors, it gets a value or an error with a place: never a trap.
@Suite struct TensorFuzzTests {
  private struct Source {
    var state: UInt64
    mutating func below(_ n: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % n
    }
    mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    mutating func int() -> String {
      pick([
        "0", "1", "2", "3", "-1", "-2", "-3", "5", "9223372036854775807", "-9223372036854775807",
      ])
    }
    mutating func number() -> String {
      pick([int(), "0.5", "-1.5", "1e300", "-1e-300", "(zeros(1).log()).item()"])
    }
    mutating func list(_ count: Int, _ element: (inout Source) -> String) -> String {
      "[" + (0..<count).map { _ in element(&self) }.joined(separator: ", ") + "]"
    }
    mutating func shape() -> String {
      list(below(4)) { $0.pick(["0", "1", "1", "2", "2", "3", "5"]) }
    }
    mutating func tensor() -> String {
      switch below(8) {
      case 0: "zeros(\(shape()))"
      case 1: "randn(\(shape())).T"
      case 2: "tensor(\(number()))"
      case 3: "tensor(\(list(below(4)) { $0.number() }), grad: true)"
      case 4: "randn(\(shape())).broadcast(2, 1, 3)"
      default: "randn(\(shape()))"
      }
    }
    mutating func `subscript`() -> String {
      let subs = (0...below(3)).map { _ in
        pick([int(), "..", "...", "\(int())..", "..\(int())", "1..3", "[0, 1]", "[]"])
      }
      return subs.joined(separator: ", ")
    }
    mutating func value() -> String {
      switch below(9) {
      case 0, 1: int()
      case 2: number()
      case 3: list(below(4)) { $0.int() }
      case 4: pick(["nil", "true", "\"a\"", "[[1], [2, 3]]", "{a: 1}", "0..3"])
      default: tensor()
      }
    }
  }

  /// One random statement about the tensor `t`.
  private func statement(_ source: inout Source, _ methods: [FunctionSpec]) -> String {
    switch source.below(6) {
    case 0: return "t = t[\(source.subscript())]"
    case 1: return "t[\(source.subscript())] = \(source.value())"
    case 2:
      let op = source.pick(["+", "-", "*", "/", "**", "@", "==", "<", "//", "in"])
      return source.below(2) == 0
        ? "t = t \(op) \(source.value())" : "t = \(source.value()) \(op) t"
    case 3:
      let join = source.pick(["concat", "stack"])
      return "t = \(join)([t, \(source.tensor())], axis: \(source.int()))"
    default:
      let method = source.pick(methods)
      var arguments: [String] = []
      for parameter in method.parameters where parameter.isRequired || source.below(2) == 0 {
        if parameter.isRest {
          arguments.append(source.pick([source.shape(), source.int()]))
        } else if parameter.choices.isEmpty {
          let value =
            switch parameter.type {
            case .bool: "true"
            case .int: source.int()
            case .listOf: source.list(source.below(4)) { $0.int() }
            default: source.value()
            }
          arguments.append("\(parameter.name): \(value)")
        }
      }
      return "t = t.\(method.name)(\(arguments.joined(separator: ", ")))"
    }
  }

  @Test(arguments: 0..<80)
  func neverTraps(seed: Int) throws {
    var source = Source(state: UInt64(seed) &* 7919 &+ 1)
    let bench = ScriptBench()
    let methods = try #require(bench.registry.type("tensor")).methods
    var worked = 0
    for _ in 0..<30 {
      _ = try? bench.run("t = \(source.tensor())")
      for _ in 0..<5 {
        do {
          try bench.run(statement(&source, methods))
          worked += 1
        } catch {
          #expect(error is Diagnostic, "seed \(seed): \(error)")
        }
        guard let value = bench.interpreter.global("t"), value.typeName == "tensor" else { break }
        _ = value.display(DisplayStyle(width: 60))
      }
    }
    #expect(worked > 20, "seed \(seed): nearly everything fails, the fuzz tests nothing")
  }
}
