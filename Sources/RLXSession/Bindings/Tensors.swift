import RLXScript
import RLXTensor

/// Adds tensors to a session: the functions that make them, the type with its methods, and the
/// functions of numbers that take tensors too.
package func registerTensors(_ registry: Registry, core: SessionCore) {
  for spec in TensorConstructors.functions(core) { registry.add(spec) }
  registry.add(
    HostType(
      TensorObject.typeName,
      "Float32 numbers in a grid of any number of axes. A value: assignment copies. Operators "
        + "+ - * / ** @ work element by element (@: matrix product) and broadcast; t[.., 0] reads, "
        + "t[0] = 1 writes; == is one bool, .eq compares elements.",
      methods: TensorMethods.elementwise + TensorMethods.reductions + TensorMethods.shapes
        + TensorMethods.gradients,
      properties: TensorMethods.properties,
      example: "tensor([[1, 2], [3, 4]])"))
  TensorFunctions.extend(registry)
}

/// Ways of writing the table of tensor methods.
enum TensorMethods {
  static let number: ValueType = .oneOf([.number, .host(TensorObject.typeName)])

  /// A method that gets the receiver's tensor.
  static func method(
    _ name: String, _ doc: String, parameters: [ParameterSpec] = [], returns: String = "tensor",
    example: String, _ body: @escaping (Tensor, Call) throws -> Value
  ) -> FunctionSpec {
    FunctionSpec(name, doc, parameters: parameters, returns: returns, example: example) { call in
      try body(call.object(as: TensorObject.self).tensor, call)
    }
  }

  static func axis(_ doc: String, default axis: Int? = nil) -> ParameterSpec {
    ParameterSpec(
      "axis", .int, default: axis.map { .int($0) }, optional: axis == nil, aliases: ["dim"],
      example: "0", doc: doc + " (negative: from the end)")
  }

  static var properties: [PropertySpec] {
    [
      PropertySpec(
        "shape", "The sizes of its axes.", returns: "list of int",
        example: "tensor([[1, 2], [3, 4]]).shape  #> [2, 2]", of: TensorObject.self
      ) {
        .list($0.tensor.shape.dims.map { .int($0) })
      },
      PropertySpec(
        "rank", "How many axes it has.", returns: "int",
        example: "tensor([[1, 2], [3, 4]]).rank  #> 2", of: TensorObject.self
      ) {
        .int($0.tensor.rank)
      },
      PropertySpec(
        "size", "How many elements it has.", returns: "int",
        example: "tensor([[1, 2], [3, 4]]).size  #> 4", of: TensorObject.self
      ) {
        .int($0.tensor.count)
      },
      PropertySpec(
        "dtype", "Always \"float32\".", returns: "string",
        example: "tensor([1, 2]).dtype  #> \"float32\"", of: TensorObject.self
      ) { _ in
        .string("float32")
      },
      PropertySpec(
        "T", "With its last two axes exchanged: the transposed matrix.", returns: "tensor",
        of: TensorObject.self
      ) {
        Value($0.tensor.rank < 2 ? $0.tensor : $0.tensor.transposed())
      },
      PropertySpec(
        "grad", "The gradient that backward() brought; nil before, and where there is none.",
        returns: "tensor or nil",
        example: "x = tensor([1.0, 2.0], grad: true)\n(x * x).sum().backward()\n"
          + "x.grad.list()  #> [2.0, 4.0]", of: TensorObject.self
      ) {
        $0.tensor.parameter?.gradient.map { Value($0) } ?? .nil
      },
      PropertySpec(
        "tracks_grad", "Whether backward() on what is computed from it reaches a leaf.",
        returns: "bool", example: "tensor([1, 2]).tracks_grad  #> false", of: TensorObject.self
      ) {
        .bool($0.tensor.tracksGradient)
      },
    ]
  }

  static var gradients: [FunctionSpec] {
    [
      method(
        "backward",
        "Adds the gradient of this scalar to the .grad of every leaf it was computed from.",
        returns: "nil", example: "tensor([2.0], grad: true).square().sum().backward()"
      ) { tensor, _ in
        guard tensor.count == 1 else {
          throw Fault(
            .shape, "backward: expected one number, got a tensor of shape \(tensor.shape)",
            remedy: "t.sum().backward() or t.mean().backward()")
        }
        do {
          try tensor.backward()
        } catch {
          throw Fault(
            .value, "\(error)",
            remedy: "compute it anew from tensor(…, grad: true) or a model that is not frozen")
        }
        return .nil
      },
      method(
        "detach", "The same numbers, cut off from what they were computed from.",
        example: "tensor([1.0], grad: true).detach()"
      ) { tensor, _ in
        Value(tensor.detached())
      },
      method(
        "item", "The only element as a number.", returns: "float",
        example: "tensor([3.5]).item()  #> 3.5"
      ) { tensor, _ in
        guard tensor.count == 1 else {
          throw Fault(
            .shape, "item: expected one element, got a tensor of shape \(tensor.shape)",
            remedy: "t.list() gives all, t[0] picks one")
        }
        return .float(Double(tensor.item))
      },
      method(
        "list", "The elements as floats in lists within lists.", returns: "list",
        example: "tensor([[1, 2], [3, 4]]).list()  #> [[1.0, 2.0], [3.0, 4.0]]"
      ) { tensor, _ in
        try TensorObject(tensor).plain() ?? .nil
      },
      method(
        "plain", "The elements as plain data: lists within lists, a float for a scalar.",
        returns: "list or float", example: "tensor([1, 2]).plain()  #> [1.0, 2.0]"
      ) { tensor, _ in
        try TensorObject(tensor).plain() ?? .nil
      },
    ]
  }
}
