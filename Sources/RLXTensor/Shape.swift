/// The sizes of a tensor's axes, outermost first. A scalar has none.
package struct Shape: Equatable, Hashable, Sendable {
  package let dims: [Int]

  package init(_ dims: [Int]) {
    precondition(dims.allSatisfy { $0 >= 0 }, "shape: sizes must not be negative: \(dims)")
    self.dims = dims
  }

  /// Number of axes.
  package var rank: Int { dims.count }

  /// Number of elements, 1 for a scalar. Traps on overflow, which `Shape.checked` reports first.
  package var count: Int { dims.reduce(1, *) }

  package subscript(axis: Int) -> Int { dims[axis] }

  /// Element strides of a row-major array of this shape.
  var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * dims[axis + 1]
    }
    return strides
  }

  func replacing(_ axis: Int, with size: Int) -> Shape {
    var dims = dims
    dims[axis] = size
    return Shape(dims)
  }

  func removing(_ axis: Int) -> Shape {
    var dims = dims
    dims.remove(at: axis)
    return Shape(dims)
  }
}

extension Shape: ExpressibleByArrayLiteral {
  package init(arrayLiteral elements: Int...) { self.init(elements) }
}

extension Shape: CustomStringConvertible {
  package var description: String {
    "[" + dims.map { String($0) }.joined(separator: ", ") + "]"
  }
}
