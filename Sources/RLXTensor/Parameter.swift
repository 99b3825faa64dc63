/// A named tensor that training changes: a leaf of every graph that uses `tracked`.
package final class Parameter {
  package let name: String
  package var value: Tensor {
    didSet { if value.tracksGradient { value = value.detached() } }
  }
  /// The sum of what `backward()` brought here since it was last cleared.
  package var gradient: Tensor?
  /// A frozen parameter records nothing and gets no gradient.
  package var isFrozen = false

  package init(_ name: String, _ value: Tensor) {
    self.name = name
    self.value = value.detached()
  }

  /// The value as a leaf that operations record, or the plain value when frozen.
  package var tracked: Tensor {
    var leaf = value
    if !isFrozen { leaf.origin = .leaf(self) }
    return leaf
  }

  func accumulate(_ more: Tensor) {
    guard var sum = gradient else {
      gradient = more.contiguous()
      return
    }
    gradient = nil  // so that the sum's memory has one owner and is added to in place
    sum.add(more)
    gradient = sum
  }
}
