import RLXTensor

/// Queries, keys and values by a product each, and one after attention: Llama's layout.
///
/// Letters: N packed tokens, C width, H heads, KV heads of keys and values, D head size.
struct SplitAttention {
  /// What is normed before positions turn it.
  enum QueryNorm {
    case none
    /// The queries and keys of each head: weights [D].
    case perHead
    /// All queries, and all keys: weights [H·D] and [KV·D].
    case whole
  }

  let q: Linear  // C → H·D
  let k: Linear  // C → KV·D
  let v: Linear  // C → KV·D
  let o: Linear  // H·D → C
  let qNorm: RMSNorm?
  let kNorm: RMSNorm?

  init<Failure: Error>(
    _ make: NetworkBuilder<Failure>, norm: QueryNorm = .none, isShifted: Bool = false
  ) throws(Failure) {
    let config = make.config
    let (C, D, QW, KW) = (config.width, config.headSize, config.queryWidth, config.kvWidth)
    let bias = config.attentionBias
    q = try make.linear("self_attn.q_proj", in: C, out: QW, bias: bias)
    k = try make.linear("self_attn.k_proj", in: C, out: KW, bias: bias)
    v = try make.linear("self_attn.v_proj", in: C, out: KW, bias: bias)
    o = try make.linear("self_attn.o_proj", in: QW, out: C, bias: config.attentionOutputBias)
    switch norm {
    case .none: (qNorm, kNorm) = (nil, nil)
    case .perHead:
      qNorm = try make.rmsNorm("self_attn.q_norm", D, isShifted: isShifted)
      kNorm = try make.rmsNorm("self_attn.k_norm", D, isShifted: isShifted)
    case .whole:
      qNorm = try make.rmsNorm("self_attn.q_norm", QW, isShifted: isShifted)
      kNorm = try make.rmsNorm("self_attn.k_norm", KW, isShifted: isShifted)
    }
  }

  /// [N, C] → [N, C], added to `residual` [N, C] if there is one.
  func callAsFunction(
    _ x: Tensor, layer: Int, _ pass: RotaryPass, _ mode: ForwardMode,
    addedTo residual: Tensor? = nil
  ) -> Tensor {
    let parts = Linear.each([q, k, v], x, mode)
    let attended = pass(
      layer: layer, q: qNorm?(parts[0], mode) ?? parts[0], k: kNorm?(parts[1], mode) ?? parts[1],
      v: parts[2])
    return o(attended, mode, addedTo: residual)
  }
}

/// down(activation(gate(x)) · up(x)) (Shazeer 2020): the feed-forward part of most families.
///
/// Letters: N packed tokens, C width, I inner width.
struct GatedUnit {
  let gate: Linear  // C → I
  let up: Linear  // C → I
  let down: Linear  // I → C
  private let activation: ModelConfig.Activation

  init<Failure: Error>(_ make: NetworkBuilder<Failure>) throws(Failure) {
    let config = make.config
    let (C, I, bias) = (config.width, config.innerWidth, config.mlpBias)
    gate = try make.linear("mlp.gate_proj", in: C, out: I, bias: bias)
    up = try make.linear("mlp.up_proj", in: C, out: I, bias: bias)
    down = try make.linear("mlp.down_proj", in: I, out: C, bias: bias)
    activation = config.activation
  }

  /// [N, C] → [N, C], added to `residual` [N, C] if there is one.
  func callAsFunction(
    _ x: Tensor, _ mode: ForwardMode, addedTo residual: Tensor? = nil
  ) -> Tensor {
    let parts = Linear.each([gate, up], x, mode)
    return down(activation.gated(parts[0], parts[1]), mode, addedTo: residual)
  }
}

extension ModelConfig.Activation {
  /// activation(gate) · up
  func gated(_ gate: Tensor, _ up: Tensor) -> Tensor {
    self == .silu ? Tensor.swiglu(gate: gate, up: up) : self(gate) * up
  }
}
