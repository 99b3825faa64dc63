extension Op {
  /// The cases of `Op` without what they hold, for tests that want to meet all of them.
  enum Kind: String, CaseIterable {
    case leaf, unary, add, subtract, multiply, divide, power, minimum, maximum, select, sum, extreme
    case softmax, logSoftmax, logSumExp, cumulativeSum, reshape, permute, broadcast, slice, assign
    case concat, rows, matmul, linear, rmsNorm, layerNorm, rope, attention, swiglu, tokenLogProbs
    case tokenEntropy, checkpoint
  }

  var kind: Kind {
    switch self {
    case .leaf: .leaf
    case .unary: .unary
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .power: .power
    case .minimum: .minimum
    case .maximum: .maximum
    case .select: .select
    case .sum: .sum
    case .extreme: .extreme
    case .softmax: .softmax
    case .logSoftmax: .logSoftmax
    case .logSumExp: .logSumExp
    case .cumulativeSum: .cumulativeSum
    case .reshape: .reshape
    case .permute: .permute
    case .broadcast: .broadcast
    case .slice: .slice
    case .assign: .assign
    case .concat: .concat
    case .rows: .rows
    case .matmul: .matmul
    case .linear: .linear
    case .rmsNorm: .rmsNorm
    case .layerNorm: .layerNorm
    case .rope: .rope
    case .attention: .attention
    case .swiglu: .swiglu
    case .tokenLogProbs: .tokenLogProbs
    case .tokenEntropy: .tokenEntropy
    case .checkpoint: .checkpoint
    }
  }
}

extension Tensor {
  /// Names of the operations on this tensor's tape, leaves included, in order; for tests.
  package var recordedOperations: [String] {
    guard case .recorded(let tape, _) = origin else { return [] }
    return tape.resolved().tape.records.compactMap { $0?.op }.map { op in
      if case .unary(let unary, _, _, _) = op { return "unary.\(unary)" }
      return op.kind.rawValue
    }
  }

  /// Every name that `recordedOperations` can give, so that tests can say which they lack.
  package static var allOperations: [String] {
    Op.Kind.allCases.filter { $0 != .unary }.map(\.rawValue)
      + UnaryOp.allCases.map { "unary.\($0)" }
  }
}
