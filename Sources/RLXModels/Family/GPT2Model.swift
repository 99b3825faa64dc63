import RLXTensor

/// GPT-2 (Radford et al., 2019): learned positions, pre-norm with layer norm, one fused product for
/// queries, keys and values, GELU. Parameters stand under their Hugging Face names; dropout is never
/// applied, in training neither.
///
/// Letters: N packed tokens, C width, H heads, D = C / H head size, I inner width, V vocabulary, P
/// positions.
package final class GPT2Model: BuiltFamily {
  /// y = x W + b with W [in, out], the other way round than elsewhere: GPT-2's `Conv1D`.
  struct Conv1D {
    let weight: Parameter
    let bias: Parameter

    func callAsFunction(_ x: Tensor, _ mode: ForwardMode) -> Tensor {
      switch mode {
      case .recording, .reading: x.matmul(weight.used(mode)) + bias.used(mode)
      case .decoding: x.matmulRows(weight.value) + bias.value
      }
    }
  }

  struct LayerNorm {
    let weight: Parameter  // [C]
    let bias: Parameter  // [C]
    let eps: Float

    func callAsFunction(_ x: Tensor, _ mode: ForwardMode) -> Tensor {
      x.layerNorm(weight.used(mode), bias.used(mode), eps: eps)
    }
  }

  struct Layer {
    let attentionNorm: LayerNorm  // ln_1
    let qkv: Conv1D  // attn.c_attn [C, 3C]
    let o: Conv1D  // attn.c_proj [C, C]
    let innerNorm: LayerNorm  // ln_2
    let up: Conv1D  // mlp.c_fc [C, I]
    let down: Conv1D  // mlp.c_proj [I, C]
  }

  package let config: ModelConfig
  package private(set) var parameters: [Parameter] = []
  private let embedding: Parameter  // transformer.wte [V, C]
  private let positions: Parameter  // transformer.wpe [P, C]
  private let layers: [Layer]
  private let norm: LayerNorm  // transformer.ln_f
  private let output: Parameter?  // lm_head [V, C]; nil if the embedding serves

  init<Failure: Error>(
    config: ModelConfig, source: (String, Shape, ParameterRole) throws(Failure) -> Tensor
  ) throws(Failure) {
    self.config = config
    let (C, I, V, P) = (config.width, config.innerWidth, config.vocabulary, config.context)
    var made: [Parameter] = []
    func parameter(
      _ name: String, _ shape: Shape, _ role: ParameterRole
    ) throws(Failure) -> Parameter {
      let parameter = Parameter(name, try source(name, shape, role))
      made.append(parameter)
      return parameter
    }
    func conv(
      _ name: String, _ K: Int, _ M: Int, _ role: ParameterRole = .weight
    ) throws(Failure) -> Conv1D {
      let weight = try parameter(name + ".weight", [K, M], role)
      return Conv1D(weight: weight, bias: try parameter(name + ".bias", [M], .bias))
    }
    func layerNorm(_ name: String) throws(Failure) -> LayerNorm {
      let weight = try parameter(name + ".weight", [C], .scale)
      return LayerNorm(
        weight: weight, bias: try parameter(name + ".bias", [C], .bias), eps: config.normEps)
    }
    embedding = try parameter("transformer.wte.weight", [V, C], .weight)
    positions = try parameter("transformer.wpe.weight", [P, C], .weight)
    var stack: [Layer] = []
    for index in 0..<config.layers {
      let at = "transformer.h.\(index)."
      stack.append(
        Layer(
          attentionNorm: try layerNorm(at + "ln_1"),
          qkv: try conv(at + "attn.c_attn", C, 3 * C),
          o: try conv(at + "attn.c_proj", C, C, .residual),
          innerNorm: try layerNorm(at + "ln_2"),
          up: try conv(at + "mlp.c_fc", C, I),
          down: try conv(at + "mlp.c_proj", I, C, .residual)))
    }
    layers = stack
    norm = try layerNorm("transformer.ln_f")
    output = config.tiesEmbeddings ? nil : try parameter("lm_head.weight", [V, C], .weight)
    parameters = made
  }

  /// Older files name the weights without `transformer.` in front.
  static func stored(_ name: String, in weights: WeightFiles) -> String {
    let prefix = "transformer."
    let hasPrefix = weights.names.contains { $0.hasPrefix(prefix) }
    return hasPrefix || !name.hasPrefix(prefix) ? name : String(name.dropFirst(prefix.count))
  }

  /// Causal masks, kept in older files.
  static func isLeftOver(_ name: String) -> Bool {
    name.hasSuffix(".attn.bias") || name.hasSuffix(".attn.masked_bias")
  }

  // MARK: - Forward

  package func hidden(_ batch: PackedBatch, recording: Bool) -> Tensor {
    run(batch, BatchAttention(batch, recording: recording))
  }

  package func decode(_ batch: PackedBatch, rows: [Int32], cache: KVCache) -> Tensor {
    run(batch, BatchAttention(batch, rows: rows, cache: cache))
  }

  package func head(_ hidden: Tensor, recording: Bool) -> Tensor {
    hidden.linear((output ?? embedding).used(recording))
  }

  package func decodeHead(_ hidden: Tensor) -> Tensor {
    hidden.linearRows((output ?? embedding).value)
  }

  /// The network over N tokens: [N, C].
  private func run(_ batch: PackedBatch, _ attend: BatchAttention) -> Tensor {
    let (C, mode) = (config.width, attend.mode)
    var x =
      Tensor.embedding(embedding.used(mode), batch.tokens)
      + Tensor.embedding(positions.used(mode), batch.positions)  // [N, C]
    for (index, layer) in layers.enumerated() {
      let qkv = layer.qkv(layer.attentionNorm(x, mode), mode)  // [N, 3C]
      func part(_ i: Int) -> Tensor { qkv.slice(axis: 1, from: i * C, to: (i + 1) * C) }
      let attended = attend(
        layer: index, q: part(0), k: part(1), v: part(2), heads: config.heads,
        kvHeads: config.heads, scale: attentionScale(index))
      x = x + layer.o(attended, mode)
      let inner = activated(layer.up(layer.innerNorm(x, mode), mode))  // [N, I]
      x = x + layer.down(inner, mode)
    }
    return norm(x, mode)
  }

  /// 1 / √D, unless the configuration says otherwise.
  private func attentionScale(_ layer: Int) -> Float {
    let scale = config.scalesAttention ? 1 / Float(config.headSize).squareRoot() : 1
    return config.scalesAttentionByLayer ? scale / Float(layer + 1) : scale
  }

  private func activated(_ x: Tensor) -> Tensor {
    switch config.activation {
    case .geluTanh: x.gelu()
    case .gelu: x.gelu(approximate: false)
    case .relu: x.relu()
    case .silu: x.silu()
    case .tanh: x.tanh()
    }
  }
}
