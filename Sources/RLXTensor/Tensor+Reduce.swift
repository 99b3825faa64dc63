// Reductions. Axes count from the end where negative.
extension Tensor {
  private func total(scale: Float) -> Tensor {
    Kernels.sum(self, AxisLayout(whole: shape), scale: scale, shape: [])
      .recorded([self], .sum(shape, AxisLayout(whole: shape), scale: scale))
  }

  private func reduced(_ axis: Int, keep: Bool) -> Shape {
    keep ? shape.replacing(axis, with: 1) : shape.removing(axis)
  }

  private func total(axis: Int, keep: Bool, scale: (Int) -> Float) -> Tensor {
    let axis = obeyed(try shape.axis(axis, op: "sum"))
    let layout = AxisLayout(shape, axis: axis)
    let factor = scale(layout.n)
    return Kernels.sum(self, layout, scale: factor, shape: reduced(axis, keep: keep))
      .recorded([self], .sum(shape, layout, scale: factor))
  }

  package func sum() -> Tensor { total(scale: 1) }
  /// NaN for no elements.
  package func mean() -> Tensor { total(scale: 1 / Float(count)) }
  package func sum(axis: Int, keep: Bool = false) -> Tensor {
    total(axis: axis, keep: keep) { _ in 1 }
  }
  package func mean(axis: Int, keep: Bool = false) -> Tensor {
    total(axis: axis, keep: keep) { 1 / Float($0) }
  }

  private func extreme(_ layout: AxisLayout, _ sign: Int32, _ result: Shape) -> Tensor {
    let x = contiguous()
    let y = Kernels.extreme(x, layout, sign: sign, shape: result)
    return y.recorded([self], .extreme(x: x, y: y, layout))
  }

  private func extreme(_ sign: Int32) -> Tensor {
    precondition(count > 0, "max: a tensor of shape \(shape) has no elements")
    return extreme(AxisLayout(whole: shape), sign, [])
  }

  private func extreme(axis: Int, keep: Bool, _ sign: Int32) -> Tensor {
    let axis = obeyed(try shape.filledAxis(axis, op: sign > 0 ? "max" : "min"))
    return extreme(AxisLayout(shape, axis: axis), sign, reduced(axis, keep: keep))
  }

  /// The largest element, NaN if there is one. Equal ones share the gradient.
  package func max() -> Tensor { extreme(1) }
  package func min() -> Tensor { extreme(-1) }
  package func max(axis: Int, keep: Bool = false) -> Tensor { extreme(axis: axis, keep: keep, 1) }
  package func min(axis: Int, keep: Bool = false) -> Tensor { extreme(axis: axis, keep: keep, -1) }

  /// The place of the first largest element along an axis, as floats; no gradient.
  package func argmax(axis: Int) -> Tensor {
    let axis = obeyed(try shape.filledAxis(axis, op: "argmax"))
    let places = Kernels.argmax(self, AxisLayout(shape, axis: axis))
    return Tensor(places.map { Float($0) }, shape.removing(axis))
  }

  /// The place of the first largest element of each row [R, V].
  package func argmaxRows() -> [Int32] {
    let axis = obeyed(try shape.filledAxis(-1, op: "argmax"))
    return Kernels.argmax(self, AxisLayout(shape, axis: axis))
  }

  /// Mean squared distance from the mean; with n - 1 for n when unbiased.
  package func variance(axis: Int, keep: Bool = false, unbiased: Bool = true) -> Tensor {
    let axis = obeyed(try shape.axis(axis, op: "variance"))
    let n = Float(shape[axis] - (unbiased ? 1 : 0))
    return (self - mean(axis: axis, keep: true)).square().sum(axis: axis, keep: keep) / n
  }

  /// The same over all elements.
  package func variance(unbiased: Bool = true) -> Tensor {
    (self - mean()).square().sum() / Float(count - (unbiased ? 1 : 0))
  }

  /// Sums of the elements up to and with each along the axis.
  package func cumsum(axis: Int) -> Tensor {
    let layout = AxisLayout(shape, axis: obeyed(try shape.axis(axis, op: "cumsum")))
    return Kernels.cumulativeSum(self, layout, backward: false)
      .recorded([self], .cumulativeSum(layout))
  }

  /// exp(x) / Σ exp(x) along the axis.
  package func softmax(axis: Int) -> Tensor {
    alongLast(axis, op: "softmax") { x in
      let y = Kernels.softmax(x.contiguous())
      return y.recorded([x], .softmax(y: y))
    }
  }

  /// x - log Σ exp(x) along the axis.
  package func logSoftmax(axis: Int) -> Tensor {
    alongLast(axis, op: "logSoftmax") { x in
      let y = Kernels.logSoftmax(x.contiguous())
      return y.recorded([x], .logSoftmax(y: y))
    }
  }

  /// log Σ exp(x) along the axis, which goes.
  package func logSumExp(axis: Int) -> Tensor {
    let axis = obeyed(try shape.axis(axis, op: "logSumExp"))
    let moved = axis == rank - 1 ? self : transposed(axis, -1)
    let x = moved.contiguous()
    let y = Kernels.logSumExp(x)
    let result = y.recorded([moved], .logSumExp(x: x, y: y))
    guard axis < rank - 2 else { return result }
    // The last axis stands where `axis` was: bring it back behind the others.
    var order = Array(0..<(rank - 1))
    order.append(order.remove(at: axis))
    return result.permuted(order)
  }

  private func alongLast(_ axis: Int, op: String, _ body: (Tensor) -> Tensor) -> Tensor {
    let axis = obeyed(try shape.axis(axis, op: op))
    return axis == rank - 1 ? body(self) : body(transposed(axis, -1)).transposed(axis, -1)
  }
}

extension Tensor {
  /// This gradient summed over the axes along which an operand of shape `target` was stretched.
  func summed(to target: Shape) -> Tensor {
    if shape == target { return self }
    var result = self
    for _ in 0..<(rank - target.rank) { result = result.sum(axis: 0) }
    for axis in 0..<target.rank where target[axis] == 1 && result.shape[axis] != 1 {
      result = result.sum(axis: axis, keep: true)
    }
    return result
  }

  /// This gradient of a sum, times `scale`, repeated over what was summed.
  func spread(to target: Shape, _ axis: AxisLayout, scale: Float) -> Tensor {
    let scaled = (scale == 1 ? self : self * scale).contiguous()
    let wide = Tensor(
      storage: scaled.storage, offset: scaled.offset, shape: [axis.outer, axis.n, axis.inner],
      strides: [axis.inner, 0, 1])
    return wide.contiguous().viewed(as: target)
  }
}
