// Shapes. Views share memory; nothing is copied unless it must be.
extension Tensor {
  /// The same elements, row-major, under another shape; one size may be -1.
  package func reshape(_ dims: [Int]) -> Tensor {
    let target = obeyed(try shape.reshape(dims))
    return contiguous().viewed(as: target).recorded([self], .reshape(shape))
  }
  package func reshape(_ shape: Shape) -> Tensor { reshape(shape.dims) }

  /// Axes in a new order.
  package func permuted(_ axes: [Int]) -> Tensor {
    let order = obeyed(try shape.permutation(axes))
    return Tensor(
      storage: storage, offset: offset, shape: Shape(order.map { shape[$0] }),
      strides: order.map { strides[$0] }
    ).recorded([self], .permute(order))
  }

  /// The last two axes swapped.
  package func transposed() -> Tensor { transposed(-2, -1) }

  package func transposed(_ a: Int, _ b: Int) -> Tensor {
    var order = Array(0..<rank)
    order.swapAt(
      obeyed(try shape.axis(a, op: "transpose")), obeyed(try shape.axis(b, op: "transpose")))
    return permuted(order)
  }

  /// The last two axes swapped, detached.
  var swapped: Tensor { detached().transposed() }

  /// Without an axis of size 1.
  package func squeezed(axis: Int) -> Tensor { reshape(obeyed(try shape.squeezed(axis))) }

  /// With a new axis of size 1 before `axis`, or behind the last for -1.
  package func unsqueezed(axis: Int) -> Tensor { reshape(obeyed(try shape.unsqueezed(axis))) }

  package func broadcast(to target: Shape) -> Tensor {
    stretched(to: obeyed(try shape.broadcast(to: target))).recorded([self], .broadcast(shape))
  }

  /// Elements `from` ..< `to` along an axis, both clipped to it.
  package func slice(axis: Int, from: Int, to: Int) -> Tensor {
    let axis = obeyed(try shape.axis(axis, op: "slice"))
    let start = Swift.min(Swift.max(from, 0), shape[axis])
    let end = Swift.min(Swift.max(to, start), shape[axis])
    return taken { source in
      Window(
        offset: source.strides[axis] * start, shape: shape.replacing(axis, with: end - start),
        strides: source.strides)
    }
  }

  /// A window of this tensor, recorded. `window` is called with this tensor's strides, and again with
  /// those of its gradient, which is row-major.
  func taken(_ window: (_ source: (shape: Shape, strides: [Int])) -> Window) -> Tensor {
    let here = window((shape, strides))
    return self.window(here)
      .recorded([self], .slice(shape, window((shape, shape.strides))))
  }

  func window(_ window: Window) -> Tensor {
    Tensor(
      storage: storage, offset: offset + window.offset, shape: window.shape,
      strides: window.strides)
  }

  /// This tensor with a window, given for row-major memory, set to one value. Detached.
  func filled(_ window: Window, with value: Float) -> Tensor {
    var copy = detached()
    copy.makeUnique()
    Kernels.copy(Tensor.scalar(value).stretched(to: window.shape), into: copy.window(window))
    return copy
  }

  /// Tensors joined along an axis.
  package static func concat(_ parts: [Tensor], axis: Int) -> Tensor {
    let shape = obeyed(try Shape.concat(parts.map(\.shape), axis: axis))
    let axis = obeyed(try shape.axis(axis))
    let result = uninitialized(shape)
    var start = 0
    for part in parts {
      let window = Window(
        offset: result.strides[axis] * start, shape: part.shape, strides: result.strides)
      Kernels.copy(part, into: result.window(window))
      start += part.shape[axis]
    }
    return result.recorded(parts, .concat(axis: axis, sizes: parts.map { $0.shape[axis] }))
  }

  /// Tensors of one shape joined along a new axis.
  package static func stack(_ parts: [Tensor], axis: Int = 0) -> Tensor {
    concat(parts.map { $0.unsqueezed(axis: axis) }, axis: axis)
  }

  /// Rows `ids` along axis 0; the gradient of a row taken twice is the sum.
  package func rows(_ ids: [Int]) -> Tensor {
    _ = obeyed(try shape.rows(ids))
    return rows(ids.map { Int32($0) })
  }

  func rows(_ ids: [Int32]) -> Tensor {
    Kernels.gather(contiguous(), ids).recorded([self], .rows(shape, ids: ids))
  }
}
