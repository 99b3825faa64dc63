import Glibc
import RLXTensor
import Testing

extension EngineSuite {
  @Suite struct AdamWTests {
    @Test(arguments: instructionSets)
    func theFirstStepIsTheLearningRate(isa: String) {
      using(instructionSet: isa) {
        // m / (1 - b1) = g, √(v / (1 - b2)) = |g|: the step is lr g / (|g| + eps).
        let p = Parameter("p", Tensor([1, -2, 3], [3]))
        p.gradient = Tensor([0.5, -4, 0], [3])
        AdamW([p], AdamW.Settings(learningRate: 0.1, eps: 0)).step()
        let values = p.value.array
        #expect(abs(values[0] - 0.9) < 1e-6 && abs(values[1] + 1.9) < 1e-6)
        #expect(values[2].isNaN)  // 0 / 0, as the formula has it without eps
      }
    }

    @Test(arguments: instructionSets)
    func agreesWithTheFormulaOverSteps(isa: String) {
      using(instructionSet: isa) {
        let p = Parameter("p", tensor([33], seed: 1))
        var w = Reference.doubles(p.value)
        var m = [Double](repeating: 0, count: 33)
        var v = m
        let optimizer = AdamW(
          [p],
          AdamW.Settings(learningRate: 0.02, beta1: 0.8, beta2: 0.95, eps: 1e-4, weightDecay: 0.1))
        for step in 1...5 {
          let g = tensor([33], seed: 10 + step)
          p.gradient = g
          let rate = step == 3 ? 0.5 : 0.02
          optimizer.step(learningRate: step == 3 ? 0.5 : nil)
          for (i, gradient) in Reference.doubles(g).enumerated() {
            w[i] -= rate * 0.1 * w[i]
            m[i] = 0.8 * m[i] + 0.2 * gradient
            v[i] = 0.95 * v[i] + 0.05 * gradient * gradient
            let hat = m[i] / (1 - pow(0.8, Double(step)))
            w[i] -= rate * hat / (sqrt(v[i] / (1 - pow(0.95, Double(step)))) + 1e-4)
          }
        }
        // Five float updates of size 0.5: a few units in the last place each.
        expectClose(p.value, w, Tolerance(absolute: 2e-6, relative: 2e-6))
        expectClose(optimizer.firstMoments[0], m, Tolerance(absolute: 1e-6, relative: 1e-6))
        expectClose(optimizer.secondMoments[0], v, Tolerance(absolute: 1e-6, relative: 1e-6))
        #expect(optimizer.steps == 5)
      }
    }

    /// Parameters of odd sizes, one longer than a share of the pass: clipping within the step gives the
    /// bits of clipping before it.
    @Test(arguments: instructionSets)
    func clippingWithinTheStepChangesNoBit(isa: String) {
      using(instructionSet: isa) {
        func stepped(_ move: ([Parameter], AdamW) -> Void) -> [[Float]] {
          let parameters = [1, 7, 33, 1023, 9001].enumerated().map { place, size in
            let parameter = Parameter("\(place)", tensor([size], seed: place))
            parameter.gradient = tensor([size], seed: 20 + place)
            return parameter
          }
          let optimizer = AdamW(
            parameters, AdamW.Settings(learningRate: 0.1, weightDecay: 0.01))
          move(parameters, optimizer)
          return (parameters.map(\.value) + optimizer.firstMoments + optimizer.secondMoments)
            .map(\.array)
        }
        let before = stepped { parameters, optimizer in
          clipGradients(parameters, maxNorm: 0.3)
          optimizer.step()
        }
        let within = stepped { parameters, optimizer in
          let norm = gradientNorm(parameters)
          optimizer.step(gradientScale: clippingFactor(norm: norm, maxNorm: 0.3))
        }
        #expect(before == within)
      }
    }

    /// In float, 1 - 0.999 is off by 5e-5 of itself, and steps would be by half of that.
    @Test func secondMomentsTakeExactlyAThousandth() {
      let p = Parameter("p", Tensor([0], [1]))
      p.gradient = Tensor([1], [1])
      let optimizer = AdamW([p], AdamW.Settings(learningRate: 1))
      optimizer.step()
      #expect(optimizer.secondMoments[0].array == [0.001])
      #expect(optimizer.firstMoments[0].array == [0.1])
    }

    @Test func parametersWithoutGradientStay() {
      let frozen = Parameter("frozen", .ones([2]))
      frozen.isFrozen = true
      frozen.gradient = .ones([2])
      let idle = Parameter("idle", .ones([2]))
      let optimizer = AdamW([frozen, idle], AdamW.Settings(learningRate: 1, weightDecay: 1))
      optimizer.step()
      #expect(frozen.value.array == [1, 1] && idle.value.array == [1, 1])
      optimizer.zeroGradients()
      #expect(frozen.gradient == nil)
    }

    @Test func aStepLeavesCopiesAlone() {
      let p = Parameter("p", .ones([2]))
      let copy = p.value
      p.gradient = .ones([2])
      AdamW([p], AdamW.Settings(learningRate: 0.1)).step()
      #expect(copy.array == [1, 1] && p.value.array != [1, 1])
    }

    @Test(arguments: instructionSets)
    func clippingScalesTheJointNorm(isa: String) {
      using(instructionSet: isa) {
        let a = Parameter("a", .zeros([2]))
        let b = Parameter("b", .zeros([1]))
        a.gradient = Tensor([3, 0], [2])
        b.gradient = Tensor([4], [1])
        #expect(clipGradients([a, b], maxNorm: 10) == 5)
        #expect(a.gradient?.array == [3, 0])
        #expect(clipGradients([a, b], maxNorm: 1) == 5)
        // The factor is 1 / (5 + 1e-6).
        #expect(abs((a.gradient?.array[0] ?? 0) - 0.6) < 1e-6)
        #expect(abs((b.gradient?.array[0] ?? 0) - 0.8) < 1e-6)
        #expect(clipGradients([], maxNorm: 1) == 0)
      }
    }
  }

  @Suite struct ScheduleTests {
    @Test(arguments: [(0, 0), (1, 0.5), (2, 1), (4, 0.75), (6, 0.5), (10, 0), (11, 0)])
    func linearRisesAndFalls(_ step: Int, _ factor: Float) {
      #expect(Schedule.linear(warmup: 2, total: 10).factor(at: step) == factor)
    }

    @Test(arguments: [(0, 0), (1, 0.5), (2, 1), (4, 0.8535534), (6, 0.5), (8, 0.14644662), (10, 0)])
    func cosineRisesAndFalls(_ step: Int, _ factor: Float) {
      #expect(abs(Schedule.cosine(warmup: 2, total: 10).factor(at: step) - factor) < 1e-6)
    }

    @Test(arguments: [(0, 0), (1, 0.25), (4, 1), (5, 1), (1000, 1)])
    func constantRisesAndStays(_ step: Int, _ factor: Float) {
      #expect(Schedule.constantWithWarmup(warmup: 4).factor(at: step) == factor)
    }

    @Test func edgesAreDefined() {
      #expect(Schedule.constant.factor(at: 1000) == 1)
      #expect(Schedule.linear(warmup: 0, total: 0).factor(at: 0) == 0)
      #expect(Schedule.linear(warmup: 0, total: 4).factor(at: 0) == 1)
      #expect(Schedule.cosine(warmup: 5, total: 5).factor(at: 5) == 1)
    }
  }
}
