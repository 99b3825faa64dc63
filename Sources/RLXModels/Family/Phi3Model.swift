import RLXTensor

/// Phi-3 (Abdin et al., 2024): Llama's network with one product for queries, keys and values and one for
/// gate and up. Parameters stand under their Hugging Face names.
///
/// Letters: N packed tokens, C width, H heads, KV heads of keys and values, D head size, I inner
/// width, V vocabulary.
package final class Phi3Model: BuiltFamily {
  struct Layer {
    let inputNorm: RMSNorm  // [C]
    let qkv: Linear  // C → H·D + 2·KV·D
    let o: Linear  // H·D → C
    let postNorm: RMSNorm  // [C]
    let gateUp: Linear  // C → 2·I
    let down: Linear  // I → C

    init<Failure: Error>(_ make: NetworkBuilder<Failure>) throws(Failure) {
      let config = make.config
      let (C, I, QW, KW) = (config.width, config.innerWidth, config.queryWidth, config.kvWidth)
      inputNorm = try make.rmsNorm("input_layernorm")
      qkv = try make.linear("self_attn.qkv_proj", in: C, out: QW + 2 * KW)
      o = try make.linear("self_attn.o_proj", in: QW, out: C)
      postNorm = try make.rmsNorm("post_attention_layernorm")
      gateUp = try make.linear("mlp.gate_up_proj", in: C, out: 2 * I)
      down = try make.linear("mlp.down_proj", in: I, out: C)
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
    rope = RotaryPositions(config.rope, headSize: config.headSize)
  }

  func run(_ batch: PackedBatch, _ attend: BatchAttention) -> Tensor {
    let (QW, KW, I) = (config.queryWidth, config.kvWidth, config.innerWidth)
    let mode = attend.mode
    let pass = RotaryPass(config, batch, attend, rope)
    var x = embedding(batch.tokens, mode)  // [N, C]
    for (index, layer) in layers.enumerated() {
      x = attend.layer(x) { [config] x in
        let qkv = layer.qkv(layer.inputNorm(x, mode), mode)
        let attended = pass(
          layer: index, q: qkv.slice(axis: 1, from: 0, to: QW),
          k: qkv.slice(axis: 1, from: QW, to: QW + KW),
          v: qkv.slice(axis: 1, from: QW + KW, to: QW + 2 * KW))
        let x = layer.o(attended, mode, addedTo: x)
        let inner = layer.gateUp(layer.postNorm(x, mode), mode)
        let (gate, up) = (
          inner.slice(axis: 1, from: 0, to: I), inner.slice(axis: 1, from: I, to: 2 * I)
        )
        return layer.down(config.activation.gated(gate, up), mode, addedTo: x)
      }
    }
    return norm(x, mode)
  }
}
