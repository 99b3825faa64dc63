import RLXTensor

/// A network that reads packed tokens and predicts the next of each: one file of code per family.
///
/// Letters: B sequences, N packed tokens, R chosen rows, C width, V vocabulary.
package protocol ModelFamily: AnyObject {
  var config: ModelConfig { get }
  /// All parameters under their Hugging Face names, in checkpoint order.
  var parameters: [Parameter] { get }

  /// The hidden states of every token, after the last norm: [N, C]. Records gradients if
  /// `recording`, for parameters that are not frozen.
  func hidden(_ batch: PackedBatch, recording: Bool) -> Tensor

  /// The logits of hidden states: [R, C] → [R, V].
  func head(_ hidden: Tensor, recording: Bool) -> Tensor

  /// The hidden states [N, C] of tokens that go on from what `cache` holds; writes their keys and
  /// values to it. Sequence b of the batch lives in row `rows[b]` of the cache. Never records, and
  /// gives a token the same bits whatever other sequences are in the batch.
  func decode(_ batch: PackedBatch, rows: [Int32], cache: KVCache) -> Tensor

  /// `head` for what `decode` gives, in the same manner.
  func decodeHead(_ hidden: Tensor) -> Tensor

  /// A network of its own with the same values, not frozen.
  func duplicate() -> any ModelFamily

  /// The same without an output layer of its own: `head` is then the embedding's.
  func trunk() -> any ModelFamily

  /// The same network on the same parameters, which are shared, with an adapter at some of its layers
  /// in place of the one it had; without an output layer of its own if `isTrunk`.
  func adapted(by adapter: LoRA?, isTrunk: Bool) -> any ModelFamily

  /// The layers that can have adapters, in order.
  var linearLayers: [LinearLayer] { get }
}

extension ModelFamily {
  /// A cache for this network, for sequences of at most `capacity` tokens.
  func makeCache(rows: Int, capacity: Int) -> KVCache {
    KVCache(layers: config.layers, rows: rows, capacity: capacity, kvWidth: config.kvWidth)
  }
}

/// The families this project knows, by `model_type`.
package enum Families {
  package static let known = ModelConfig.Family.allCases.map(\.rawValue)

  /// Builds the network of `config` with the tensors of `weights`.
  package static func build(_ config: ModelConfig, from weights: WeightFiles) throws(ModelError)
    -> any ModelFamily
  {
    try config.family.description.network.init(config: config, weights: weights)
  }

  /// The network of `config` with fresh weights.
  package static func fresh(_ config: ModelConfig, draw: Draw) -> any ModelFamily {
    config.family.description.network.init(config: config, draw: draw)
  }
}
