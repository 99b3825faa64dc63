/// A float32 array of any shape with value semantics.
///
/// Copies share memory until one is written. A tensor may be a strided view of another's memory (a
/// transpose, a slice, a broadcast); kernels that want rows get `contiguous()`. A tensor made from
/// tracked operands remembers its place on a tape, from which `backward()` starts.
package struct Tensor {
  var storage: Storage
  var offset: Int
  var strides: [Int]
  package private(set) var shape: Shape
  var origin: Origin

  /// How a tensor came to be, as far as gradients care.
  enum Origin {
    case constant
    case leaf(Parameter)
    case recorded(Tape, Int)

    var isTracked: Bool {
      if case .constant = self { false } else { true }
    }
  }

  init(storage: Storage, offset: Int = 0, shape: Shape, strides: [Int]? = nil) {
    precondition(shape.rank <= Shape.maximumRank, "\(shape): too many axes")
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.strides = strides ?? shape.strides
    origin = .constant
  }

  /// A new tensor whose elements are not set yet.
  static func uninitialized(_ shape: Shape) -> Tensor {
    Tensor(storage: Storage(floats: shape.count), shape: shape)
  }

  package init(_ values: [Float], _ shape: Shape) {
    precondition(
      values.count == shape.count, "tensor: \(values.count) values do not fill \(shape)")
    self = .uninitialized(shape)
    storage.pointer.update(from: values, count: values.count)
  }

  package static func zeros(_ shape: Shape) -> Tensor { full(shape, 0) }
  package static func ones(_ shape: Shape) -> Tensor { full(shape, 1) }
  package static func scalar(_ value: Float) -> Tensor { Tensor([value], []) }

  package static func full(_ shape: Shape, _ value: Float) -> Tensor {
    let result = uninitialized(shape)
    Kernels.fill(result, value)
    return result
  }

  /// 0, 1, … n - 1.
  package static func arange(_ n: Int) -> Tensor {
    let result = uninitialized([n])
    Kernels.ramp(result)
    return result
  }

  package var rank: Int { shape.rank }
  package var count: Int { shape.count }

  /// The elements in row-major order.
  package var array: [Float] { withFloats { Array($0) } }

  /// The only element. Traps unless there is exactly one.
  package var item: Float {
    precondition(count == 1, "item: a tensor of shape \(shape) is not one number")
    return storage.pointer[offset]
  }

  /// Calls `body` with the elements in row-major order, contiguous.
  package func withFloats<R>(
    _ body: (UnsafeBufferPointer<Float>) throws -> R
  ) rethrows -> R {
    let whole = contiguous()
    return try withExtendedLifetime(whole.storage) {
      try body(UnsafeBufferPointer(start: whole.pointer, count: whole.count))
    }
  }

  /// Whether `backward()` on something computed from this tensor would reach it.
  package var tracksGradient: Bool { origin.isTracked }

  /// The same values, cut off from the tape.
  package func detached() -> Tensor {
    var copy = self
    copy.origin = .constant
    return copy
  }

  /// The parameter whose tracked value this is, if it is one.
  package var parameter: Parameter? {
    if case .leaf(let parameter) = origin { parameter } else { nil }
  }
}

// MARK: - Memory

extension Tensor {
  var pointer: UnsafeMutablePointer<Float> { storage.pointer + offset }

  var isContiguous: Bool {
    var expected = 1
    for axis in stride(from: rank - 1, through: 0, by: -1) where shape[axis] != 1 {
      if strides[axis] != expected { return count == 0 }
      expected *= shape[axis]
    }
    return true
  }

  /// This tensor row-major in memory, copied only if it is not yet. Detached.
  func contiguous() -> Tensor {
    if isContiguous { return detached() }
    let result = Tensor.uninitialized(shape)
    Kernels.copy(self, into: result)
    return result
  }

  /// Whether the memory is this tensor's alone and contiguous, so that it can be written.
  var isUnshared: Bool {
    mutating get { isKnownUniquelyReferenced(&storage) && isContiguous }
  }

  /// This matrix with each row's elements side by side, copied only if they are not yet. Detached.
  func withRowsWhole() -> Tensor {
    rank == 2 && (strides[1] == 1 || shape[1] == 1) ? detached() : contiguous()
  }

  /// Makes the memory this tensor's alone and contiguous, so that it can be written.
  mutating func makeUnique() {
    guard !isUnshared else { return }
    let copy = Tensor.uninitialized(shape)
    Kernels.copy(self, into: copy)
    storage = copy.storage
    offset = 0
    strides = copy.strides
  }

  /// The same memory under another shape; for contiguous tensors.
  func viewed(as shape: Shape) -> Tensor {
    Tensor(storage: storage, offset: offset, shape: shape)
  }
}
