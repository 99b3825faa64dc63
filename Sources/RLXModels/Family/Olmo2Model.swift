import RLXTensor

/// OLMo 2 (OLMo Team, 2025): Llama's parts, with norms after attention and feed-forward part instead of
/// before, and over all queries and all keys. Parameters stand under their Hugging Face names.
///
/// Letters: N packed tokens, C width, V vocabulary.
package final class Olmo2Model: BuiltFamily {
  struct Layer {
    let attention: SplitAttention
    let mlp: GatedUnit
    let attentionNorm: RMSNorm  // [C]
    let mlpNorm: RMSNorm  // [C]

    init<Failure: Error>(_ make: NetworkBuilder<Failure>) throws(Failure) {
      attention = try SplitAttention(make, norm: .whole)
      mlp = try GatedUnit(make)
      attentionNorm = try make.rmsNorm("post_attention_layernorm")
      mlpNorm = try make.rmsNorm("post_feedforward_layernorm")
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
    let mode = attend.mode
    let pass = RotaryPass(config, batch, attend, rope)
    var x = embedding(batch.tokens, mode)  // [N, C]
    for (index, layer) in layers.enumerated() {
      x = attend.layer(x) { x in
        let x = x + layer.attentionNorm(layer.attention(x, layer: index, pass, mode), mode)
        return x + layer.mlpNorm(layer.mlp(x, mode), mode)
      }
    }
    return norm(x, mode)
  }
}
