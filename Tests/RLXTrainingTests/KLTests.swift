import RLXTensor
import RLXTraining
import Testing

@Suite struct KLTests {
  @Test func controllerFollowsTheFormula() {
    var controller = KLController(value: 0.2, adaptive: true, target: 6, horizon: 10000)
    controller.update(kl: 12, count: 256)  // twice the target: e is clipped to 0.2
    #expect(controller.value == 0.2 * (1 + 0.2 * 256 / 10000))
    controller = KLController(value: 0.2, adaptive: true, target: 6, horizon: 10000)
    controller.update(kl: 0, count: 256)  // e = −0.2
    #expect(controller.value == 0.2 * (1 - 0.2 * 256 / 10000))
    controller = KLController(value: 0.2, adaptive: true, target: 6, horizon: 10000)
    controller.update(kl: 6.6, count: 100)  // e = 0.1
    #expect(abs(controller.value - 0.2 * (1 + 0.1 * 100 / 10000)) < 1e-15)
  }

  @Test func controllerKeepsBetaWhereItIsNotAdaptive() {
    var controller = KLController(value: 0.05, adaptive: false, target: 6, horizon: 10000)
    controller.update(kl: 40, count: 512)
    #expect(controller.value == 0.05)
  }

  @Test func betaNeverBecomesNegative() {
    var controller = KLController(value: 0.2, adaptive: true, target: 6, horizon: 10)
    controller.update(kl: 0, count: 1000)
    #expect(controller.value >= 0)
  }

  @Test func penaltiesOfOneToken() {
    #expect(KLPenalty.k1.perToken([-1], [-3]) == [2])
    #expect(KLPenalty.k1.perToken([-3], [-1]) == [-2])
    #expect(KLPenalty.abs.perToken([-3], [-1]) == [2])
    #expect(KLPenalty.k2.perToken([-3], [-1]) == [2])
  }

  /// For N(0, 1) against N(μ, 1), whose KL is μ²/2: k1 is unbiased with deviation 2/μ of the truth;
  /// k2's bias is μ²/4 of it and its deviation √(2 + μ²); k3 is unbiased with deviation
  /// 2√(e^μ² − 1 − μ²)/μ² (Schulman, "Approximating KL divergence").
  @Test(arguments: [0.1, 1])
  func estimatorsHaveTheirKnownBiasAndDeviation(mu: Double) {
    let draw = Draw(seed: 1, call: 0, count: 0, purpose: .noise)
    let samples = 40_000
    let x = (0..<samples).map { i in
      let u = max(draw.uniform(row: i, position: 0), 1e-300)
      return normal(u, draw.uniform(row: i, position: 1))
    }
    let own = x.map { Float(-$0 * $0 / 2) }
    let other = x.map { Float(-($0 - mu) * ($0 - mu) / 2) }
    let truth = mu * mu / 2
    let k1 = KLPenalty.k1.perToken(own, other)
    let k2 = KLPenalty.k2.perToken(own, other)
    let k3 = KLPenalty.k3.perToken(own, other)
    // Their deviations as shares of the truth, at μ = 0.1 and 1.
    let deviations = mu == 1 ? [2, 1.732, 1.695] : [20, 1.418, 1.417]
    let means = [1, 1 + mu * mu / 4, 1]
    for (index, k) in [k1, k2, k3].enumerated() {
      // Five standard errors of a mean over the samples.
      let error = 5 * deviations[index] / Double(samples).squareRoot()
      #expect(abs(mean(k) / truth - means[index]) < error, "k\(index + 1)")
      // Squares have heavy tails, k3's at μ = 1 above all: a tenth of the deviation is ten times the
      // spread of k1's.
      let spread = standardDeviation(k) / truth
      #expect(abs(spread / deviations[index] - 1) < 0.1, "k\(index + 1): \(spread)")
    }
    #expect(k3.allSatisfy { $0 >= -1e-6 })
  }

  /// Box and Muller's normal number from two uniform ones.
  private func normal(_ u: Double, _ v: Double) -> Double {
    let radius = (-2 * logarithm(u)).squareRoot()
    return radius * cosine(2 * Double.pi * v)
  }

  private func logarithm(_ x: Double) -> Double { Double(Tensor([Float(x)], [1]).log().item) }

  private func cosine(_ x: Double) -> Double {
    var (term, sum) = (1.0, 1.0)
    let y = x - Double.pi  // cos x = −cos(x − π), where the series converges fast
    for k in 1...14 {
      term *= -y * y / Double((2 * k - 1) * (2 * k))
      sum += term
    }
    return -sum
  }
}
