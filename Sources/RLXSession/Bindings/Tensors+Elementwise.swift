import RLXScript
import RLXTensor

extension TensorMethods {
  static var elementwise: [FunctionSpec] {
    unary + binary + [round, clamp]
  }

  /// Functions of each element.
  static var functions: [(name: String, doc: String, body: (Tensor) -> Tensor)] {
    [
      ("exp", "e to the power of each element.", { $0.exp() }),
      ("log", "The natural logarithm of each element; -inf at 0, nan below.", { $0.log() }),
      ("sqrt", "The square root of each element; nan below 0.", { $0.sqrt() }),
      ("rsqrt", "1 / sqrt(x) of each element.", { $0.rsqrt() }),
      ("abs", "The size of each element without its sign.", { $0.abs() }),
      ("sigmoid", "1 / (1 + exp(-x)) of each element.", { $0.sigmoid() }),
      (
        "log_sigmoid", "log(sigmoid(x)) of each element, exact where sigmoid(x) is near 0.",
        { $0.logSigmoid() }
      ),
      ("tanh", "The hyperbolic tangent of each element.", { $0.tanh() }),
      ("relu", "max(x, 0) of each element.", { $0.relu() }),
      ("silu", "x * sigmoid(x) of each element.", { $0.silu() }),
      ("softplus", "log(1 + exp(x)) of each element.", { $0.softplus() }),
      ("square", "x * x of each element.", { $0.square() }),
      ("sign", "-1, 0 or 1 of each element; no gradient.", { $0.sign() }),
      ("floor", "The next whole number down of each element; no gradient.", { $0.floor() }),
      ("ceil", "The next whole number up of each element; no gradient.", { -((-$0).floor()) }),
    ]
  }

  private static var unary: [FunctionSpec] {
    functions.map { name, doc, body in
      method(name, doc, example: "tensor([0.5, 1.0, 2.0]).\(name)()") { tensor, _ in
        Value(body(tensor))
      }
    } + [
      method(
        "gelu", "x * Φ(x) of each element.",
        parameters: [
          ParameterSpec(
            "approximate", .string, choices: ["none", "tanh"], default: .string("none"),
            doc: "\"tanh\" for the approximation that GPT-2 uses")
        ], example: "tensor([0.5, 1.0]).gelu()"
      ) { tensor, call in
        Value(tensor.gelu(approximate: try call.string("approximate") == "tanh"))
      }
    ]
  }

  private static var other: ParameterSpec {
    ParameterSpec(
      "other", number, example: "0", doc: "a number or tensor, broadcast")
  }

  private static var comparisons: [(name: String, doc: String, body: (Tensor, Tensor) -> Tensor)] {
    [
      ("eq", "1 where elements are equal, else 0.", { $0.eq($1) }),
      ("ne", "1 where elements differ, else 0.", { $0.ne($1) }),
      ("lt", "1 where an element is less than the other, else 0.", { $0.lt($1) }),
      ("le", "1 where an element is at most the other, else 0.", { $0.le($1) }),
      ("gt", "1 where an element is greater than the other, else 0.", { $0.gt($1) }),
      ("ge", "1 where an element is at least the other, else 0.", { $0.ge($1) }),
      ("minimum", "The lesser of each two elements.", { $0.minimum($1) }),
      ("maximum", "The greater of each two elements.", { $0.maximum($1) }),
    ]
  }

  private static var binary: [FunctionSpec] {
    comparisons.map { name, doc, body in
      method(name, doc, parameters: [other], example: "tensor([1, 2, 3]).\(name)(2)") {
        tensor, call in
        try TensorRules.combine(name, tensor, operand(call, "other"), body)
      }
    } + [
      method(
        "pow", "Each element to a power; the same as **.",
        parameters: [
          ParameterSpec("exponent", number, example: "2", doc: "a number or tensor, broadcast")
        ],
        example: "tensor([1, 2, 3]).pow(2)"
      ) { tensor, call in
        try TensorRules.power(tensor, operand(call, "exponent"))
      },
      method(
        "matmul", "The matrix product; the same as @. Vectors count as a row or a column.",
        parameters: [ParameterSpec("other", .host(TensorObject.typeName), doc: "the right side")],
        example: "tensor([[1, 2], [3, 4]]).matmul(tensor([1, 1]))"
      ) { tensor, call in
        try TensorRules.matmul(tensor, operand(call, "other"))
      },
    ]
  }

  private static var round: FunctionSpec {
    method(
      "round", "The nearest whole number to each element, halves away from zero; no gradient.",
      parameters: [
        ParameterSpec(
          "digits", .int, range: .between(0, 6), default: .int(0),
          doc: "digits after the dot to keep")
      ], example: "tensor([0.5, 1.2]).round()"
    ) { tensor, call in
      Value(TensorRules.rounded(tensor, digits: try call.int("digits")))
    }
  }

  private static var clamp: FunctionSpec {
    method(
      "clamp", "Each element, moved into min...max. The gradient is 0 where it was moved.",
      parameters: [
        ParameterSpec("min", .number, optional: true, doc: "the least value"),
        ParameterSpec("max", .number, optional: true, doc: "the greatest value"),
      ], example: "tensor([0.5, 1.5]).clamp(min: 0.8, max: 1.2)"
    ) { tensor, call in
      let low = call.isGiven("min") ? Float(try call.double("min")) : nil
      let high = call.isGiven("max") ? Float(try call.double("max")) : nil
      guard low != nil || high != nil else {
        throw Fault(
          .argument, "clamp: expected min, max or both", remedy: "t.clamp(min: 0, max: 1)")
      }
      if let low, let high, !(low <= high) {
        throw Fault(.value, "clamp: min \(low) is not at most max \(high)")
      }
      return Value(tensor.clamp(min: low, max: high))
    }
  }

  static func operand(_ call: Call, _ name: String) throws -> Tensor {
    guard let tensor = try TensorRead.operand(call.value(name)) else {
      throw call.wrong(name, "a number or tensor")
    }
    return tensor
  }
}
