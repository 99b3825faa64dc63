import RLXTensor

/// y = x Wᵀ + b, and what an adapter adds to it: the one place where a weight meets activations, in
/// every family.
///
/// Letters: N rows, K inputs, M outputs.
package final class Linear {
  /// How the weight lies in the checkpoint.
  package enum Layout: Sendable {
    /// [M, K]: a row for each output, as nearly everywhere.
    case outputRows
    /// [K, M]: a row for each input; GPT-2's `Conv1D`.
    case inputRows
  }

  package let weight: Parameter
  package let bias: Parameter?  // [M]
  package let layout: Layout
  /// Low-rank matrices that are trained in the weight's place.
  let adapter: LoRAPair?

  init(
    weight: Parameter, bias: Parameter? = nil, layout: Layout = .outputRows,
    adapter: LoRAPair? = nil
  ) {
    self.adapter = adapter
    self.weight = weight
    self.bias = bias
    self.layout = layout
  }

  /// [N, K] → [N, M].
  func callAsFunction(_ x: Tensor, _ mode: ForwardMode) -> Tensor {
    let y = weighted(x, mode)
    return adapter.map { y + $0(x, mode) } ?? y
  }

  private func weighted(_ x: Tensor, _ mode: ForwardMode) -> Tensor {
    switch (layout, mode) {
    case (.outputRows, .recording), (.outputRows, .reading):
      return x.linear(weight.used(mode), bias: bias?.used(mode))
    case (.outputRows, .decoding):
      return x.linearRows(weight.value, bias: bias?.value)
    case (.inputRows, .recording), (.inputRows, .reading):
      return plus(x.matmul(weight.used(mode)), mode)
    case (.inputRows, .decoding):
      return plus(x.matmulRows(weight.value), mode)
    }
  }

  private func plus(_ y: Tensor, _ mode: ForwardMode) -> Tensor {
    bias.map { y + $0.used(mode) } ?? y
  }
}
