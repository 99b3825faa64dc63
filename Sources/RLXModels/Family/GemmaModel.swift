import RLXTensor

/// Gemma 2 (Gemma Team, 2024) and the text part of Gemma 3 (2025): norms before and after attention and
/// feed-forward part, embeddings times √C, windows in some layers, a gate with GELU. Gemma 2 caps
/// scores and logits; Gemma 3 norms queries and keys instead, and turns them at another speed in
/// layers with a window. Parameters stand under their Hugging Face names.
///
/// Letters: N packed tokens, C width, D head size, V vocabulary.
package final class GemmaModel: BuiltFamily {
  struct Layer {
    let inputNorm: RMSNorm  // [C], like all norms here x · (1 + w)
    let attention: SplitAttention
    let postNorm: RMSNorm
    let mlp: GatedUnit
    let preMLPNorm: RMSNorm
    let postMLPNorm: RMSNorm

    init<Failure: Error>(_ make: NetworkBuilder<Failure>) throws(Failure) {
      attention = try SplitAttention(
        make, norm: make.config.family == .gemma3 ? .perHead : .none, isShifted: true)
      mlp = try GatedUnit(make)
      inputNorm = try make.rmsNorm("input_layernorm", isShifted: true)
      postNorm = try make.rmsNorm("post_attention_layernorm", isShifted: true)
      preMLPNorm = try make.rmsNorm("pre_feedforward_layernorm", isShifted: true)
      postMLPNorm = try make.rmsNorm("post_feedforward_layernorm", isShifted: true)
    }
  }

  package let config: ModelConfig
  package let parameters: [Parameter]
  private let embedding: Embedding  // [V, C]
  private let layers: [Layer]
  private let norm: RMSNorm  // [C]
  let output: Linear  // C → V
  private let rope: RotaryPositions
  private let localRope: RotaryPositions?

  init<Failure: Error>(_ make: NetworkBuilder<Failure>) throws(Failure) {
    config = make.config
    embedding = try make.embedding("model.embed_tokens", config.vocabulary, config.width)
    layers = try make.stack("model.layers", Layer.init)
    norm = try make.rmsNorm("model.norm", isShifted: true)
    output = try make.output("lm_head", tiedTo: embedding)
    parameters = make.parameters
    let headSize = config.headSize
    rope = RotaryPositions(config.rope, headSize: headSize)
    localRope = config.localRope.map { RotaryPositions($0, headSize: headSize) }
  }

  func run(_ batch: PackedBatch, _ attend: BatchAttention) -> Tensor {
    let mode = attend.mode
    let pass = RotaryPass(config, batch, attend, rope, local: localRope)
    var x = embedding(batch.tokens, mode) * Float(config.width).squareRoot()  // [N, C]
    for (index, layer) in layers.enumerated() {
      x = attend.layer(x) { x in
        let attended = layer.attention(layer.inputNorm(x, mode), layer: index, pass, mode)
        let x = x + layer.postNorm(attended, mode)
        let inner = layer.mlp(layer.preMLPNorm(x, mode), mode)
        return x + layer.postMLPNorm(inner, mode)
      }
    }
    return norm(x, mode)
  }
}
