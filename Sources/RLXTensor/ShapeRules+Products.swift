// Rules of products, joins, permutations and selections.
extension Shape {
  /// The shape of a matrix product (PyTorch's rules): vectors count as a row on the left and a column
  /// on the right, leading axes broadcast.
  package static func matmul(_ a: Shape, _ b: Shape) throws(ShapeError) -> Shape {
    guard a.rank > 0, b.rank > 0 else {
      throw ShapeError(
        op: "matmul", message: "a scalar is no matrix: shapes \(a) and \(b)",
        remedy: "multiply by a scalar with *")
    }
    let inner = a[a.rank - 1]
    let other = b[b.rank == 1 ? 0 : b.rank - 2]
    guard inner == other else {
      throw ShapeError(
        op: "matmul", message: "inner sizes \(inner) and \(other) differ",
        remedy: "shapes are \(a) and \(b)")
    }
    let lead = try broadcast(
      Shape(Array(a.dims.dropLast(2))), Shape(Array(b.dims.dropLast(2))), op: "matmul")
    let rows = a.rank > 1 ? [a[a.rank - 2]] : []
    let columns = b.rank > 1 ? [b[b.rank - 1]] : []
    return try checked(lead.dims + rows + columns, op: "matmul")
  }

  /// The shape of `shapes` joined along `axis`: all other sizes agree.
  package static func concat(_ shapes: [Shape], axis: Int) throws(ShapeError) -> Shape {
    guard let first = shapes.first else {
      throw ShapeError(op: "concat", message: "needs at least one tensor")
    }
    let index = try first.axis(axis, op: "concat")
    var total = 0
    for shape in shapes {
      guard shape.rank == first.rank, shape.removing(index) == first.removing(index) else {
        throw ShapeError(
          op: "concat", message: "\(first) and \(shape) differ outside axis \(axis)")
      }
      total += shape[index]
    }
    return try checked(first.replacing(index, with: total).dims, op: "concat")
  }

  /// Axes 0..<rank in the given order, negative ones counted from the end.
  package func permutation(_ axes: [Int]) throws(ShapeError) -> [Int] {
    var order: [Int] = []
    for axis in axes { order.append(try self.axis(axis, op: "permute")) }
    guard order.sorted() == Array(0..<rank) else {
      throw ShapeError(
        op: "permute", message: "\(axes) does not name each of the \(rank) axes of \(self) once")
    }
    return order
  }

  /// The place 0..<size that `index`, counted from the end where negative, means.
  package static func place(_ index: Int, in size: Int, axis: Int) throws(ShapeError) -> Int {
    let place = index < 0 ? index + size : index
    guard place >= 0, place < size else {
      throw ShapeError(
        op: "index", message: "index \(index) is outside axis \(axis) of size \(size)",
        remedy: size == 0 ? "the axis is empty" : "indices go from \(-size) to \(size - 1)")
    }
    return place
  }

  /// Rows `ids` of this shape along axis 0.
  package func rows(_ ids: [Int]) throws(ShapeError) -> Shape {
    guard rank > 0 else { throw ShapeError(op: "rows", message: "a scalar has no rows") }
    for id in ids where id < 0 || id >= dims[0] {
      throw ShapeError(op: "rows", message: "row \(id) is outside 0..<\(dims[0])")
    }
    return replacing(0, with: ids.count)
  }
}
