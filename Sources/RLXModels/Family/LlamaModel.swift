import RLXTensor

/// The Llama family (Touvron et al., 2023): pre-norm with RMS norm, rotary positions, grouped-query
/// attention, SwiGLU. Parameters stand under their Hugging Face names.
///
/// Letters: N packed tokens, C width, H heads, KV heads of keys and values, D head size, I inner
/// width, V vocabulary.
package final class LlamaModel: BuiltFamily {
  struct Layer {
    let inputNorm: RMSNorm  // [C]
    let q: Linear  // C → H·D
    let k: Linear  // C → KV·D
    let v: Linear  // C → KV·D
    let o: Linear  // H·D → C
    let postNorm: RMSNorm  // [C]
    let gate: Linear  // C → I
    let up: Linear  // C → I
    let down: Linear  // I → C

    init<Failure: Error>(_ make: NetworkBuilder<Failure>) throws(Failure) {
      let config = make.config
      let (C, I) = (config.width, config.innerWidth)
      let (QW, KW) = (config.queryWidth, config.kvWidth)
      let (bias, mlpBias) = (config.attentionBias, config.mlpBias)
      inputNorm = try make.rmsNorm("input_layernorm")
      q = try make.linear("self_attn.q_proj", in: C, out: QW, bias: bias)
      k = try make.linear("self_attn.k_proj", in: C, out: KW, bias: bias)
      v = try make.linear("self_attn.v_proj", in: C, out: KW, bias: bias)
      o = try make.linear("self_attn.o_proj", in: QW, out: C, bias: bias)
      postNorm = try make.rmsNorm("post_attention_layernorm")
      gate = try make.linear("mlp.gate_proj", in: C, out: I, bias: mlpBias)
      up = try make.linear("mlp.up_proj", in: C, out: I, bias: mlpBias)
      down = try make.linear("mlp.down_proj", in: I, out: C, bias: mlpBias)
    }
  }

  package let config: ModelConfig
  package let parameters: [Parameter]
  private let embedding: Embedding  // [V, C]
  private let layers: [Layer]
  private let norm: RMSNorm  // [C]
  let output: Linear  // C → V
  private let rope: RotaryPositions

  init<Failure: Error>(_ make: NetworkBuilder<Failure>) throws(Failure) {
    config = make.config
    embedding = try make.embedding("model.embed_tokens", config.vocabulary, config.width)
    layers = try make.stack("model.layers", Layer.init)
    norm = try make.rmsNorm("model.norm")
    output = try make.output("lm_head", tiedTo: embedding)
    parameters = make.parameters
    rope = RotaryPositions(headSize: config.headSize, theta: config.ropeTheta)
  }

  /// Older files hold what follows from the configuration.
  static func isLeftOver(_ name: String) -> Bool { name.hasSuffix(".rotary_emb.inv_freq") }

  /// 1 / sqrt(D) (Vaswani et al., 2017, equation 1).
  private var attentionScale: Float { 1 / Float(config.headSize).squareRoot() }

  func run(_ batch: PackedBatch, _ attend: BatchAttention) -> Tensor {
    let mode = attend.mode
    let positions = batch.positions
    let table = rope.table(upTo: Int(positions.max() ?? 0) + 1)
    var x = embedding(batch.tokens, mode)  // [N, C]
    for (index, layer) in layers.enumerated() {
      x = attend.layer(x) { [self] x in
        let h = layer.inputNorm(x, mode)
        let qkv = Linear.each([layer.q, layer.k, layer.v], h, mode)
        let attended = attend(
          layer: index, q: qkv[0].rope(positions, heads: config.heads, table: table),
          k: qkv[1].rope(positions, heads: config.kvHeads, table: table), v: qkv[2],
          heads: config.heads, kvHeads: config.kvHeads, scale: attentionScale)
        let x = layer.o(attended, mode, addedTo: x)

        let f = layer.postNorm(x, mode)
        let gates = Linear.each([layer.gate, layer.up], f, mode)
        return layer.down(Tensor.swiglu(gate: gates[0], up: gates[1]), mode, addedTo: x)
      }
    }
    return norm(x, mode)
  }
}
