import RLXTensor

/// GPT-NeoX (Black et al., 2022), Pythia among it: layer norms, positions that turn part of each head, and
/// attention and feed-forward part side by side on the same states. Parameters stand under their Hugging
/// Face names; dropout is never applied, in training neither.
///
/// Letters: N packed tokens, C width, H heads, D = C / H head size, I inner width, V vocabulary.
package final class GPTNeoXModel: BuiltFamily {
  struct Layer {
    let inputNorm: LayerNorm  // [C]
    let postNorm: LayerNorm  // [C]
    let qkv: Linear  // C → 3C, a head's queries, keys and values side by side
    let o: Linear  // C → C
    let up: Linear  // C → I
    let down: Linear  // I → C

    init<Failure: Error>(_ make: NetworkBuilder<Failure>) throws(Failure) {
      let (C, I, bias) = (make.config.width, make.config.innerWidth, make.config.attentionBias)
      inputNorm = try make.layerNorm("input_layernorm")
      postNorm = try make.layerNorm("post_attention_layernorm")
      qkv = try make.linear("attention.query_key_value", in: C, out: 3 * C, bias: bias)
      o = try make.linear("attention.dense", in: C, out: C, bias: bias)
      up = try make.linear("mlp.dense_h_to_4h", in: C, out: I, bias: true)
      down = try make.linear("mlp.dense_4h_to_h", in: I, out: C, bias: true)
    }
  }

  package let config: ModelConfig
  package let parameters: [Parameter]
  private let embedding: Embedding  // [V, C]
  private let layers: [Layer]
  private let norm: LayerNorm  // [C]
  let output: Linear  // C → V
  private let rope: RotaryPositions

  init<Failure: Error>(_ make: NetworkBuilder<Failure>) throws(Failure) {
    config = make.config
    embedding = try make.embedding("gpt_neox.embed_in", config.vocabulary, config.width)
    layers = try make.stack("gpt_neox.layers", Layer.init)
    norm = try make.layerNorm("gpt_neox.final_layer_norm")
    output = try make.output(Self.outputName, tiedTo: embedding)
    parameters = make.parameters
    rope = RotaryPositions(config.rope, headSize: config.headSize)
  }

  /// What every version of transformers reads.
  private static let outputName = "embed_out"

  /// transformers 5 calls the output layer as in other families.
  static func stored(_ name: String, in weights: WeightFiles) -> String {
    let new = "lm_head.weight"
    return name == outputName + ".weight" && weights.names.contains(new) ? new : name
  }

  /// Causal masks and frequencies, kept in older files; and an output layer that says what the embedding
  /// says.
  static func isLeftOver(_ name: String) -> Bool {
    [".attention.bias", ".attention.masked_bias", ".rotary_emb.inv_freq"]
      .contains { name.hasSuffix($0) }
  }

  func run(_ batch: PackedBatch, _ attend: BatchAttention) -> Tensor {
    let (N, H, D) = (batch.count, config.heads, config.headSize)
    let mode = attend.mode
    let pass = RotaryPass(config, batch, attend, rope)
    var x = embedding(batch.tokens, mode)  // [N, C]
    for (index, layer) in layers.enumerated() {
      x = attend.layer(x) { [config] x in
        let qkv = layer.qkv(layer.inputNorm(x, mode), mode).reshape([N, H, 3 * D])
        func part(_ i: Int) -> Tensor {
          qkv.slice(axis: 2, from: i * D, to: (i + 1) * D).reshape([N, H * D])
        }
        let attended = pass(layer: index, q: part(0), k: part(1), v: part(2))
        let after = layer.o(attended, mode, addedTo: x)
        let read = layer.postNorm(config.parallelResidual ? x : after, mode)
        let inner = layer.up(read, mode, activation: config.activation)  // [N, I]
        return layer.down(inner, mode, addedTo: after)
      }
    }
    return norm(x, mode)
  }
}
