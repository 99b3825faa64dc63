import CKernels
import Glibc

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), in PyTorch's form.
package final class AdamW {
  package struct Settings: Equatable, Sendable {
    /// At least 0.
    package var learningRate: Float
    /// In [0, 1).
    package var beta1: Double
    /// In [0, 1).
    package var beta2: Double
    /// Added to the root of the second moment; at least 0.
    package var eps: Float
    /// Share of a weight taken off per step, times the learning rate.
    package var weightDecay: Float
    /// Whether biases and the scales of norms, which are the vectors among the parameters, decay too.
    package var decaysVectors: Bool
    /// Whether ε is divided by √(1 − β₂ᵗ), which makes of PyTorch's form TensorFlow's.
    package var correctsEps: Bool

    package init(
      learningRate: Float, beta1: Double = 0.9, beta2: Double = 0.999, eps: Float = 1e-8,
      weightDecay: Float = 0, decaysVectors: Bool = true, correctsEps: Bool = false
    ) {
      self.learningRate = learningRate
      self.beta1 = beta1
      self.beta2 = beta2
      self.eps = eps
      self.weightDecay = weightDecay
      self.decaysVectors = decaysVectors
      self.correctsEps = correctsEps
    }
  }

  package let parameters: [Parameter]
  package var settings: Settings
  /// Steps taken.
  package var steps = 0
  /// Running means of gradients and of their squares, one of each parameter's shape.
  package var firstMoments: [Tensor]
  package var secondMoments: [Tensor]

  package init(_ parameters: [Parameter], _ settings: Settings) {
    self.parameters = parameters
    self.settings = settings
    firstMoments = parameters.map { .zeros($0.value.shape) }
    secondMoments = parameters.map { .zeros($0.value.shape) }
  }

  /// Moves every parameter that has a gradient; those without keep value and moments. Gradients count
  /// `gradientScale` times, so that clipping them needs no pass of its own.
  package func step(learningRate: Float? = nil, gradientScale: Float = 1) {
    steps += 1
    let s = settings
    let correction2 = 1 - pow(s.beta2, Double(steps))
    let eps = s.correctsEps ? Float(Double(s.eps) / correction2.squareRoot()) : s.eps
    let kernel = ck_adamw_settings(
      learning_rate: learningRate ?? s.learningRate, eps: eps, gradient_scale: gradientScale,
      beta1: s.beta1, beta2: s.beta2, correction1: 1 - pow(s.beta1, Double(steps)),
      correction2: correction2)
    let moving = parameters.indices.filter {
      !parameters[$0].isFrozen && parameters[$0].gradient != nil
    }
    for index in moving {
      parameters[index].value.makeUnique()
      firstMoments[index].makeUnique()
      secondMoments[index].makeUnique()
    }
    Kernels.adamW(
      moving.compactMap { index in
        let parameter = parameters[index]
        let decays = s.decaysVectors || parameter.value.shape.rank > 1
        return parameter.gradient.map {
          (
            parameter.value, $0.contiguous(), firstMoments[index], secondMoments[index],
            decays ? s.weightDecay : 0
          )
        }
      }, kernel)
  }

  /// Lets go of the moments, which must be set again before the next step.
  package func releaseMoments() {
    firstMoments = firstMoments.map { _ in .zeros([]) }
    secondMoments = secondMoments.map { _ in .zeros([]) }
  }

  package func zeroGradients() {
    for parameter in parameters { parameter.gradient = nil }
  }
}

/// The joint Euclidean norm of all gradients.
package func gradientNorm(_ parameters: [Parameter]) -> Float {
  Float(Kernels.sumsOfSquares(parameters.compactMap(\.gradient)).reduce(0, +).squareRoot())
}

/// What gradients of this joint norm are multiplied by so that it is at most `maxNorm`, as in PyTorch's
/// clip_grad_norm_; at most 1. NaN for a norm that is.
package func clippingFactor(norm: Float, maxNorm: Float) -> Float {
  let factor = maxNorm / (norm + 1e-6)
  return factor >= 1 ? 1 : factor
}

/// Scales all gradients so that their joint Euclidean norm is at most `maxNorm`; returns the norm
/// before. A norm that is not finite leaves NaN behind in PyTorch and here: check the result.
@discardableResult
package func clipGradients(_ parameters: [Parameter], maxNorm: Float) -> Float {
  let norm = gradientNorm(parameters)
  let factor = clippingFactor(norm: norm, maxNorm: maxNorm)
  guard factor != 1 else { return norm }
  for parameter in parameters {
    if let gradient = parameter.gradient { parameter.gradient = gradient * factor }
  }
  return norm
}
