import RLXData
import RLXTensor

extension ModelConfig {
  /// An elementwise function between two products.
  package enum Activation: Sendable, Equatable {
    case geluTanh, gelu, relu, silu, tanh

    func callAsFunction(_ x: Tensor) -> Tensor {
      switch self {
      case .geluTanh: x.gelu()
      case .gelu: x.gelu(approximate: false)
      case .relu: x.relu()
      case .silu: x.silu()
      case .tanh: x.tanh()
      }
    }
  }

  /// The names transformers has for these functions; the first of each is written.
  private static let activations: [(activation: Activation, names: [String])] = [
    (.geluTanh, ["gelu_new", "gelu_pytorch_tanh", "gelu_fast"]), (.gelu, ["gelu"]),
    (.relu, ["relu"]), (.silu, ["silu", "swish"]), (.tanh, ["tanh"]),
  ]

  /// The function that a field of config.json names; nil if the field is missing.
  static func activation(_ fields: JSONFields, _ name: String) throws(ModelError) -> Activation? {
    guard let found = try fields.string(name) else { return nil }
    for (activation, names) in activations where names.contains(found) { return activation }
    throw .unsupportedField(
      name: name, file: fields.file, found: "\"\(found)\"",
      supported: activations.flatMap(\.names).map { "\"\($0)\"" }.joined(separator: ", "))
  }

  /// What config.json calls the activation.
  var activationName: JSON {
    .string(Self.activations.first { $0.activation == activation }?.names.first ?? "gelu_new")
  }
}
