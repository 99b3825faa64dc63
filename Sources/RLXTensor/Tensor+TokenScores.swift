/// What logits [R, V] say of one token of each row, under softmax(logits / temperature).
package struct TokenScores {
  /// log p of the token, in nats: [R], with gradients where the logits have some.
  package internal(set) var logProbs: Tensor
  /// −Σ p log p of each row, in nats: [R], without gradients.
  package let entropies: Tensor
  /// [R]: the likeliest token of each row, the first of equals.
  package let best: [Int32]

  init(logProbs: Tensor, entropies: Tensor, best: [Int32]) {
    (self.logProbs, self.entropies, self.best) = (logProbs, entropies, best)
  }

  /// The scores of some rows after those of others.
  package init(joining parts: [TokenScores]) {
    logProbs = .concat(parts.map(\.logProbs), axis: 0)
    entropies = .concat(parts.map(\.entropies), axis: 0)
    best = parts.flatMap(\.best)
  }
}

extension Tensor {
  /// Scores of `targets` under logits [R, V]. Keeps no softmax; the gradient takes the logits' own
  /// memory if nothing else holds it by then.
  package func tokenScores(_ targets: [Int32], temperature: Float = 1) -> TokenScores {
    precondition(
      rank == 2 && shape[0] == targets.count
        && targets.allSatisfy { 0 <= $0 && $0 < shape[1] },
      "tokenScores: logits \(shape), \(targets.count) targets")
    let logits = contiguous()
    var (scores, rest) = Kernels.tokenScores(logits, targets, 1 / temperature)
    scores.logProbs = scores.logProbs.recorded(
      [self],
      .tokenLogProbs(
        logits: logits, rest: rest, targets: targets, inverseTemperature: 1 / temperature))
    return scores
  }

  /// log softmax(logits / temperature)[r, targets[r]] in nats, for logits [R, V]: [R].
  package func tokenLogProbs(_ targets: [Int32], temperature: Float = 1) -> Tensor {
    tokenScores(targets, temperature: temperature).logProbs
  }
}

extension GradientPass {
  /// The gradient of scored logits; false if `record` is of something else. The record lets go of the
  /// logits first, so that their memory can be used.
  mutating func pullTokenLogProbs(_ dy: Tensor, through record: inout Tape.Record?) -> Bool {
    guard let operand = record?.operands.first, var kept = record?.op.scored else { return false }
    record = nil
    let gradient = Kernels.tokenScoresBackward(
      dy, &kept.logits, kept.rest, kept.targets, kept.inverseTemperature)
    accumulate(gradient, into: operand)
    return true
  }
}

extension Op {
  fileprivate var scored:
    (logits: Tensor, rest: Tensor, targets: [Int32], inverseTemperature: Float)?
  {
    guard case .tokenLogProbs(let logits, let rest, let targets, let scale) = self else {
      return nil
    }
    return (logits, rest, targets, scale)
  }
}
