extension GradientPass {
  /// Brings `dy`, the gradient of a record's result, to its operands. The one place where gradients
  /// are defined: an operation without its case here does not compile.
  mutating func pull(_ dy: Tensor, through last: inout Tape.Record?) {
    if pullTokenLogProbs(dy, through: &last) { return }
    guard let record = last else { return }
    let at = record.operands
    switch record.op {
    case .leaf(let parameter):
      if !parameter.isFrozen { parameter.accumulate(dy) }
    case .unary(let op, let saved, let p0, let p1):  // dx = dy f'(x)
      accumulate(Kernels.unaryBackward(op, dy, saved, p0, p1), into: at[0])
    case .add(let a, let b):  // y = a + b
      accumulate(dy.summed(to: a), into: at[0])
      accumulate(dy.summed(to: b), into: at[1])
    case .subtract(let a, let b):  // y = a - b
      accumulate(dy.summed(to: a), into: at[0])
      accumulate((-dy).summed(to: b), into: at[1])
    case .multiply(let a, let b):  // y = a b
      accumulate((dy * b).summed(to: a.shape), into: at[0])
      accumulate((dy * a).summed(to: b.shape), into: at[1])
    case .divide(let a, let b):  // y = a / b: da = dy / b, db = -dy a / b²
      accumulate((dy / b).summed(to: a.shape), into: at[0])
      accumulate((-dy * (a / b) / b).summed(to: b.shape), into: at[1])
    case .power(let a, let b):  // y = a ** b: da = dy b a ** (b - 1), db = dy y log a
      accumulate((dy * .binary(.powerByBase, a, b)).summed(to: a.shape), into: at[0])
      accumulate((dy * .binary(.powerByExponent, a, b)).summed(to: b.shape), into: at[1])
    case .minimum(let a, let b):  // equal values share dy
      accumulate((dy * .binary(.minimumByFirst, a, b)).summed(to: a.shape), into: at[0])
      accumulate((dy * .binary(.minimumByFirst, b, a)).summed(to: b.shape), into: at[1])
    case .maximum(let a, let b):
      accumulate((dy * .binary(.maximumByFirst, a, b)).summed(to: a.shape), into: at[0])
      accumulate((dy * .binary(.maximumByFirst, b, a)).summed(to: b.shape), into: at[1])
    case .select(let mask, let a, let b):  // y = mask ? a : b
      let zero = Tensor.zeros([])
      accumulate(Tensor.select(mask, dy, zero).summed(to: a), into: at[0])
      accumulate(Tensor.select(mask, zero, dy).summed(to: b), into: at[1])
    case .sum(let shape, let axis, let scale):  // every summand gets scale dy
      accumulate(dy.spread(to: shape, axis, scale: scale), into: at[0])
    case .extreme(let x, let y, let axis):  // places equal to the extreme share dy
      accumulate(Kernels.extremeBackward(dy, x, y, axis), into: at[0])
    case .softmax(let y):  // dx = y (dy - Σ dy y)
      accumulate(Kernels.softmaxBackward(dy, y), into: at[0])
    case .logSoftmax(let y):  // dx = dy - exp(y) Σ dy
      accumulate(Kernels.logSoftmaxBackward(dy, y), into: at[0])
    case .logSumExp(let x, let y):  // dx = dy exp(x - y)
      accumulate(Kernels.logSumExpBackward(dy, x, y), into: at[0])
    case .cumulativeSum(let axis):  // dx[i] = Σ over j ≥ i of dy[j]
      accumulate(Kernels.cumulativeSum(dy, axis, backward: true), into: at[0])
    case .reshape(let shape):
      accumulate(dy.contiguous().viewed(as: shape), into: at[0])
    case .permute(let axes):
      accumulate(dy.permuted(Self.inverse(of: axes)), into: at[0])
    case .broadcast(let shape):
      accumulate(dy.summed(to: shape), into: at[0])
    case .slice(let shape, let window):
      accumulate(dy, into: at[0], of: shape, window: window)
    case .assign(let window):  // y = x but for the window, which is v
      accumulate(dy.filled(window, with: 0), into: at[0])
      accumulate(dy.contiguous().window(window), into: at[1])
    case .concat(let axis, let sizes):
      var start = 0
      for (operand, size) in zip(at, sizes) {
        accumulate(dy.slice(axis: axis, from: start, to: start + size), into: operand)
        start += size
      }
    case .rows(let shape, let ids):  // dx[ids[i]] += dy[i]
      accumulate(rows: dy, ids, into: at[0], of: shape)
    case .matmul(let a, let b, let dtype):
      pullMatmul(dy, a, b, dtype, into: at)
    case .linear(let x, let weight, let dtype):  // y = x Wᵀ: dx = dy W, dW = dyᵀ x
      pullLinear(dy, x, weight, dtype, into: at)
    case .rmsNorm(let x, let weight, let rstd):
      let (dx, dw) = Kernels.rmsNormBackward(dy, x, weight, rstd, weightToo: at[1] >= 0)
      accumulate(dx, into: at[0])
      accumulate(dw, into: at[1])
    case .layerNorm(let x, let weight, let mean, let rstd):
      let both = at[1] >= 0 || at[2] >= 0
      let g = Kernels.layerNormBackward(dy, x, weight, mean, rstd, weightsToo: both)
      accumulate(g.x, into: at[0])
      accumulate(g.weight, into: at[1])
      accumulate(g.bias, into: at[2])
    case .rope(let table, let positions, let heads):  // the inverse rotation
      accumulate(Kernels.rope(dy, positions, heads, table, sign: -1), into: at[0])
    case .attention(let call, let q, let k, let v, let o, let lse):
      // One operand: q, k and v are its columns.
      let g = Kernels.attentionBackward(
        call, dy, q: q, k: k, v: v, o: o, lse: lse, packed: at.count == 1)
      if let all = g.all {
        accumulate(all, into: at[0])
      } else {
        accumulate(g.q, into: at[0])
        accumulate(g.k, into: at[1])
        accumulate(g.v, into: at[2])
      }
    case .swiglu(let gate, let up):  // y = silu(gate) up
      let g = Kernels.swigluBackward(dy, gate, up)
      accumulate(g.gate, into: at[0])
      accumulate(g.up, into: at[1])
    case .tokenLogProbs:  // dx = dy (1[target] - p) / temperature: pullTokenLogProbs, above
      break
    case .tokenEntropy(let logits, let rest, let entropy):  // dx = -dy p (log p + H)
      accumulate(Kernels.tokenEntropyBackward(dy, logits, rest, entropy), into: at[0])
    case .checkpoint(let x, let body):
      pullCheckpoint(dy, x, body, into: at[0])
    }
  }

  private static func inverse(of axes: [Int]) -> [Int] {
    var inverse = axes
    for (place, axis) in axes.enumerated() { inverse[axis] = place }
    return inverse
  }
}
