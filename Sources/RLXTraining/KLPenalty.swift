import RLXTensor

/// How far a token's log-probability is from the reference's: `kl_penalty` of TRL 0.11, with the names
/// of Schulman's "Approximating KL divergence" and of other systems accepted.
///
/// With q the policy that sampled and p the reference, x = log q − log p of the sampled token. Over
/// samples of q, k1 and k3 are unbiased estimates of KL(q‖p), k2 is biased and steadier; `full` is exact.
package enum KLPenalty: CaseIterable, Sendable {
  /// x: unbiased, may be negative.
  case k1
  /// |x|.
  case abs
  /// x²/2.
  case k2
  /// e^(−x) − 1 + x: unbiased and never negative.
  case k3
  /// Σ_v q(v) (log q(v) − log p(v)): the exact KL of the token's distribution.
  case full

  /// The penalty of each sampled token from its two log-probabilities [R], in nats. `full` needs
  /// whole distributions and is computed where those are (`fullKL`); here it falls back to k1.
  package func perToken(_ logProbs: [Float], _ reference: [Float]) -> [Float] {
    perToken(Tensor(logProbs, [logProbs.count]), Tensor(reference, [reference.count])).array
  }

  /// The same of tensors [R], with gradients where `logProbs` records them.
  func perToken(_ logProbs: Tensor, _ reference: Tensor) -> Tensor {
    let x = logProbs - reference
    return switch self {
    case .k1, .full: x
    case .abs: x.abs()
    case .k2: x.square() * 0.5
    case .k3: (-x).exp() + x - 1
    }
  }
}

extension KLPenalty: SettingChoice {
  package init?(rawValue: String) {
    switch rawValue {
    case "kl", "k1": self = .k1
    case "abs": self = .abs
    case "mse", "k2": self = .k2
    case "k3", "low_var_kl": self = .k3
    case "full": self = .full
    default: return nil
    }
  }

  package var rawValue: String {
    switch self {
    case .k1: "kl"
    case .abs: "abs"
    case .k2: "mse"
    case .k3: "k3"
    case .full: "full"
    }
  }

  package static let synonyms = ["k1", "k2", "low_var_kl"]
}
