extension Tensor {
  /// `body(x)`, of which only x is kept for the gradient: `backward` computes the rest again (Chen et
  /// al. 2016, arXiv 1604.06174). The body has to compute the same each time, from x, constants and
  /// parameters, and no other tracked tensor; values and gradients have the bits they have without.
  /// Parameters in it are given their gradients as they come.
  package static func checkpointed(_ x: Tensor, _ body: @escaping (Tensor) -> Tensor) -> Tensor {
    let input = x.detached()
    // Recorded where x or a parameter in the body is tracked; what it recorded goes right away.
    let y = body(x.tracksGradient ? Parameter("checkpoint", input).tracked : input)
    guard y.tracksGradient else { return y }
    let tape = Tape.shared(by: [x.origin])
    var result = y.detached()
    result.origin = .recorded(
      tape, tape.append(.checkpoint(x: input, body: body), [tape.place(of: x.origin)]))
    return result
  }
}

extension GradientPass {
  /// Runs a checkpointed body again, recording, and goes back through it.
  mutating func pullCheckpoint(_ dy: Tensor, _ x: Tensor, _ body: (Tensor) -> Tensor, into at: Int)
  {
    let input = Parameter("checkpoint", x)
    input.isFrozen = at < 0
    guard case .recorded(let tape, let index) = body(input.tracked).origin else { return }
    let (root, base) = tape.resolved()
    root.pull(dy, from: base + index)
    if let gradient = input.gradient { accumulate(gradient, into: at) }
  }
}
