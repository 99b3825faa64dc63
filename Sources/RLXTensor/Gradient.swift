/// Why there is nothing to go backward from.
package enum GradientError: Error, Equatable {
  /// `backward()` needs one number, this has a shape.
  case notScalar(Shape)
  /// Nothing that led to this tensor is tracked.
  case untracked
  /// `backward()` has been through this graph already and freed it.
  case released
}

extension GradientError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notScalar(let shape):
      "backward: needs one number, got shape \(shape); reduce it with sum() or mean() first"
    case .untracked:
      "backward: nothing that led to this tensor tracks gradients"
    case .released:
      "backward: this graph was freed by an earlier backward; compute the loss again"
    }
  }
}

extension Tensor {
  /// Adds d(self)/d(parameter) to the gradient of every parameter that led here, and frees the graph.
  package func backward() throws(GradientError) {
    guard count == 1 else { throw .notScalar(shape) }
    switch origin {
    case .constant: throw .untracked
    case .leaf(let parameter): parameter.accumulate(.ones(shape))
    case .recorded(let tape, let index):
      let (root, base) = tape.resolved()
      try root.backward(from: base + index, seed: .ones(shape))
    }
  }
}

extension Tape {
  fileprivate func backward(from root: Int, seed: Tensor) throws(GradientError) {
    pull(seed, from: root, reached: try reached(from: root))
  }

  /// The same for a graph that was recorded just now.
  func pull(_ seed: Tensor, from root: Int) {
    guard let reached = try? reached(from: root) else {
      preconditionFailure("backward: a graph recorded just now has been freed")
    }
    pull(seed, from: root, reached: reached)
  }

  private func pull(_ seed: Tensor, from root: Int, reached: [Bool]) {
    var pass = GradientPass(count: root + 1)
    pass.accumulate(seed, into: root)
    // Operands stand before their results, so one sweep from the end meets every use of a tensor
    // before the tensor itself. No recursion, whatever the depth.
    for index in stride(from: root, through: 0, by: -1) where reached[index] {
      if PassWatch.skipsWork { return }
      // The record goes with its gradient: what it kept may then be written over.
      var record: Tape.Record?
      swap(&record, &records[index])
      guard let dy = pass.take(index) else { continue }
      pass.pull(dy, through: &record)
    }
  }

  /// Marks the records that `root` depends on; throws if one of them is gone.
  private func reached(from root: Int) throws(GradientError) -> [Bool] {
    var reached = [Bool](repeating: false, count: root + 1)
    reached[root] = true
    for index in stride(from: root, through: 0, by: -1) where reached[index] {
      guard let record = records[index] else { throw .released }
      for operand in record.operands where operand >= 0 { reached[operand] = true }
    }
    return reached
  }
}

/// The gradients on their way back through one tape.
struct GradientPass {
  private var gradients: [Tensor?]

  init(count: Int) { gradients = [Tensor?](repeating: nil, count: count) }

  mutating func take(_ index: Int) -> Tensor? {
    defer { gradients[index] = nil }
    return gradients[index]
  }

  /// Adds `gradient`, computed only if the operand is tracked.
  mutating func accumulate(_ gradient: @autoclosure () -> Tensor, into operand: Int) {
    guard operand >= 0 else { return }
    guard var sum = gradients[operand] else {
      gradients[operand] = gradient()
      return
    }
    gradients[operand] = nil
    sum.add(gradient())
    gradients[operand] = sum
  }

  /// Adds rows to those of the operand's gradient whose ids they have, without a whole tensor for them.
  mutating func accumulate(rows: Tensor, _ ids: [Int32], into operand: Int, of shape: Shape) {
    guard operand >= 0 else { return }
    var sum = gradients[operand] ?? .zeros(shape)
    gradients[operand] = nil
    sum.makeUnique()
    Kernels.scatterAdd(rows, ids, into: sum)
    gradients[operand] = sum
  }

  /// Adds `gradient` to a window of the operand's gradient, without a whole tensor of zeros each time.
  mutating func accumulate(
    _ gradient: Tensor, into operand: Int, of shape: Shape, window: Window
  ) {
    guard operand >= 0 else { return }
    var sum = gradients[operand] ?? .zeros(shape)
    gradients[operand] = nil
    sum.makeUnique()
    let part = Tensor(
      storage: sum.storage, offset: sum.offset + window.offset, shape: window.shape,
      strides: window.strides)
    Kernels.accumulate(gradient, into: part)
    gradients[operand] = sum
  }
}
