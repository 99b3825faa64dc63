import RLXTensor

/// One number for each hidden state: the head of reward models and of PPO's value function.
package final class ValueHead {
  /// How fresh weights are drawn.
  package enum Initialization: Sendable, Equatable {
    /// U(−1/√C, 1/√C) for weight and bias, the default of PyTorch's `nn.Linear`.
    case torchLinear
    /// N(0, std) for the weight, bias 0.
    case normal(Float)
  }

  package let weight: Parameter  // [1, C]
  package let bias: Parameter  // [1]

  package init(width C: Int, kind: Initialization, draw: Draw) {
    var next = draw
    next.count += 1
    switch kind {
    case .torchLinear:
      let bound = 1 / Float(C).squareRoot()
      weight = Parameter(
        "weight", .uniform([1, C], low: -bound, high: bound, draw: draw))
      bias = Parameter("bias", .uniform([1], low: -bound, high: bound, draw: next))
    case .normal(let deviation):
      weight = Parameter("weight", Tensor.randn([1, C], draw: draw) * deviation)
      bias = Parameter("bias", .zeros([1]))
    }
  }

  /// A head with given weights: [1, C] and [1].
  package init(weight: Tensor, bias: Tensor) {
    precondition(
      weight.shape.rank == 2 && weight.shape[0] == 1 && bias.shape == [1],
      "a value head wants [1, C] and [1], got \(weight.shape) and \(bias.shape)")
    self.weight = Parameter("weight", weight)
    self.bias = Parameter("bias", bias)
  }

  package var parameters: [Parameter] { [weight, bias] }

  /// h · w + b: [R, C] → [R].
  package func callAsFunction(_ hidden: Tensor, recording: Bool) -> Tensor {
    let value = hidden.linear(weight.used(recording), bias: bias.used(recording))
    return value.reshape([hidden.shape[0]])
  }

  package func copy() -> ValueHead { ValueHead(weight: weight.value, bias: bias.value) }
}
