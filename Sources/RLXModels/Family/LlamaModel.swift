import RLXTensor

/// The Llama family (Touvron et al., 2023): pre-norm with RMS norm, rotary positions, grouped-query
/// attention, SwiGLU. Parameters stand under their Hugging Face names.
///
/// Letters: N packed tokens, C width, H heads, KV heads of keys and values, D head size, I inner
/// width, V vocabulary.
package final class LlamaModel: BuiltFamily {
  /// y = x Wᵀ + b, W [out, in]
  struct Linear {
    let weight: Parameter
    let bias: Parameter?

    func callAsFunction(_ x: Tensor, _ mode: ForwardMode) -> Tensor {
      switch mode {
      case .recording, .reading: x.linear(weight.used(mode), bias: bias?.used(mode))
      case .decoding: x.linearRows(weight.value, bias: bias?.value)
      }
    }
  }

  struct Layer {
    let inputNorm: Parameter  // input_layernorm [C]
    let q: Linear  // self_attn.q_proj [H·D, C]
    let k: Linear  // self_attn.k_proj [KV·D, C]
    let v: Linear  // self_attn.v_proj [KV·D, C]
    let o: Linear  // self_attn.o_proj [C, H·D]
    let postNorm: Parameter  // post_attention_layernorm [C]
    let gate: Linear  // mlp.gate_proj [I, C]
    let up: Linear  // mlp.up_proj [I, C]
    let down: Linear  // mlp.down_proj [C, I]
  }

  package let config: ModelConfig
  package private(set) var parameters: [Parameter] = []
  private let embedding: Parameter  // model.embed_tokens [V, C]
  private let layers: [Layer]
  private let norm: Parameter  // model.norm [C]
  private let output: Parameter?  // lm_head [V, C]; nil if the embedding serves
  private let rope: RotaryPositions

  init<Failure: Error>(
    config: ModelConfig, source: (String, Shape, ParameterRole) throws(Failure) -> Tensor
  ) throws(Failure) {
    self.config = config
    let (C, I, V) = (config.width, config.innerWidth, config.vocabulary)
    let (QW, KW) = (config.queryWidth, config.kvWidth)
    let (bias, mlpBias) = (config.attentionBias, config.mlpBias)
    var made: [Parameter] = []
    func parameter(_ name: String, _ shape: Shape, _ role: ParameterRole) throws(Failure)
      -> Parameter
    {
      let parameter = Parameter(name, try source(name, shape, role))
      made.append(parameter)
      return parameter
    }
    func linear(_ name: String, _ M: Int, _ K: Int, bias: Bool) throws(Failure) -> Linear {
      let weight = try parameter(name + ".weight", [M, K], .weight)
      return Linear(
        weight: weight, bias: bias ? try parameter(name + ".bias", [M], .bias) : nil)
    }
    embedding = try parameter("model.embed_tokens.weight", [V, C], .weight)
    var stack: [Layer] = []
    for index in 0..<config.layers {
      let at = "model.layers.\(index)."
      stack.append(
        Layer(
          inputNorm: try parameter(at + "input_layernorm.weight", [C], .scale),
          q: try linear(at + "self_attn.q_proj", QW, C, bias: bias),
          k: try linear(at + "self_attn.k_proj", KW, C, bias: bias),
          v: try linear(at + "self_attn.v_proj", KW, C, bias: bias),
          o: try linear(at + "self_attn.o_proj", C, QW, bias: bias),
          postNorm: try parameter(at + "post_attention_layernorm.weight", [C], .scale),
          gate: try linear(at + "mlp.gate_proj", I, C, bias: mlpBias),
          up: try linear(at + "mlp.up_proj", I, C, bias: mlpBias),
          down: try linear(at + "mlp.down_proj", C, I, bias: mlpBias)))
    }
    layers = stack
    norm = try parameter("model.norm.weight", [C], .scale)
    output = config.tiesEmbeddings ? nil : try parameter("lm_head.weight", [V, C], .weight)
    rope = RotaryPositions(headSize: config.headSize, theta: config.ropeTheta)
    parameters = made
  }

  /// Older files hold what follows from the configuration.
  static func isLeftOver(_ name: String) -> Bool { name.hasSuffix(".rotary_emb.inv_freq") }

  // MARK: - Forward

  package func hidden(_ batch: PackedBatch, recording: Bool) -> Tensor {
    run(batch, BatchAttention(batch, recording: recording))
  }

  package func decode(_ batch: PackedBatch, rows: [Int32], cache: KVCache) -> Tensor {
    run(batch, BatchAttention(batch, rows: rows, cache: cache))
  }

  package func head(_ hidden: Tensor, recording: Bool) -> Tensor {
    Linear(weight: output ?? embedding, bias: nil)(hidden, recording ? .recording : .reading)
  }

  package func decodeHead(_ hidden: Tensor) -> Tensor {
    Linear(weight: output ?? embedding, bias: nil)(hidden, .decoding)
  }

  /// 1 / sqrt(D) (Vaswani et al., 2017, equation 1).
  private var attentionScale: Float { 1 / Float(config.headSize).squareRoot() }

  /// The network over N tokens: [N, C].
  private func run(_ batch: PackedBatch, _ attend: BatchAttention) -> Tensor {
    let mode = attend.mode
    let eps = config.normEps
    let positions = batch.positions
    let table = rope.table(upTo: Int(positions.max() ?? 0) + 1)
    var x = Tensor.embedding(embedding.used(mode), batch.tokens)  // [N, C]
    for (index, layer) in layers.enumerated() {
      let h = x.rmsNorm(layer.inputNorm.used(mode), eps: eps)
      let q = layer.q(h, mode).rope(positions, heads: config.heads, table: table)
      let k = layer.k(h, mode).rope(positions, heads: config.kvHeads, table: table)
      let attended = attend(
        layer: index, q: q, k: k, v: layer.v(h, mode), heads: config.heads,
        kvHeads: config.kvHeads, scale: attentionScale)
      x = x + layer.o(attended, mode)

      let f = x.rmsNorm(layer.postNorm.used(mode), eps: eps)
      let inner = Tensor.swiglu(gate: layer.gate(f, mode), up: layer.up(f, mode))
      x = x + layer.down(inner, mode)
    }
    return x.rmsNorm(norm.used(mode), eps: eps)
  }
}
