import RLXTensor

/// GPT-2 (Radford et al., 2019): learned positions, pre-norm with layer norm, one fused product for
/// queries, keys and values, GELU. Parameters stand under their Hugging Face names; dropout is never
/// applied, in training neither.
///
/// Letters: N packed tokens, C width, H heads, D = C / H head size, I inner width, V vocabulary, P
/// positions.
package final class GPT2Model: BuiltFamily {
  struct Layer {
    let attentionNorm: LayerNorm  // [C]
    let qkv: Linear  // C → 3C
    let o: Linear  // C → C
    let innerNorm: LayerNorm  // [C]
    let up: Linear  // C → I
    let down: Linear  // I → C

    init<Failure: Error>(_ make: NetworkBuilder<Failure>) throws(Failure) {
      let (C, I) = (make.config.width, make.config.innerWidth)
      func conv(
        _ name: String, in K: Int, out M: Int, _ role: ParameterRole = .weight
      ) throws(Failure) -> Linear {
        try make.linear(name, in: K, out: M, bias: true, role: role, layout: .inputRows)
      }
      attentionNorm = try make.layerNorm("ln_1")
      qkv = try conv("attn.c_attn", in: C, out: 3 * C)
      o = try conv("attn.c_proj", in: C, out: C, .residual)
      innerNorm = try make.layerNorm("ln_2")
      up = try conv("mlp.c_fc", in: C, out: I)
      down = try conv("mlp.c_proj", in: I, out: C, .residual)
    }
  }

  package let config: ModelConfig
  package let parameters: [Parameter]
  private let embedding: Embedding  // [V, C]
  private let positions: Embedding  // [P, C]
  private let layers: [Layer]
  private let norm: LayerNorm  // [C]
  let output: Linear  // C → V

  init<Failure: Error>(_ make: NetworkBuilder<Failure>) throws(Failure) {
    config = make.config
    embedding = try make.embedding("transformer.wte", config.vocabulary, config.width)
    positions = try make.embedding(
      "transformer.wpe", config.context, config.width, dtype: .float32)
    layers = try make.stack("transformer.h", Layer.init)
    norm = try make.layerNorm("transformer.ln_f")
    output = try make.output("lm_head", tiedTo: embedding)
    parameters = make.parameters
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

  func run(_ batch: PackedBatch, _ attend: BatchAttention) -> Tensor {
    let mode = attend.mode
    var x = embedding(batch.tokens, mode) + positions(batch.positions, mode)  // [N, C]
    for (index, layer) in layers.enumerated() {
      x = attend.layer(x) { [self] x in
        let qkv = layer.qkv(layer.attentionNorm(x, mode), mode)  // [N, 3C]
        let attended = attend(
          layer: index, packed: qkv, heads: config.heads, kvHeads: config.heads,
          scale: attentionScale(index))
        let x = layer.o(attended, mode, addedTo: x)
        let inner = layer.up(layer.innerNorm(x, mode), mode, activation: config.activation)
        return layer.down(inner, mode, addedTo: x)  // [N, C]
      }
    }
    return norm(x, mode)
  }

  /// 1 / √D, unless the configuration says otherwise.
  private func attentionScale(_ layer: Int) -> Float {
    let scale = config.scalesAttention ? 1 / Float(config.headSize).squareRoot() : 1
    return config.scalesAttentionByLayer ? scale / Float(layer + 1) : scale
  }
}
