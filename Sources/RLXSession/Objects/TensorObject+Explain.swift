import RLXScript
import RLXTensor

extension TensorObject: Explaining {
  /// Its shape, and how its elements are spread.
  package func explanation(of name: String?) throws -> String {
    if let name {
      throw Fault(
        .name, "explain: a tensor has no part \"\(name)\"",
        remedy: "explain(t), or help(\"tensor\")")
    }
    let dims = tensor.shape.dims.map { String($0) }.joined(separator: " × ")
    var page =
      tensor.rank == 0
      ? "A scalar tensor: one float32 number."
      : "A tensor of \(dims) float32 numbers: \(NumberText.count(tensor.count, "element"))."
    if tensor.parameter != nil {
      page += "\nA leaf: backward() on what is computed from it adds to its .grad"
      page += tensor.parameter?.gradient == nil ? ", which is nil now." : "."
    } else if tensor.tracksGradient {
      page += "\nComputed from leaves that track gradients: .sum().backward() would reach them."
    }
    return page + "\n\nElements\n" + HelpText.columns(spread)
  }

  /// Statistics of the finite elements, in double precision.
  private var spread: [(String, String)] {
    let values = tensor.array.map { Double($0) }
    let finite = values.filter(\.isFinite)
    var facts: [(String, String)] = []
    if let low = finite.min(), let high = finite.max() {
      let mean = finite.reduce(0, +) / Double(finite.count)
      let squares = finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      facts = [
        ("min", NumberText.significant(low)), ("max", NumberText.significant(high)),
        ("mean", NumberText.significant(mean)),
        ("std", NumberText.significant((squares / Double(finite.count)).squareRoot())),
        ("zeros", NumberText.grouped(finite.count { $0 == 0 })),
      ]
    }
    facts.append(("not finite", NumberText.grouped(values.count - finite.count)))
    return facts
  }
}
