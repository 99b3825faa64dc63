/// What a tensor was computed from, as it stands: put back, it can be gone through again although
/// `backward()` has freed it since.
package struct GraphState {
  private let tapes: [(tape: Tape, state: Tape.State)]

  /// nil for a tensor that no operation on a leaf led to.
  package init?(_ tensor: Tensor) {
    guard case .recorded(let tape, _) = tensor.origin else { return nil }
    var tapes: [(tape: Tape, state: Tape.State)] = []
    var next: Tape? = tape
    while let tape = next {
      let state = tape.state
      tapes.append((tape, state))
      next = state.next
    }
    self.tapes = tapes
  }

  /// The tensors kept for the gradients.
  package var saved: [Tensor] { tapes.flatMap { $0.state.operations.flatMap(\.saved) } }

  package func restore() {
    for (tape, state) in tapes { tape.state = state }
  }
}

extension Op {
  /// The tensors it keeps for its gradient.
  var saved: [Tensor] {
    switch self {
    case .unary(_, let saved, _, _): [saved]
    case .multiply(let a, let b), .divide(let a, let b), .power(let a, let b),
      .minimum(let a, let b), .maximum(let a, let b), .matmul(let a, let b, _):
      [a, b]
    case .select(let mask, _, _): [mask]
    case .extreme(let x, let y, _), .logSumExp(let x, let y): [x, y]
    case .softmax(let y), .logSoftmax(let y): [y]
    case .linear(let x, let weight, _): [x, weight]
    case .rmsNorm(let x, let weight, let rstd): [x, weight, rstd]
    case .layerNorm(let x, let weight, let mean, let rstd): [x, weight, mean, rstd]
    case .attention(_, let q, let k, let v, let o, let lse): [q, k, v, o, lse]
    case .swiglu(let gate, let up): [gate, up]
    case .tokenLogProbs(let logits, let rest, _, _): [logits, rest]
    case .tokenEntropy(let logits, let rest, let entropy): [logits, rest, entropy]
    case .checkpoint(let x, _): [x]
    case .leaf, .add, .subtract, .sum, .cumulativeSum, .reshape, .permute, .broadcast, .slice,
      .assign, .concat, .rows, .rope:
      []
    }
  }
}

// MARK: - Whose memory is whose

extension Tensor {
  /// Tells apart the memory of tensors that are alive at the same time.
  package var memory: ObjectIdentifier { ObjectIdentifier(storage) }

  /// Bytes of that memory, of which a slice uses a part.
  package var memoryBytes: Int { storage.capacity * MemoryLayout<Float>.stride }

  /// Whether both are the same elements of the same memory.
  package func isSame(as other: Tensor) -> Bool {
    storage === other.storage && offset == other.offset && strides == other.strides
      && shape == other.shape
  }
}
