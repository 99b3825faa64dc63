/// A named tensor that training changes: a leaf of every graph that uses `tracked`.
package final class Parameter {
  package let name: String
  package var value: Tensor {
    didSet {
      if value.tracksGradient { value = value.detached() }
      version += 1
      packedForm = nil
    }
  }
  /// Counts the changes of `value`, for whatever is made of it and must be made anew.
  package private(set) var version = 0
  /// The sum of what `backward()` brought here since it was last cleared.
  package var gradient: Tensor?
  /// A frozen parameter records nothing and gets no gradient.
  package var isFrozen = false
  private var packedForm: PackedWeight?

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

  /// The matrix [M, K] for generation's kernels: the value or, if `transposed`, the value [K, M] turned.
  /// Made at the first use, and kept until the value changes or a gradient says that it is about to.
  package func packed(_ dtype: DType, transposed: Bool = false) -> PackedWeight {
    if let packedForm, packedForm.dtype == dtype { return packedForm }
    let made = PackedWeight(transposed ? value.transposed() : value, dtype)
    packedForm = made
    return made
  }

  func accumulate(_ more: Tensor) {
    packedForm = nil
    guard var sum = gradient else {
      gradient = more.contiguous()
      return
    }
    gradient = nil  // so that the sum's memory has one owner and is added to in place
    sum.add(more)
    gradient = sum
  }
}
