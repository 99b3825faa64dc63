import RLXTensor

/// K scores for each hidden state, one a class: the head of transformers' token classification.
package final class ClassifierHead {
  package let weight: Parameter  // [K, C]
  package let bias: Parameter  // [K]

  /// A fresh head as transformers makes it: N(0, `deviation`), bias 0.
  package convenience init(width C: Int, classes K: Int, deviation: Float, draw: Draw) {
    self.init(weight: Tensor.randn([K, C], draw: draw) * deviation, bias: .zeros([K]))
  }

  /// A head with given weights: [K, C] and [K].
  package init(weight: Tensor, bias: Tensor) {
    precondition(
      weight.shape.rank == 2 && bias.shape == [weight.shape[0]],
      "a classifier head wants [K, C] and [K], got \(weight.shape) and \(bias.shape)")
    self.weight = Parameter("score.weight", weight)
    self.bias = Parameter("score.bias", bias)
  }

  package var parameters: [Parameter] { [weight, bias] }
  package var classes: Int { weight.value.shape[0] }

  /// h Wᵀ + b: [R, C] → [R, K].
  package func callAsFunction(_ hidden: Tensor, recording: Bool) -> Tensor {
    hidden.linear(weight.used(recording), bias: bias.used(recording))
  }
}
