/// The coefficient β of the KL term, and how it follows the KL that was measured.
///
/// Adaptive: e = clip(KL/target − 1, −0.2, 0.2);  β ← β (1 + e·n/horizon), with n answers in the
/// step (Ziegler et al. 2019, arXiv 1909.08593, section 2.2, as TRL 0.11 writes it). Otherwise β
/// stays. A factor below 0, which a step of more than 5 horizons could give, is held at 0.
package struct KLController: Equatable, Sendable {
  /// β now, ≥ 0.
  package internal(set) var value: Double
  package let adaptive: Bool
  /// The KL, summed over an answer's tokens, to hold; nats, > 0.
  package let target: Double
  /// Answers over which β changes by about a fifth, > 0.
  package let horizon: Double

  package init(value: Double, adaptive: Bool, target: Double, horizon: Double) {
    self.value = value
    self.adaptive = adaptive
    self.target = target
    self.horizon = horizon
  }

  /// Takes note of the mean KL of `count` answers.
  package mutating func update(kl: Double, count: Int) {
    guard adaptive else { return }
    let error = min(max(kl / target - 1, -0.2), 0.2)
    value *= max(0, 1 + error * Double(count) / horizon)
  }
}
