import RLXScript
import RLXTensor

/// Values of a script read as tensors.
enum TensorRead {
  /// The operand of an operator or method: a tensor, or a number as a scalar; nil for others.
  static func operand(_ value: Value) throws -> Tensor? {
    switch value {
    case .int, .float: value.asDouble.map { .scalar(Float($0)) }
    default: value.tensor
    }
  }

  /// Ints of a list or range, for picking rows; nil if the value is neither.
  static func indices(_ value: Value) throws -> [Int]? {
    guard case .list(let list) = value else { return nil }
    return try list.elements.map { element in
      guard case .int(let index) = element else {
        throw Fault(.type, "index: expected a list of ints, got \(element.described) in it")
      }
      return index
    }
  }

  /// Numbers and lists of them, of lists, of tensors, as one tensor.
  ///
  /// Lists on one level must have the same length; true and false are 1 and 0.
  static func tensor(_ value: Value, as op: String) throws -> Tensor {
    if let tensor = value.tensor { return tensor }
    if case .list(let list) = value, list.elements.contains(where: { $0.tensor != nil }) {
      return try stacked(list.elements, op)
    }
    var floats: [Float] = []
    var dims: [Int]?
    try collect(value, depth: 0, dims: &dims, prefix: [], into: &floats, op: op)
    return Tensor(floats, try TensorRules.shape(dims ?? [], op))
  }

  private static func stacked(_ elements: [Value], _ op: String) throws -> Tensor {
    let parts = try elements.map { try tensor($0, as: op) }
    return try stack(parts, axis: 0, op)
  }

  /// Tensors of one shape along a new axis.
  static func stack(_ parts: [Tensor], axis: Int, _ op: String) throws -> Tensor {
    guard let first = parts.first else {
      throw Fault(.shape, "\(op): needs at least one tensor")
    }
    if let other = parts.first(where: { $0.shape != first.shape }) {
      throw Fault(.shape, "\(op): shapes \(first.shape) and \(other.shape) differ")
    }
    let place = axis < 0 ? axis &+ first.rank &+ 1 : axis
    guard (0...first.rank).contains(place) else {
      throw Fault(
        .shape, "\(op): axis \(axis) is outside \(-first.rank - 1)...\(first.rank)")
    }
    let dims = Array(first.shape.dims[..<place]) + [parts.count] + first.shape.dims[place...]
    try TensorRules.shape(dims, op)
    return Tensor.stack(parts, axis: place)
  }

  /// Adds the numbers of `value`. `dims` is known once the first number was reached.
  private static func collect(
    _ value: Value, depth: Int, dims: inout [Int]?, prefix: [Int], into floats: inout [Float],
    op: String
  ) throws {
    if let elements = try list(value) {
      if let dims {
        guard depth < dims.count, elements.count == dims[depth] else {
          throw ragged(op, depth: depth, wanted: depth < dims.count ? dims[depth] : nil, elements)
        }
      } else if elements.isEmpty {
        dims = prefix + [0]
      }
      for element in elements {
        try collect(
          element, depth: depth + 1, dims: &dims, prefix: prefix + [elements.count],
          into: &floats, op: op)
      }
      return
    }
    guard let number = number(value) else {
      throw Fault(
        .type, "\(op): expected numbers, or lists of them, got \(value.described)",
        remedy: "tensor([[1, 2], [3, 4]])")
    }
    if let dims, dims.count != depth { throw ragged(op, depth: depth, wanted: nil, []) }
    if dims == nil { dims = prefix }
    floats.append(number)
  }

  private static func list(_ value: Value) throws -> [Value]? {
    switch value {
    case .list(let list): list.elements
    case .range: try value.asElements()
    default: nil
    }
  }

  private static func number(_ value: Value) -> Float? {
    if case .bool(let flag) = value { return flag ? 1 : 0 }
    return value.asDouble.map { Float($0) }
  }

  private static func ragged(
    _ op: String, depth: Int, wanted: Int?, _ elements: [Value]
  ) -> Fault {
    let message =
      wanted.map { "expected lists of \($0) like the first, got one of \(elements.count)" }
      ?? "lists are not nested equally deep"
    return Fault(.shape, "\(op): \(message)", remedy: "every row must have the same length")
  }
}
