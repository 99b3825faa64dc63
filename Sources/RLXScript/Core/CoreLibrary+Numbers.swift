import Glibc

extension CoreLibrary {
  static var numbers: [FunctionSpec] {
    [
      FunctionSpec(
        "abs", "The absolute value.", parameters: [numberParameter], returns: "number",
        example: "abs(-2)  #> 2"
      ) { call in
        if let result = try delegated(call) { return result }
        guard case .int(let number) = call.value("x") else {
          return .float(Swift.abs(try call.double("x")))
        }
        return number < 0 ? try Arithmetic.negate(.int(number)) : .int(number)
      },
      FunctionSpec(
        "round", "The nearest int, halves away from zero; with digits, the nearest such float.",
        parameters: [
          numberParameter,
          ParameterSpec(
            "digits", .int, range: .between(0, 300), optional: true,
            doc: "Digits after the dot to keep."),
        ], returns: "int or float", example: "round(2.345, 2)  #> 2.35"
      ) { try round($0) },
      rounding(
        "floor", "The largest int that is not above the number.", "floor(2.5)  #> 2", .down),
      rounding(
        "ceil", "The smallest int that is not below the number.", "ceil(2.5)  #> 3", .up),
      real("sqrt", "The square root.", "sqrt(16)  #> 4.0") { number in
        guard !(number < 0) else {
          throw Fault(.value, "sqrt: expected a number ≥ 0, got \(Value.float(number).shown)")
        }
        return number.squareRoot()
      },
      real("exp", "e to the power of the number.", "round(exp(1), 3)  #> 2.718") { Glibc.exp($0) },
      real("log", "The natural logarithm.", "round(log(10), 3)  #> 2.303") { number in
        guard !(number <= 0) else {
          throw Fault(.value, "log: expected a number > 0, got \(Value.float(number).shown)")
        }
        return Glibc.log(number)
      },
      extreme(
        "min", "The smallest of the values, or of one list.", "min(3, 1, 2)  #> 1", -1),
      extreme(
        "max", "The largest of the values, or of one list.", "max([3, 1, 2])  #> 3", 1),
      FunctionSpec(
        "sum", "The sum of a list of numbers.",
        parameters: [ParameterSpec("x", .any, doc: "A list or range of numbers.")],
        returns: "number", example: "sum([1, 2, 3])  #> 6"
      ) { call in
        if let result = try delegated(call) { return result }
        return try Lists.sum(call.value("x"), "sum")
      },
    ]
  }

  private static var numberParameter: ParameterSpec {
    ParameterSpec("x", .any, doc: "A number, or an object that has the method.")
  }

  /// `f(x)` on a host object that has a method `f` calls that: `exp(t)` is `t.exp()`.
  private static func delegated(_ call: Call, _ arguments: [Value] = []) throws -> Value? {
    guard case .host = call.value("x"),
      let method = call.interpreter.registry.type(of: call.value("x"))?.method(call.spec.name)
    else { return nil }
    return try call.call(FunctionValue(method, receiver: call.value("x")), arguments)
  }

  private static func real(
    _ name: String, _ doc: String, _ example: String, _ body: @escaping (Double) throws -> Double
  ) -> FunctionSpec {
    FunctionSpec(
      name, doc, parameters: [numberParameter], returns: "float", example: example
    ) { call in
      if let result = try delegated(call) { return result }
      return .float(try body(try call.double("x")))
    }
  }

  private static func rounding(
    _ name: String, _ doc: String, _ example: String, _ rule: FloatingPointRoundingRule
  ) -> FunctionSpec {
    FunctionSpec(
      name, doc, parameters: [numberParameter], returns: "int", example: example
    ) { call in
      if let result = try delegated(call) { return result }
      if case .int = call.value("x") { return call.value("x") }
      let number = try call.double("x")
      return .int(try whole(number, name, number.rounded(rule)))
    }
  }

  private static func round(_ call: Call) throws -> Value {
    if let result = try delegated(call, call.optional("digits").map { [$0] } ?? []) {
      return result
    }
    let number = try call.double("x")
    guard call.isGiven("digits") else {
      if case .int = call.value("x") { return call.value("x") }
      return .int(try whole(number, "round", number.rounded()))
    }
    guard number.isFinite else { return .float(number) }
    return .float(Double(Format.decimal(number, try call.int("digits"), "f")) ?? number)
  }

  private static func extreme(
    _ name: String, _ doc: String, _ example: String, _ sign: Int
  ) -> FunctionSpec {
    FunctionSpec(
      name, doc,
      parameters: [ParameterSpec("values", .any, rest: true, doc: "Values, or one list.")],
      returns: "number or string", example: example
    ) { call in
      guard let first = call.rest.first else {
        throw Fault(.argument, "\(name): expected values or a list", remedy: "\(name)(1, 2)")
      }
      if call.rest.count > 1 { return try Lists.extreme(call.rest, name, sign) }
      if case .host = first,
        let method = call.interpreter.registry.type(of: first)?.method(name)
      {
        return try call.call(FunctionValue(method, receiver: first), [])
      }
      return try Lists.extreme(try Sequences.elements(first), name, sign)
    }
  }
}
