import RLXTensor

// The losses of every trainer as functions of tensors that record gradients. Tokens are packed, so
// a plain mean is TRL's masked mean.

/// −log σ(r_c − r_r), averaged over pairs: the Bradley–Terry likelihood of the choices made.
///
/// `chosen`, `rejected` [B]. Returns a scalar, in nats; ln 2 where both are scored alike.
/// (Ouyang et al. 2022, arXiv 2203.02155, eq. 1.)
package func bradleyTerryLoss(chosen: Tensor, rejected: Tensor) -> Tensor {
  -((chosen - rejected).logSigmoid().mean())
}

/// The mean negative log-likelihood of tokens from their log-probabilities [R]; a scalar in nats.
package func negativeLogLikelihood(_ logProbs: Tensor) -> Tensor {
  -(logProbs.mean())
}

/// DPO's loss of each pair [B], in nats.
///
/// Log-probabilities [B], summed over each answer's tokens. With
/// Δ = (log π(y_c) − log π_ref(y_c)) − (log π(y_r) − log π_ref(y_r)):
/// −(1 − ε) log σ(βΔ) − ε log σ(−βΔ)  (Rafailov et al. 2023, arXiv 2305.18290, eq. 7; the label
/// smoothing ε is Mitchell's conservative DPO).
package func dpoLosses(
  chosen: Tensor, rejected: Tensor, refChosen: Tensor, refRejected: Tensor, beta: Float,
  labelSmoothing: Float = 0
) -> Tensor {
  let margin = ((chosen - refChosen) - (rejected - refRejected)) * beta
  let loss = -(margin.logSigmoid())
  guard labelSmoothing > 0 else { return loss }
  return loss * (1 - labelSmoothing) - (-margin).logSigmoid() * labelSmoothing
}

/// PPO's clipped policy loss over R tokens.
package struct PolicyLoss {
  /// mean max(−A·ratio, −A·clip(ratio, 1 − ε, 1 + ε)), a scalar
  /// (Schulman et al. 2017, arXiv 1707.06347, eq. 7).
  package let loss: Tensor
  /// exp(new − old) [R].
  package let ratio: Tensor
  /// 1 [R] where the clipped term was the larger, and so no gradient flows.
  package let clipped: Tensor

  /// `new` [R] records gradients; `old` and `advantages` [R] are constants.
  package init(new: Tensor, old: Tensor, advantages: Tensor, cliprange: Float) {
    ratio = (new - old).exp()
    let negative = -advantages
    let plain = negative * ratio
    let limited = negative * ratio.clamp(min: 1 - cliprange, max: 1 + cliprange)
    loss = Tensor.maximum(plain, limited).mean()
    clipped = limited.detached().gt(plain.detached())
  }
}

/// PPO's clipped value loss over R tokens.
package struct ValueLoss {
  /// ½ mean max((v − R)², (clip(v, v_old ± ε) − R)²), a scalar, before vf_coef.
  package let loss: Tensor
  /// (v − R)² [R] of the unclipped value.
  package let errors: Tensor
  /// 1 [R] where the clipped term was the larger.
  package let clipped: Tensor

  /// `new` [R] records gradients; `old` and `returns` [R] are constants. Without a `cliprange` the
  /// loss is ½ mean (v − R)².
  package init(new: Tensor, old: Tensor, returns: Tensor, cliprange: Double?) {
    let plainError = (new - returns).square()
    guard let epsilon = cliprange.map({ Float($0) }) else {
      loss = plainError.mean() * 0.5
      errors = plainError.detached()
      clipped = .zeros(errors.shape)
      return
    }
    let limited = Tensor.maximum(Tensor.minimum(new, old + epsilon), old - epsilon)
    let limitedError = (limited - returns).square()
    loss = Tensor.maximum(plainError, limitedError).mean() * 0.5
    errors = plainError.detached()
    clipped = limitedError.detached().gt(errors)
  }
}
