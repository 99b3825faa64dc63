import RLXTensor

/// The Llama family (Touvron et al., 2023): pre-norm with RMS norm, rotary positions, grouped-query
/// attention, SwiGLU. Parameters stand under their Hugging Face names.
///
/// Mistral, Qwen2, Qwen3 and SmolLM3 are this network with other settings: windows, biases, norms over
/// queries and keys, layers without positions. Their `ModelConfig+….swift` say which.
///
/// Letters: N packed tokens, C width, V vocabulary.
package final class LlamaModel: BuiltFamily {
  struct Layer {
    let inputNorm: RMSNorm  // [C]
    let attention: SplitAttention
    let postNorm: RMSNorm  // [C]
    let mlp: GatedUnit

    init<Failure: Error>(_ make: NetworkBuilder<Failure>) throws(Failure) {
      inputNorm = try make.rmsNorm("input_layernorm")
      attention = try SplitAttention(make, norm: make.config.family == .qwen3 ? .perHead : .none)
      postNorm = try make.rmsNorm("post_attention_layernorm")
      mlp = try GatedUnit(make)
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

  /// Older files hold what follows from the configuration.
  static func isLeftOver(_ name: String) -> Bool { name.hasSuffix(".rotary_emb.inv_freq") }

  func run(_ batch: PackedBatch, _ attend: BatchAttention) -> Tensor {
    let mode = attend.mode
    let pass = RotaryPass(config, batch, attend, rope)
    var x = embedding(batch.tokens, mode)  // [N, C]
    for (index, layer) in layers.enumerated() {
      x = attend.layer(x) { x in
        let x = layer.attention(layer.inputNorm(x, mode), layer: index, pass, mode, addedTo: x)
        return layer.mlp(layer.postNorm(x, mode), mode, addedTo: x)
      }
    }
    return norm(x, mode)
  }
}
