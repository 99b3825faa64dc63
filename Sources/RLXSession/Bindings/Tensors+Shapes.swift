import RLXScript
import RLXTensor

extension TensorMethods {
  static var shapes: [FunctionSpec] {
    [
      method(
        "reshape", "The same elements, in the same order, in another shape. One size may be -1.",
        parameters: [sizes("the new sizes")], example: "arange(6).reshape(2, 3)"
      ) { tensor, call in
        Value(try TensorRules.reshape(tensor, try dims(call, "reshape")))
      },
      method("flatten", "All elements along one axis.", example: "ones(2, 3).flatten()") {
        tensor, _ in
        Value(try TensorRules.reshape(tensor, [tensor.count]))
      },
      method(
        "transpose", "With two axes exchanged, the last two by default.",
        parameters: [
          ParameterSpec("a", .int, default: .int(-2), doc: "one axis"),
          ParameterSpec("b", .int, default: .int(-1), doc: "the other"),
        ], example: "ones(2, 3).transpose()"
      ) { tensor, call in
        let a = try TensorRules.axis(call.int("a"), of: tensor, "transpose")
        let b = try TensorRules.axis(call.int("b"), of: tensor, "transpose")
        var order = Array(0..<tensor.rank)
        order.swapAt(a, b)
        return Value(tensor.permuted(order))
      },
      method(
        "permute", "With its axes in another order.",
        parameters: [sizes("the axes in their new order")],
        example: "ones(2, 3, 4).permute(2, 0, 1)"
      ) { tensor, call in
        let axes = try dims(call, "permute")
        return Value(
          tensor.permuted(
            try ShapeFault.wrap { () throws(ShapeError) in try tensor.shape.permutation(axes) }))
      },
      method(
        "squeeze", "Without an axis of size 1, or without all of them.",
        parameters: [axis("the axis taken away")], example: "ones(1, 3).squeeze(axis: 0)"
      ) { tensor, call in
        guard call.isGiven("axis") else {
          return Value(try TensorRules.reshape(tensor, tensor.shape.dims.filter { $0 != 1 }))
        }
        let axis = try TensorRules.axis(call.int("axis"), of: tensor, "squeeze")
        guard tensor.shape[axis] == 1 else {
          throw Fault(
            .shape, "squeeze: axis \(axis) of \(tensor.shape) has size \(tensor.shape[axis]), not 1"
          )
        }
        return Value(tensor.squeezed(axis: axis))
      },
      method(
        "unsqueeze", "With a new axis of size 1.",
        parameters: [axis("the place of the new axis", default: 0)],
        example: "ones(3).unsqueeze(axis: -1)"
      ) { tensor, call in
        let asked = try call.int("axis")
        let place = asked < 0 ? asked &+ tensor.rank &+ 1 : asked
        guard (0...tensor.rank).contains(place) else {
          throw Fault(
            .shape, "unsqueeze: axis \(asked) is outside \(-tensor.rank - 1)...\(tensor.rank)")
        }
        var dims = tensor.shape.dims
        dims.insert(1, at: place)
        try TensorRules.shape(dims, "unsqueeze")
        return Value(tensor.unsqueezed(axis: place))
      },
      method(
        "broadcast", "Stretched to a shape: axes of size 1 are repeated.",
        parameters: [sizes("the sizes to stretch to")], example: "tensor([1, 2]).broadcast(3, 2)"
      ) { tensor, call in
        let target = try TensorRules.shape(try dims(call, "broadcast"), "broadcast")
        return Value(
          tensor.broadcast(
            to: try ShapeFault.wrap { () throws(ShapeError) in
              try tensor.shape.broadcast(to: target)
            }))
      },
      method(
        "rows", "The rows at the given indices, in that order; gradients go back to them.",
        parameters: [
          ParameterSpec("ids", .listOf(.int), example: "[0, 2]", doc: "indices of rows")
        ],
        example: "tensor([[1, 2], [3, 4]]).rows([1, 0, 1])"
      ) { tensor, call in
        Value(try TensorRules.rows(tensor, ints(try call.list("ids"), "rows")))
      },
      method(
        "gather", "One element of each row of the last axis: t[i, ids[i]].",
        parameters: [
          ParameterSpec("ids", .listOf(.int), example: "[0, 2]", doc: "an index for each row")
        ], example: "tensor([[1, 2], [3, 4]]).gather([1, 0])"
      ) { tensor, call in
        Value(try TensorRules.gather(tensor, ints(try call.list("ids"), "gather")))
      },
    ]
  }

  static func sizes(_ doc: String) -> ParameterSpec {
    ParameterSpec("sizes", .oneOf([.int, .listOf(.int)]), rest: true, example: "2", doc: doc)
  }

  /// The ints of a `sizes` parameter: each an argument, or all in one list.
  static func dims(_ call: Call, _ op: String) throws -> [Int] {
    if call.rest.count == 1, let elements = try call.rest[0].asElements() {
      return try ints(elements, op)
    }
    return try ints(call.rest, op)
  }

  static func ints(_ values: [Value], _ op: String) throws -> [Int] {
    try values.map { value in
      guard case .int(let number) = value else {
        throw Fault(.type, "\(op): expected ints, got \(value.described)")
      }
      return number
    }
  }
}
