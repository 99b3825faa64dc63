import RLXScript
import RLXTensor

/// The functions that make tensors.
enum TensorConstructors {
  static func functions(_ core: SessionCore) -> [FunctionSpec] {
    [tensor] + filled + ramps + joins + random(core)
  }

  private static var tensor: FunctionSpec {
    FunctionSpec(
      "tensor",
      "A float32 tensor of numbers: a number, a list, lists of lists, or tensors to stack.",
      parameters: [
        ParameterSpec(
          "values", .any, example: "[[1, 2], [3, 4]]", doc: "numbers in lists of equal length"),
        ParameterSpec(
          "grad", .bool, default: .bool(false),
          doc: "whether it is a leaf whose .grad backward() fills"),
      ], returns: "tensor", example: "tensor([[1, 2], [3, 4]])"
    ) { call in
      let tensor = try TensorRead.tensor(call.value("values"), as: "tensor")
      guard try call.bool("grad") else { return Value(tensor) }
      return .host(TensorObject(leaf: tensor))
    }
  }

  private static func make(
    _ name: String, _ doc: String, example: String, _ body: @escaping (Shape) -> Tensor
  ) -> FunctionSpec {
    FunctionSpec(
      name, doc, parameters: [TensorMethods.sizes("the sizes of its axes, or one list of them")],
      returns: "tensor", example: example
    ) { call in
      Value(body(try TensorRules.shape(try TensorMethods.dims(call, name), name)))
    }
  }

  private static var filled: [FunctionSpec] {
    [
      make("zeros", "A tensor of zeros.", example: "zeros(2, 3)") { .zeros($0) },
      make("ones", "A tensor of ones.", example: "ones(2, 3)") { .ones($0) },
      FunctionSpec(
        "full", "A tensor whose elements are all one number.",
        parameters: [
          ParameterSpec("sizes", .listOf(.int), example: "[2, 3]", doc: "the sizes of its axes"),
          ParameterSpec("value", .number, example: "0.5", doc: "the number"),
        ], returns: "tensor", example: "full([2, 3], 0.5)"
      ) { call in
        let dims = try TensorMethods.ints(try call.list("sizes"), "full")
        return Value(.full(try TensorRules.shape(dims, "full"), Float(try call.double("value"))))
      },
      FunctionSpec(
        "eye", "The square matrix with ones on its diagonal.",
        parameters: [ParameterSpec("n", .int, range: .atLeast(0), doc: "rows and columns")],
        returns: "tensor", example: "eye(3)"
      ) { call in
        let n = try call.int("n")
        try TensorRules.shape([n, n], "eye")
        let ramp = Tensor.arange(n)
        return Value(ramp.unsqueezed(axis: 1).eq(ramp))
      },
    ]
  }

  private static var ramps: [FunctionSpec] {
    [
      FunctionSpec(
        "arange", "0, 1, … up to n; or from a start to an end in steps, the end left out.",
        parameters: [
          ParameterSpec(
            "start", .number, example: "4", doc: "the end if given alone, else the first"),
          ParameterSpec("end", .number, optional: true, doc: "not included"),
          ParameterSpec("step", .number, default: .int(1), doc: "from one to the next"),
        ], returns: "tensor", example: "arange(0, 1, 0.25)"
      ) { call in
        let first = try call.isGiven("end") ? call.double("start") : 0
        let end = try call.isGiven("end") ? call.double("end") : call.double("start")
        let step = try call.double("step")
        let count = ((end - first) / step).rounded(.up)
        guard step != 0, count.isFinite else {
          throw Fault(
            .value, "arange: no way from \(first) to \(end) in steps of \(step)",
            remedy: "arange(0, 10, 2)")
        }
        let size = count < 1 ? 0 : count > 1e15 ? Int(1e15) : Int(count)
        try TensorRules.allowed(Shape([size]), "arange")
        return Value(Tensor.arange(size) * Float(step) + Float(first))
      }
    ]
  }

  private static var tensors: ParameterSpec {
    ParameterSpec(
      "tensors", .listOf(.host(TensorObject.typeName)), example: "[a, b]",
      doc: "at least one tensor")
  }

  private static var joins: [FunctionSpec] {
    [
      FunctionSpec(
        "concat", "Tensors joined along an axis.",
        parameters: [tensors, TensorMethods.axis("the axis that grows", default: 0)],
        returns: "tensor", example: "concat([ones(1, 2), zeros(2, 2)])"
      ) { call in
        let parts = try call.list("tensors").compactMap(\.tensor)
        let axis = try call.int("axis")
        let shape = try ShapeFault.wrap { () throws(ShapeError) in
          try Shape.concat(parts.map(\.shape), axis: axis)
        }
        try TensorRules.allowed(shape, "concat")
        return Value(Tensor.concat(parts, axis: axis))
      },
      FunctionSpec(
        "stack", "Tensors of one shape along a new axis.",
        parameters: [tensors, TensorMethods.axis("the place of the new axis", default: 0)],
        returns: "tensor", example: "stack([ones(2), zeros(2)])"
      ) { call in
        let parts = try call.list("tensors").compactMap(\.tensor)
        return Value(try TensorRead.stack(parts, axis: try call.int("axis"), "stack"))
      },
      FunctionSpec(
        "where", "Elements of one tensor where a mask is not 0, of another where it is.",
        parameters: [
          ParameterSpec("mask", .host(TensorObject.typeName), doc: "1 and 0, as from .gt"),
          ParameterSpec("a", TensorMethods.number, doc: "taken where the mask is not 0"),
          ParameterSpec("b", TensorMethods.number, doc: "taken where the mask is 0"),
        ], returns: "tensor", example: "where(tensor([1, 0]), 5, tensor([7, 8]))"
      ) { call in
        let mask = try TensorMethods.operand(call, "mask")
        let a = try TensorMethods.operand(call, "a")
        let b = try TensorMethods.operand(call, "b")
        let shape = try TensorRules.broadcast("where", mask.shape, a.shape)
        try TensorRules.broadcast("where", shape, b.shape)
        return Value(Tensor.select(mask, a, b))
      },
    ]
  }

  private static func random(_ core: SessionCore) -> [FunctionSpec] {
    [
      FunctionSpec(
        "randn", "Normally distributed numbers, mean 0 and variance 1.",
        parameters: [TensorMethods.sizes("the sizes of its axes, or one list of them")],
        effects: .draws, returns: "tensor", example: "randn(2, 3)"
      ) { [unowned core] call in
        let shape = try TensorRules.shape(try TensorMethods.dims(call, "randn"), "randn")
        return Value(.randn(shape, draw: core.nextDraw(.noise)))
      },
      FunctionSpec(
        "rand", "Numbers evenly distributed between low and high.",
        parameters: [
          TensorMethods.sizes("the sizes of its axes, or one list of them"),
          ParameterSpec("low", .number, default: .int(0), doc: "the least"),
          ParameterSpec("high", .number, default: .int(1), doc: "not reached"),
        ], effects: .draws, returns: "tensor", example: "rand(2, 3, low: -1)"
      ) { [unowned core] call in
        let shape = try TensorRules.shape(try TensorMethods.dims(call, "rand"), "rand")
        let (low, high) = (Float(try call.double("low")), Float(try call.double("high")))
        guard low < high, (high - low).isFinite else {
          throw Fault(.value, "rand: low \(low) is not below high \(high)")
        }
        return Value(.uniform(shape, low: low, high: high, draw: core.nextDraw(.noise)))
      },
    ]
  }
}

extension SessionCore {
  /// The draw of a call that draws.
  func nextDraw(_ purpose: Draw.Purpose) -> Draw {
    let (seed, call) = draws.take()
    return Draw(seed: seed, call: call, purpose: purpose)
  }
}
