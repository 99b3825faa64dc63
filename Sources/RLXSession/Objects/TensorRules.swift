import RLXScript
import RLXTensor

/// Shape errors as scripts see them.
enum ShapeFault {
  /// What `rule` gives; its error as an error of the script.
  static func wrap<R>(_ rule: () throws(ShapeError) -> R) throws -> R {
    do {
      return try rule()
    } catch {
      throw Fault(.shape, "\(error.op): \(error.message)", remedy: error.remedy)
    }
  }
}

/// Tensor operations whose rule is asked before they run: a script's mistake is an error, never a
/// trap.
enum TensorRules {
  /// Elements of the largest tensor a script may make: 1 GiB.
  static let largest = 1 << 28

  /// `shape`, if a tensor of it is not too large.
  @discardableResult
  static func allowed(_ shape: Shape, _ op: String) throws -> Shape {
    // Empty axes do not make the others free: something may go through them.
    let size = shape.dims.reduce(1) { $1 == 0 ? $0 : $0 * $1 }
    guard size <= largest else {
      throw Fault(
        .value,
        "\(op): a tensor of shape \(shape) is too large, at most "
          + "\(NumberText.grouped(largest)) elements are possible",
        remedy: "work on it in parts")
    }
    return shape
  }

  /// A shape of these sizes, if a script may make a tensor of it.
  @discardableResult
  static func shape(_ dims: [Int], _ op: String) throws -> Shape {
    try allowed(ShapeFault.wrap { () throws(ShapeError) in try Shape.checked(dims, op: op) }, op)
  }

  static func combine(
    _ op: String, _ a: Tensor, _ b: Tensor, _ body: (Tensor, Tensor) -> Tensor
  ) throws -> Value {
    try broadcast(op, a.shape, b.shape)
    return Value(body(a, b))
  }

  @discardableResult
  static func broadcast(_ op: String, _ a: Shape, _ b: Shape) throws -> Shape {
    let shape = try ShapeFault.wrap { () throws(ShapeError) in
      try Shape.broadcast(a, b, op: op)
    }
    return try allowed(shape, op)
  }

  static func matmul(_ a: Tensor, _ b: Tensor) throws -> Value {
    let shape = try ShapeFault.wrap { () throws(ShapeError) in try Shape.matmul(a.shape, b.shape) }
    try allowed(shape, "matmul")
    return Value(a.matmul(b))
  }

  /// a ** b; a number as exponent is kept a number, whose gradient is exact at 0.
  static func power(_ a: Tensor, _ b: Tensor) throws -> Value {
    if b.rank == 0, !b.tracksGradient { return Value(a.pow(b.item)) }
    return try combine("**", a, b) { $0.pow($1) }
  }

  static func axis(_ axis: Int, of tensor: Tensor, _ op: String) throws -> Int {
    try ShapeFault.wrap { () throws(ShapeError) in try tensor.shape.axis(axis, op: op) }
  }

  static func rows(_ tensor: Tensor, _ ids: [Int]) throws -> Tensor {
    let size = tensor.shape.dims.first ?? 0
    let places = try ids.map { id in
      try ShapeFault.wrap { () throws(ShapeError) in try Shape.place(id, in: size, axis: 0) }
    }
    let shape = try ShapeFault.wrap { () throws(ShapeError) in try tensor.shape.rows(places) }
    try allowed(shape, "rows")
    return tensor.rows(places)
  }

  static func reshape(_ tensor: Tensor, _ dims: [Int]) throws -> Tensor {
    let shape = try ShapeFault.wrap { () throws(ShapeError) in try tensor.shape.reshape(dims) }
    return tensor.reshape(try allowed(shape, "reshape"))
  }

  /// One element of each row of the last axis: [..., V] and as many ids as rows → [...].
  static func gather(_ tensor: Tensor, _ ids: [Int]) throws -> Tensor {
    guard let width = tensor.shape.dims.last else {
      throw Fault(.shape, "gather: a scalar has no rows")
    }
    let lead = Array(tensor.shape.dims.dropLast())
    let rows = lead.reduce(1, *)
    guard ids.count == rows else {
      throw Fault(
        .shape,
        "gather: expected \(NumberText.count(rows, "index", "indices")), one for each row of "
          + "\(tensor.shape), got \(ids.count)")
    }
    let places = try ids.enumerated().map { row, id in
      try row * width
        + ShapeFault.wrap { () throws(ShapeError) in
          try Shape.place(id, in: width, axis: tensor.rank - 1)
        }
    }
    let flat = try TensorRules.reshape(tensor, [tensor.count])
    return try TensorRules.reshape(flat.rows(places), lead)
  }

  /// Each element to `digits` digits after the dot, halves away from zero. From 2²³ on every float
  /// is whole, so nothing that large is scaled: it could overflow.
  static func rounded(_ tensor: Tensor, digits: Int) -> Tensor {
    var scale: Float = 1
    for _ in 0..<digits { scale *= 10 }
    let x = tensor.detached()
    let size = x.abs() * scale
    let below = size.floor()
    let nearest = (below + (size - below).ge(Tensor.scalar(0.5))) / scale * x.sign()
    return Tensor.select(size.lt(Tensor.scalar(8_388_608)), nearest, x) + 0
  }
}
