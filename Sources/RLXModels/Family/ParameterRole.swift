import RLXTensor

/// What a parameter is, which decides its fresh value: transformers' `_init_weights`.
enum ParameterRole {
  /// A matrix or table: N(0, initialRange).
  case weight
  /// A matrix whose product is added to the residual stream, where that is drawn smaller.
  case residual
  case bias
  case scale
  /// A scale less 1.
  case shift

  /// A fresh value; takes one draw, whatever it is.
  func fresh(_ shape: Shape, _ config: ModelConfig, _ draw: inout Draw) -> Tensor {
    defer { draw.count += 1 }
    switch self {
    case .weight:
      return Tensor.randn(shape, draw: draw) * config.initialRange
    case .residual:
      // Two additions a layer: their sum keeps the variance of one (Radford et al. 2019, 2.3).
      let additions = Float(2 * config.layers)
      return Tensor.randn(shape, draw: draw) * (config.initialRange / additions.squareRoot())
    case .bias, .shift: return .zeros(shape)
    case .scale: return .ones(shape)
    }
  }
}

extension Parameter {
  /// This parameter in a computation: recorded, or only its value.
  func used(_ recording: Bool) -> Tensor { recording ? tracked : value }

  func used(_ mode: ForwardMode) -> Tensor { used(mode == .recording) }
}
