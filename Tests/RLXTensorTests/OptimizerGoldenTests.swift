import Foundation
import RLXTensor
import RLXTestSupport
import Testing

/// What scripts/golden/optimizer.py wrote.
private struct Golden: Decodable {
  struct Run: Decodable {
    struct Step: Decodable {
      let gradients: [[Float]]
      let norm: Double
      let clipped: [[Double]]
      let values: [[Double]]
    }
    let learning_rate, eps, weight_decay, max_norm: Float
    let beta1, beta2: Double
    let shapes: [[Int]]
    let start: [[Float]]
    let steps: [Step]
  }
  struct Curve: Decodable {
    let name: String
    let warmup, total: Int
    let factors: [Double]
  }
  let adamw: [Run]
  let schedules: [Curve]

  static func read() throws -> Golden {
    let data = try Data(contentsOf: Repository.golden("engine/optimizer.json"))
    return try JSONDecoder().decode(Golden.self, from: data)
  }
}

extension EngineSuite {
  @Suite struct OptimizerGoldenTests {
    /// Four float updates of numbers of size 1 to 3, each rounded a few times.
    static let updates = Tolerance(absolute: 3e-6, relative: 3e-6)

    @Test(arguments: instructionSets)
    func adamWAndClippingAgreeWithPyTorch(isa: String) throws {
      try using(instructionSet: isa) {
        for run in try Golden.read().adamw {
          let parameters = zip(run.start, run.shapes).map { Parameter("p", Tensor($0, Shape($1))) }
          let optimizer = AdamW(
            parameters,
            AdamW.Settings(
              learningRate: run.learning_rate, beta1: run.beta1, beta2: run.beta2, eps: run.eps,
              weightDecay: run.weight_decay))
          for step in run.steps {
            for (parameter, gradient) in zip(parameters, step.gradients) {
              parameter.gradient = Tensor(gradient, parameter.value.shape)
            }
            let norm = clipGradients(parameters, maxNorm: run.max_norm)
            #expect(Self.updates.allows(Double(norm), step.norm))
            for (parameter, clipped) in zip(parameters, step.clipped) {
              expectClose(parameter.gradient ?? .zeros([0]), clipped, Self.updates)
            }
            optimizer.step()
            for (parameter, value) in zip(parameters, step.values) {
              expectClose(parameter.value, value, Self.updates)
            }
          }
        }
      }
    }

    @Test func schedulesAgreeWithTransformers() throws {
      for curve in try Golden.read().schedules {
        let schedule: Schedule =
          switch curve.name {
          case "constant": .constant
          case "constant_with_warmup": .constantWithWarmup(warmup: curve.warmup)
          case "linear": .linear(warmup: curve.warmup, total: curve.total)
          case "cosine": .cosine(warmup: curve.warmup, total: curve.total)
          default: try #require(nil as Schedule?, "a schedule called \(curve.name)")
          }
        for (step, factor) in curve.factors.enumerated() {
          // Factors are rounded to float.
          #expect(abs(Double(schedule.factor(at: step)) - factor) < 1e-6, "\(curve.name) \(step)")
        }
      }
    }
  }
}
