import RLXTensor

/// The Llama family (Touvron et al., 2023): pre-norm with RMS norm, rotary positions, grouped-query
/// attention, SwiGLU. Parameters stand under their Hugging Face names.
///
/// Letters: N packed tokens, C width, H heads, KV heads of keys and values, D head size, I inner
/// width, V vocabulary.
package final class LlamaModel: ModelFamily {
  /// y = x Wᵀ + b, W [out, in]
  struct Linear {
    let weight: Parameter
    let bias: Parameter?

    func callAsFunction(_ x: Tensor, _ mode: Mode) -> Tensor {
      switch mode {
      case .recording: x.linear(weight.tracked, bias: bias?.tracked)
      case .reading: x.linear(weight.value, bias: bias?.value)
      case .decoding: x.linearRows(weight.value, bias: bias?.value)
      }
    }
  }

  /// What a forward pass is for.
  enum Mode {
    /// Training: gradients are recorded.
    case recording
    /// Values only.
    case reading
    /// Generation: values only, each token with the same bits whatever else is in the batch.
    case decoding
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

  /// A network of the shape `config` says. `source` gives each tensor, in checkpoint order, for its
  /// name, shape and role.
  private init<Failure: Error>(
    config: ModelConfig, source: (String, Shape, Role) throws(Failure) -> Tensor
  ) throws(Failure) {
    self.config = config
    let (C, I, V) = (config.width, config.innerWidth, config.vocabulary)
    let (QW, KW) = (config.queryWidth, config.kvWidth)
    let (bias, mlpBias) = (config.attentionBias, config.mlpBias)
    var made: [Parameter] = []
    func parameter(_ name: String, _ shape: Shape, _ role: Role) throws(Failure) -> Parameter {
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

  /// What a parameter is, which decides its fresh value.
  private enum Role { case weight, bias, scale }

  /// Fresh weights as transformers makes them: N(0, initialRange), scales 1, biases 0.
  package convenience init(config: ModelConfig, draw: Draw) {
    var draw = draw
    self.init(config: config) { (_, shape: Shape, role: Role) -> Tensor in
      defer { draw.count += 1 }
      return switch role {
      case .weight: Tensor.randn(shape, draw: draw) * config.initialRange
      case .bias: Tensor.zeros(shape)
      case .scale: Tensor.ones(shape)
      }
    }
  }

  /// The weights of a checkpoint, which must have all of them, in these shapes, and no others.
  package convenience init(config: ModelConfig, checkpoint: Checkpoint) throws(ModelError) {
    try self.init(config: config) { (name, shape: Shape, _: Role) throws(ModelError) -> Tensor in
      try checkpoint.tensor(named: name, shape: shape)
    }
    let used = Set(parameters.map(\.name))
    for name in checkpoint.names where !used.contains(name) && !isRedundant(name) {
      throw .unexpectedTensor(name: name, file: checkpoint.path)
    }
  }

  /// Tensors that older files hold although others say the same.
  private func isRedundant(_ name: String) -> Bool {
    name.hasSuffix(".rotary_emb.inv_freq") || (name == "lm_head.weight" && config.tiesEmbeddings)
  }

  package func duplicate() -> any ModelFamily {
    var values = parameters.map(\.value).makeIterator()
    return LlamaModel(config: config) { (_, shape: Shape, _: Role) -> Tensor in
      values.next() ?? Tensor.zeros(shape)
    }
  }

  // MARK: - Forward

  package func hidden(_ batch: PackedBatch, recording: Bool) -> Tensor {
    run(batch, recording ? .recording : .reading) { _, q, k, v in
      Tensor.causalAttention(
        q: q, k: k, v: v, offsets: batch.offsets, heads: config.heads, kvHeads: config.kvHeads,
        scale: attentionScale)
    }
  }

  package func decode(_ batch: PackedBatch, rows: [Int32], cache: KVCache) -> Tensor {
    precondition(rows.count == batch.rows, "\(rows.count) cache rows for \(batch.rows) sequences")
    let tokenRows = rows.indices.flatMap { Array(repeating: rows[$0], count: batch.length($0)) }
    // Sequences that begin here need nothing that is not in the batch.
    let isFresh = (0..<batch.rows).allSatisfy {
      batch.length($0) == 0 || batch.positions[Int(batch.offsets[$0])] == 0
    }
    return run(batch, .decoding) { layer, q, k, v in
      cache.append(layer: layer, k: k, v: v, rows: tokenRows, positions: batch.positions)
      guard isFresh && batch.count > batch.rows else {
        return cache.attend(
          layer: layer, q: q, rows: tokenRows, positions: batch.positions, heads: config.heads,
          kvHeads: config.kvHeads, scale: attentionScale)
      }
      return Tensor.causalAttention(
        q: q, k: k, v: v, offsets: batch.offsets, heads: config.heads, kvHeads: config.kvHeads,
        scale: attentionScale)
    }
  }

  package func head(_ hidden: Tensor, recording: Bool) -> Tensor {
    Linear(weight: output ?? embedding, bias: nil)(hidden, recording ? .recording : .reading)
  }

  package func decodeHead(_ hidden: Tensor) -> Tensor {
    Linear(weight: output ?? embedding, bias: nil)(hidden, .decoding)
  }

  package func makeCache(rows: Int, capacity: Int) -> KVCache {
    KVCache(layers: config.layers, rows: rows, capacity: capacity, kvWidth: config.kvWidth)
  }

  /// 1 / sqrt(D) (Vaswani et al., 2017, equation 1).
  private var attentionScale: Float { 1 / Float(config.headSize).squareRoot() }

  /// The network over N tokens; `attend` turns q [N, H·D], k and v [N, KV·D] of a layer into [N, H·D].
  private func run(
    _ batch: PackedBatch, _ mode: Mode, attend: (Int, Tensor, Tensor, Tensor) -> Tensor
  ) -> Tensor {
    let recording = mode == .recording
    let eps = config.normEps
    let positions = batch.positions
    let table = rope.table(upTo: Int(positions.max() ?? 0) + 1)
    var x = Tensor.embedding(embedding.used(recording), batch.tokens)  // [N, C]
    for (index, layer) in layers.enumerated() {
      let h = x.rmsNorm(layer.inputNorm.used(recording), eps: eps)
      let q = layer.q(h, mode).rope(positions, heads: config.heads, table: table)
      let k = layer.k(h, mode).rope(positions, heads: config.kvHeads, table: table)
      let v = layer.v(h, mode)
      x = x + layer.o(attend(index, q, k, v), mode)

      let f = x.rmsNorm(layer.postNorm.used(recording), eps: eps)
      let inner = Tensor.swiglu(gate: layer.gate(f, mode), up: layer.up(f, mode))
      x = x + layer.down(inner, mode)
    }
    return x.rmsNorm(norm.used(recording), eps: eps)
  }
}

extension Parameter {
  /// This parameter in a computation: recorded, or only its value.
  func used(_ recording: Bool) -> Tensor { recording ? tracked : value }
}
