import Glibc

/// How the learning rate goes over a run, as factors of its setting: Hugging Face's definitions
/// (`transformers.get_scheduler`).
package enum Schedule: Equatable, Sendable {
  case constant
  /// Up from 0 over `warmup` steps, then 1.
  case constantWithWarmup(warmup: Int)
  /// Up from 0 over `warmup` steps, then down to 0 at `total`.
  case linear(warmup: Int, total: Int)
  /// Up from 0 over `warmup` steps, then along half a cosine to 0 at `total`.
  case cosine(warmup: Int, total: Int)

  /// The factor for step 0, 1, ….
  package func factor(at step: Int) -> Float {
    switch self {
    case .constant: 1
    case .constantWithWarmup(let warmup): Float(Self.rise(step, warmup))
    case .linear(let warmup, let total):
      step < warmup
        ? Float(Self.rise(step, warmup))
        : Float(max(0, Double(total - step) / Double(max(1, total - warmup))))
    case .cosine(let warmup, let total):
      step < warmup
        ? Float(Self.rise(step, warmup))
        : Float(
          max(0, 0.5 * (1 + cos(.pi * Double(step - warmup) / Double(max(1, total - warmup))))))
    }
  }

  /// The way from 0 to 1 over the first `warmup` steps.
  private static func rise(_ step: Int, _ warmup: Int) -> Double {
    step < warmup ? Double(step) / Double(max(1, warmup)) : 1
  }
}
