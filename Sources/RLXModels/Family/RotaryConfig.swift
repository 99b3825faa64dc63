/// How rotary positions (Su et al., 2021) come to their angles.
package struct RotaryConfig: Sendable, Equatable {
  /// What is done so that a model reads further than it was trained to.
  package enum Scaling: Sendable, Equatable {
    case none
    /// Positions divided by `factor` (Chen et al., 2023).
    case linear(factor: Float)
    /// A larger base for sequences longer than the model was trained on ("dynamic NTK").
    case dynamic(factor: Float)
    /// Long waves divided by `factor`, short ones kept, between them in part (Llama 3.1).
    case llama3(factor: Float, low: Float, high: Float, original: Int)
    case yarn(YaRN)
  }

  /// Peng et al., 2023: waves divided by `factor` as far as they turn less than `slow` times within
  /// `original` tokens, kept if more than `fast` times.
  package struct YaRN: Sendable, Equatable {
    package var factor: Float
    package var original: Int
    package var fast: Float = 32
    package var slow: Float = 1
    /// What cosines and sines are multiplied by; nil: what the paper advises.
    package var amplitude: Float?
    /// Two settings of DeepSeek's that decide on the amplitude where it is not given.
    package var mscale: Float?
    package var mscaleAll: Float?
    /// Whether the bounds between the kinds of waves are whole numbers.
    package var truncates = true
  }

  package var theta: Float = 10_000
  package var scaling = Scaling.none
  /// How much of a head is turned.
  package var share: Double = 1
  /// `max_position_embeddings`: the tokens that config.json speaks of, before any scaling.
  package var trained = 2048

  /// The most tokens a sequence may have.
  var context: Int {
    func times(_ factor: Float, _ length: Int) -> Int {
      max(trained, Int(min(Double(length) * Double(factor), Double(1 << 30))))
    }
    return switch scaling {
    case .none, .llama3: trained
    case .linear(let factor), .dynamic(let factor): times(factor, trained)
    case .yarn(let yarn): times(yarn.factor, yarn.original)
    }
  }
}
