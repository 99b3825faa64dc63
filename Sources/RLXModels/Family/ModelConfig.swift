import RLXTensor

/// The sizes and constants of a network: what config.json says, checked.
package struct ModelConfig: Sendable, Equatable {
  package enum Family: String, Sendable, CaseIterable {
    case llama, gpt2
  }

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
  /// The base of the rotary frequencies (Llama).
  package var ropeTheta: Float = 10_000
  /// Whether the output layer is the embedding.
  package var tiesEmbeddings = false
  /// Whether products have biases (Llama; those of GPT-2 always have).
  package var attentionBias = false
  package var mlpBias = false
  /// What bends the feed-forward layers (GPT-2; Llama has SwiGLU).
  package var activation = Activation.geluTanh
  /// Whether attention scores are divided by √D, and by the number of the layer besides (GPT-2).
  package var scalesAttention = true
  package var scalesAttentionByLayer = false
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
  }

  /// H · D and KV · D: the widths of queries, and of keys and values.
  package var queryWidth: Int { heads * headSize }
  package var kvWidth: Int { kvHeads * headSize }
}
