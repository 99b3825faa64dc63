import Glibc

/// A shape that an operation cannot take: what was wrong, and what to try.
package struct ShapeError: Error, Equatable {
  package let op: String
  package let message: String
  package let remedy: String?

  package init(op: String, message: String, remedy: String? = nil) {
    self.op = op
    self.message = message
    self.remedy = remedy
  }
}

extension ShapeError: CustomStringConvertible {
  package var description: String {
    "\(op): \(message)" + (remedy.map { "; \($0)" } ?? "")
  }
}

// The rules. A tensor method traps on its rule, a script's binding calls the rule first and reports.
extension Shape {
  /// Most axes a tensor may have.
  package static let maximumRank = 16
  /// Most elements a tensor may have: those that would fill this machine's memory.
  package static let maximumCount = max(1 << 20, sysconf(Int32(_SC_PHYS_PAGES)) * 1024)

  /// A shape of these sizes, if sizes, their number and their product are possible.
  package static func checked(_ dims: [Int], op: String = "shape") throws(ShapeError) -> Shape {
    if let negative = dims.first(where: { $0 < 0 }) {
      throw ShapeError(op: op, message: "size \(negative) is negative")
    }
    guard dims.count <= maximumRank else {
      throw ShapeError(op: op, message: "\(dims.count) axes, at most \(maximumRank) are possible")
    }
    var count = 1
    for size in dims where size > 0 {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product <= maximumCount else {
        throw ShapeError(op: op, message: "\(Shape(dims)) has too many elements")
      }
      count = product
    }
    return Shape(dims)
  }

  /// The shape that both broadcast to (NumPy's rule: axes line up from the last; 1 stretches).
  package static func broadcast(_ a: Shape, _ b: Shape, op: String) throws(ShapeError) -> Shape {
    if a == b { return a }
    let rank = max(a.rank, b.rank)
    var dims = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let x = axis < rank - a.rank ? 1 : a[axis - (rank - a.rank)]
      let y = axis < rank - b.rank ? 1 : b[axis - (rank - b.rank)]
      guard x == y || x == 1 || y == 1 else {
        throw ShapeError(
          op: op, message: "shapes \(a) and \(b) do not broadcast: sizes \(x) and \(y) differ",
          remedy: "sizes must be equal or 1, counted from the last axis")
      }
      dims[axis] = x == 1 ? y : x
    }
    return try checked(dims, op: op)
  }

  /// This shape stretched to `target`.
  package func broadcast(to target: Shape, op: String = "broadcast") throws(ShapeError) -> Shape {
    guard try Shape.broadcast(self, target, op: op) == target else {
      throw ShapeError(op: op, message: "\(self) does not stretch to \(target)")
    }
    return target
  }

  /// The axis 0..<rank that `axis`, counted from the end where negative, means.
  package func axis(_ axis: Int, op: String = "axis") throws(ShapeError) -> Int {
    let index = axis < 0 ? axis + rank : axis
    guard index >= 0, index < rank else {
      throw ShapeError(
        op: op, message: "axis \(axis) is outside a shape of \(rank) axes, \(self)",
        remedy: rank == 0 ? "a scalar has no axes" : "axes go from \(-rank) to \(rank - 1)")
    }
    return index
  }

  /// The axis, when taking an extreme or argmax of it is possible: it is not empty.
  package func filledAxis(_ axis: Int, op: String) throws(ShapeError) -> Int {
    let index = try self.axis(axis, op: op)
    guard self[index] > 0 || count == 0 && removing(index).count == 0 else {
      throw ShapeError(op: op, message: "axis \(axis) of \(self) is empty")
    }
    return index
  }

  /// Without an axis, which must be of size 1.
  package func squeezed(_ axis: Int) throws(ShapeError) -> Shape {
    let index = try self.axis(axis, op: "squeeze")
    guard dims[index] == 1 else {
      throw ShapeError(
        op: "squeeze", message: "axis \(axis) of \(self) has size \(dims[index]), not 1")
    }
    return removing(index)
  }

  /// With a new axis of size 1 before `axis`, or behind the last for -1.
  package func unsqueezed(_ axis: Int) throws(ShapeError) -> Shape {
    let place = axis < 0 ? axis + rank + 1 : axis
    guard 0...rank ~= place else {
      throw ShapeError(
        op: "unsqueeze", message: "axis \(axis) is outside a shape of \(rank) axes, \(self)",
        remedy: "axes go from \(-rank - 1) to \(rank)")
    }
    var dims = dims
    dims.insert(1, at: place)
    return try Shape.checked(dims, op: "unsqueeze")
  }

  /// `dims` with one -1 worked out, when it has as many elements as this shape.
  package func reshape(_ dims: [Int], op: String = "reshape") throws(ShapeError) -> Shape {
    let open = dims.indices.filter { dims[$0] == -1 }
    guard open.count <= 1 else {
      throw ShapeError(op: op, message: "only one size can be -1, got \(dims)")
    }
    guard let place = open.first else {
      let shape = try Shape.checked(dims, op: op)
      guard shape.count == count else { throw mismatch(dims, op: op) }
      return shape
    }
    var filled = dims
    filled[place] = 1
    let rest = try Shape.checked(filled, op: op).count
    guard rest > 0, count % rest == 0 else { throw mismatch(dims, op: op) }
    filled[place] = count / rest
    return try Shape.checked(filled, op: op)
  }

  private func mismatch(_ dims: [Int], op: String) -> ShapeError {
    ShapeError(
      op: op, message: "\(self) has \(count) elements, which do not fill \(dims)")
  }
}

/// The value of a rule in a place where breaking it is a mistake of ours.
func obeyed<R>(_ rule: @autoclosure () throws(ShapeError) -> R) -> R {
  do {
    return try rule()
  } catch {
    preconditionFailure(error.description)
  }
}
