import RLXTensor

/// The sizes and constants of a network: what config.json says, checked.
package struct ModelConfig: Sendable, Equatable {
  package var family = Family.llama
  /// V: the rows of the embedding.
  package var vocabulary: Int
  /// C: the width of the residual stream.
  package var width: Int
  /// The inner width of the feed-forward layers.
  package var innerWidth: Int
  package var layers: Int
  /// H and KV: attention heads, and how many heads of keys and values they share.
  package var heads: Int
  package var kvHeads: Int
  /// D: the width of one head.
  package var headSize: Int
  /// The most tokens a sequence may have.
  package var context: Int
  package var normEps: Float = 1e-6
  /// Whether the output layer is the embedding.
  package var tiesEmbeddings = false
  /// Whether the products that give queries, keys and values have biases, the one after attention, and
  /// those of the feed-forward layers (those of GPT-2 always have).
  package var attentionBias = false
  package var attentionOutputBias = false
  package var mlpBias = false
  /// What bends the feed-forward layers.
  package var activation = Activation.silu
  /// Whether attention scores are divided by √D, and by the number of the layer besides (GPT-2).
  package var scalesAttention = true
  package var scalesAttentionByLayer = false
  /// What attention scores are divided by the root of, where that is not D (Gemma).
  package var queryScalar: Float?
  /// Scores s become cap · tanh(s / cap), logits likewise; 0: they stay (Gemma).
  package var scoreCap: Float = 0
  package var logitCap: Float = 0
  /// Rotary positions.
  package var rope = RotaryConfig()
  /// Those of the layers that look through a window, where they differ (Gemma 3).
  package var localRope: RotaryConfig?
  /// Whether positions turn queries and keys, layer by layer; empty: in all (SmolLM3).
  package var rotaryLayers: [Bool] = []
  /// The tokens that a token sees, itself among them, in layers that look through a window; 0: all.
  package var window = 0
  /// Which layers those are; empty: all.
  package var windowedLayers: [Bool] = []
  /// Whether attention and feed-forward part read the same states (GPT-NeoX).
  package var parallelResidual = false
  /// The standard deviation of fresh weights.
  package var initialRange: Float = 0.02
  /// Token ids, where the file gives them.
  package var beginningToken: Int32?
  package var endTokens: [Int32] = []
  package var paddingToken: Int32?
  /// How products read the weights.
  package var dtype = DType.float32

  package init(
    vocabulary: Int, width: Int, innerWidth: Int, layers: Int, heads: Int, kvHeads: Int? = nil,
    headSize: Int? = nil, context: Int = 2048
  ) {
    self.vocabulary = vocabulary
    self.width = width
    self.innerWidth = innerWidth
    self.layers = layers
    self.heads = heads
    self.kvHeads = kvHeads ?? heads
    self.headSize = headSize ?? width / heads
    self.context = context
    rope.trained = context
  }

  /// H · D and KV · D: the widths of queries, and of keys and values.
  package var queryWidth: Int { heads * headSize }
  package var kvWidth: Int { kvHeads * headSize }

  /// The tokens that a token sees in a layer; 0: all before it.
  package func window(inLayer layer: Int) -> Int {
    windowedLayers.isEmpty || windowedLayers[layer] ? window : 0
  }

  /// Whether the feed-forward part has three matrices, one of them a gate.
  package var isGated: Bool { family.description.isGated }
}
