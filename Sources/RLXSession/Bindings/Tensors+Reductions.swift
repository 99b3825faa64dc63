import RLXScript
import RLXTensor

extension TensorMethods {
  static var reductions: [FunctionSpec] {
    whole + [
      method(
        "argmax", "The index of the greatest element along an axis; the first of equals.",
        parameters: [axis("the axis gone through", default: -1)],
        example: "tensor([[1, 3, 2], [6, 5, 4]]).argmax()"
      ) { tensor, call in
        Value(tensor.argmax(axis: try filledAxis(tensor, call, "argmax")))
      },
      method(
        "var", "The variance, of all elements or along an axis.",
        parameters: spreadParameters, example: "tensor([1, 2, 3]).var().item()  #> 1.0"
      ) { tensor, call in
        Value(try variance(tensor, call, "var"))
      },
      method(
        "std", "The standard deviation, of all elements or along an axis.",
        parameters: spreadParameters, example: "tensor([1, 2, 3]).std().item()  #> 1.0"
      ) { tensor, call in
        Value(try variance(tensor, call, "std").sqrt())
      },
    ] + along
  }

  private static var keep: ParameterSpec {
    ParameterSpec(
      "keep", .bool, default: .bool(false), aliases: ["keepdim"],
      doc: "whether the axis stays, with size 1")
  }

  private struct Reduction {
    let name: String
    let doc: String
    let needsElements: Bool
    let all: (Tensor) -> Tensor
    let along: (Tensor, Int, Bool) -> Tensor
  }

  private static var reducers: [Reduction] {
    [
      Reduction(
        name: "sum", doc: "The sum, of all elements or along an axis.", needsElements: false,
        all: { $0.sum() }, along: { $0.sum(axis: $1, keep: $2) }),
      Reduction(
        name: "mean", doc: "The mean, of all elements or along an axis.", needsElements: true,
        all: { $0.mean() }, along: { $0.mean(axis: $1, keep: $2) }),
      Reduction(
        name: "max", doc: "The greatest element, of all or along an axis.", needsElements: true,
        all: { $0.max() }, along: { $0.max(axis: $1, keep: $2) }),
      Reduction(
        name: "min", doc: "The least element, of all or along an axis.", needsElements: true,
        all: { $0.min() }, along: { $0.min(axis: $1, keep: $2) }),
    ]
  }

  private static var whole: [FunctionSpec] {
    reducers.map { reducer in
      method(
        reducer.name, reducer.doc, parameters: [axis("the axis gone through"), keep],
        example: "tensor([[1, 2], [3, 4]]).\(reducer.name)(axis: 0)"
      ) { tensor, call in
        guard call.isGiven("axis") else {
          if reducer.needsElements { try filled(tensor, reducer.name) }
          return Value(reducer.all(tensor))
        }
        let axis =
          try reducer.needsElements
          ? filledAxis(tensor, call, reducer.name)
          : TensorRules.axis(call.int("axis"), of: tensor, reducer.name)
        return Value(reducer.along(tensor, axis, try call.bool("keep")))
      }
    }
  }

  /// Functions along an axis that keep the shape, the last by default, and logsumexp.
  private static var along: [FunctionSpec] {
    [
      scan("softmax", "exp(x) / Σ exp(x) along an axis.") { $0.softmax(axis: $1) },
      scan("log_softmax", "log(softmax(x)) along an axis.") { $0.logSoftmax(axis: $1) },
      scan("cumsum", "The sums of the elements up to each, along an axis.") { $0.cumsum(axis: $1) },
      scan(
        "logsumexp", "log Σ exp(x) along an axis, which goes away.",
        example: "round(tensor([1, 2, 3]).logsumexp().item(), 3)  #> 3.408"
      ) { $0.logSumExp(axis: $1) },
    ]
  }

  private static func scan(
    _ name: String, _ doc: String, example: String? = nil,
    _ body: @escaping (Tensor, Int) -> Tensor
  ) -> FunctionSpec {
    method(
      name, doc, parameters: [axis("the axis gone through", default: -1)],
      example: example ?? "tensor([1, 2, 3]).\(name)()"
    ) { tensor, call in
      Value(body(tensor, try TensorRules.axis(call.int("axis"), of: tensor, name)))
    }
  }

  private static var spreadParameters: [ParameterSpec] {
    [
      axis("the axis gone through"), keep,
      ParameterSpec(
        "unbiased", .bool, default: .bool(true), doc: "divides by n - 1 instead of n"),
    ]
  }

  private static func variance(_ tensor: Tensor, _ call: Call, _ name: String) throws -> Tensor {
    let unbiased = try call.bool("unbiased")
    guard call.isGiven("axis") else {
      try filled(tensor, name)
      return try TensorRules.reshape(tensor, [-1]).variance(axis: 0, unbiased: unbiased)
    }
    return tensor.variance(
      axis: try filledAxis(tensor, call, name), keep: try call.bool("keep"), unbiased: unbiased)
  }

  static func filled(_ tensor: Tensor, _ name: String) throws {
    guard tensor.count > 0 else {
      throw Fault(.value, "\(name): a tensor of shape \(tensor.shape) has no elements")
    }
  }

  private static func filledAxis(_ tensor: Tensor, _ call: Call, _ name: String) throws -> Int {
    let axis = try call.int("axis")
    return try ShapeFault.wrap { () throws(ShapeError) in
      try tensor.shape.filledAxis(axis, op: name)
    }
  }
}
