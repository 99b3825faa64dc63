/// A named tensor that training changes: a leaf of every graph that uses `tracked`.
///
/// A frozen matrix may be kept in the packed form alone (`compact`): then its value is what that form
/// stands for, made anew whenever it is asked for.
package final class Parameter {
  package let name: String
  package private(set) var shape: Shape
  /// Counts the changes of the value, for whatever is made of it and must be made anew.
  package private(set) var version = 0
  /// The sum of what `backward()` brought here since it was last cleared.
  package var gradient: Tensor?
  /// A frozen parameter records nothing and gets no gradient.
  package var isFrozen = false
  /// How products read it; nil for what is no matrix of one.
  package var packing: Packing? {
    didSet {
      precondition(!isCompact || packing == oldValue, "\(name): packed in another way already")
      if packing != oldValue { packedForm = nil }
    }
  }
  private var whole: Tensor?
  private var packedForm: PackedWeight?

  package struct Packing: Equatable {
    package let dtype: DType
    /// Whether the matrix [M, K] is the value [K, M] turned.
    package let isTurned: Bool

    package init(_ dtype: DType, isTurned: Bool = false) {
      self.dtype = dtype
      self.isTurned = isTurned
    }
  }

  package init(_ name: String, _ value: Tensor) {
    self.name = name
    whole = value.detached()
    shape = value.shape
  }

  package var value: Tensor {
    get { whole ?? unpacked }
    set { content = .whole(newValue) }
    _modify {
      var tensor = value
      whole = nil  // so that the memory has one owner and is written in place
      yield &tensor
      content = .whole(tensor)
    }
  }

  /// The value as a leaf that operations record, or the plain value when frozen.
  package var tracked: Tensor {
    var leaf = value
    if !isFrozen { leaf.origin = .leaf(self) }
    return leaf
  }

  func accumulate(_ more: Tensor) {
    packedForm = nil  // the value is about to change
    guard var sum = gradient else {
      gradient = more.contiguous()
      return
    }
    gradient = nil  // so that the sum's memory has one owner and is added to in place
    sum.add(more)
    gradient = sum
  }
}

// MARK: - The packed form

extension Parameter {
  /// The matrix [M, K] for generation's kernels. Made at the first use, and kept until the value changes
  /// or a gradient says that it is about to. Only for what has a `packing`.
  package var packed: PackedWeight {
    if let packedForm { return packedForm }
    guard let packing, let whole else {
      preconditionFailure("\(name): packed, but nobody said how")
    }
    let made = PackedWeight(packing.isTurned ? whole.transposed() : whole, packing.dtype)
    packedForm = made
    return made
  }

  /// Whether the packed form is all there is.
  package var isCompact: Bool { whole == nil }

  /// Keeps only the packed form of a frozen parameter, where that is smaller than the value: whose
  /// numbers are then those of the format.
  package func compact() {
    guard isFrozen, !isCompact, let packing, packing.dtype != .float32 else { return }
    content = .packed(packed)
  }

  /// What a parameter has: what undo keeps of it.
  package enum Content {
    case whole(Tensor)
    case packed(PackedWeight)
  }

  package var content: Content {
    get {
      if let whole { .whole(whole) } else { .packed(packed) }
    }
    set {
      version += 1
      switch newValue {
      case .whole(let tensor):
        whole = tensor.detached()
        shape = tensor.shape
        packedForm = nil
      case .packed(let form):
        let (M, K) = (form.shape[0], form.shape[1])
        whole = nil
        shape = packing?.isTurned == true ? [K, M] : [M, K]
        packedForm = form
      }
    }
  }

  private var unpacked: Tensor {
    guard let packing else { preconditionFailure("\(name): neither a value nor a packed form") }
    return packing.isTurned ? packed.unpacked.transposed().contiguous() : packed.unpacked
  }
}
