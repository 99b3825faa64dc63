import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

@Suite(.serialized) struct DPOTests {
  /// float32 on both sides; summed log-probabilities of size 30, relative to that.
  static let numbers = 2e-5
  /// Two AdamW steps of 1e-3 with clipping: a hundredth of a step.
  static let weights = 1e-5

  struct Recorded: Decodable {
    let prompts, chosen, rejected: [[Int32]]
    let beta, smoothed_loss: Double
    let steps: [[String: Double]]

    var pairs: [PreferencePair] {
      prompts.indices.map {
        PreferencePair(prompt: prompts[$0], chosen: chosen[$0], rejected: rejected[$0])
      }
    }
  }

  let recorded: Recorded

  init() throws { recorded = try Fixture.json("dpo.json", as: Recorded.self) }

  private func trainer(
    reference: LanguageModel?, _ change: (inout DPO.Settings) -> Void = { _ in }
  ) throws -> DPO {
    var settings = DPO.Settings()
    settings.optimizer.learningRate = 1e-3
    change(&settings)
    return try DPO(
      policy: Fixture.policy(), reference: reference, settings: settings, draws: Fixture.draws)
  }

  @Test func lossGradientAndTwoStepsAgreeWithTRL() throws {
    let dpo = try trainer(reference: Fixture.reference())
    try dpo.loss(recorded.pairs).backward()
    let gradients = try Fixture.checkpoint("dpo-gradients.safetensors")
    for parameter in dpo.policy.parameters {
      let found = try #require(parameter.gradient).array
      let wanted = try gradients.tensor(named: parameter.name).array
      #expect(furthest(found, wanted) < Self.numbers, "\(parameter.name)")
      parameter.gradient = nil
    }
    for wanted in recorded.steps {
      let found = try dpo.step(recorded.pairs)
      #expect(wanted.count > 7)
      for (name, value) in wanted {
        let one = try #require(found.value(name), "\(name)")
        #expect(furthest([one], [value]) < Self.numbers, "\(name): \(one), wanted \(value)")
      }
    }
    let weights = try Fixture.checkpoint("dpo-weights.safetensors")
    for parameter in dpo.policy.parameters {
      let wanted = try weights.tensor(named: parameter.name).array
      #expect(furthest(parameter.value.array, wanted) < Self.weights, "\(parameter.name)")
    }
  }

  @Test func labelSmoothingAgreesWithTRL() throws {
    let dpo = try trainer(reference: Fixture.reference()) {
      $0.beta = 0.5
      $0.labelSmoothing = 0.1
    }
    let loss = try dpo.loss(recorded.pairs).item
    #expect(furthest([loss], [recorded.smoothed_loss]) < Self.numbers)
  }

  @Test func whereThePolicyIsTheReferenceTheLossIsLogTwo() throws {
    let dpo = try trainer(reference: nil)
    #expect(furthest([try dpo.loss(recorded.pairs).item], [0.693147]) < 1e-6)
  }

  /// Δ = (−1 − −2) − (−3 − −1) = 3; β 0.5: −log σ(1.5) = 0.201413; smoothed by 0.1, 0.351413.
  @Test func oneLossByHand() {
    func loss(_ smoothing: Float) -> Float {
      dpoLosses(
        chosen: Tensor([-1], [1]), rejected: Tensor([-3], [1]), refChosen: Tensor([-2], [1]),
        refRejected: Tensor([-1], [1]), beta: 0.5, labelSmoothing: smoothing
      ).item
    }
    #expect(furthest([loss(0), loss(0.1)], [0.201413, 0.351413]) < 1e-6)
  }

  @Test func theLossIsTheFormulaByHand() throws {
    let (policy, reference) = (try Fixture.policy(), try Fixture.reference())
    let pair = recorded.pairs[0]
    func sum(_ model: LanguageModel, _ answer: [Int32]) throws -> Tensor {
      try model.logProbs([(pair.prompt, answer)], recording: true).values.sum()
    }
    let chosen = try sum(policy, pair.chosen) - sum(reference, pair.chosen)
    let rejected = try sum(policy, pair.rejected) - sum(reference, pair.rejected)
    let byHand = -((chosen - rejected) * 0.1).sigmoid().log()
    let dpo = try DPO(policy: policy, reference: reference, draws: Fixture.draws)
    #expect(furthest([try dpo.loss([pair]).item], [byHand.item]) < 1e-6)
  }

  @Test func trainingWidensTheMarginAndMovesEveryParameter() throws {
    let dpo = try trainer(reference: nil)
    let reference = Fixture.bits(dpo.reference)
    let before = dpo.stateTensors
    let wide = PreferencePair(
      prompt: Array(0..<40), chosen: Array(40..<60), rejected: Array(60..<80))
    let rest = PreferencePair(prompt: Array(75..<97), chosen: [4, 5], rejected: [6])
    try dpo.run(recorded.pairs + [wide, rest], steps: 8)
    let margins = dpo.log["rewards/margins"]
    #expect(margins.count == 8)
    #expect(abs(margins[0]) < 1e-6)
    #expect(try #require(margins.last) > 0.1)
    #expect(Fixture.bits(dpo.reference) == reference)
    for (old, new) in zip(before, dpo.stateTensors) {
      #expect(old.tensor.array != new.tensor.array, "\(old.name)")
    }
  }

  @Test func twoStepsThenThreeAreFive() throws {
    func run(_ parts: [Int]) throws -> [UInt32] {
      let dpo = try trainer(reference: nil) { $0.batchSize = 2 }
      for steps in parts { try dpo.run(recorded.pairs, steps: steps) }
      return Fixture.bits(dpo.policy)
    }
    #expect(try run([2, 3]) == run([5]))
  }

  @Test func gradientsSomebodyElseLeftDoNotCount() throws {
    let clean = try trainer(reference: nil)
    let dirty = try trainer(reference: nil)
    try dirty.loss(recorded.pairs).backward()
    try clean.step(recorded.pairs)
    try dirty.step(recorded.pairs)
    #expect(Fixture.bits(clean.policy) == Fixture.bits(dirty.policy))
  }

  @Test func emptyAnswersAreFiniteAndNoPairsAnError() throws {
    let dpo = try trainer(reference: nil)
    let pair = PreferencePair(prompt: [4], chosen: [], rejected: [5])
    let metrics = try dpo.step([pair])
    #expect(metrics.allSatisfy { $0.value.isFinite })
    #expect(throws: TrainingError.self) { try dpo.run([], steps: 1) }
    #expect(throws: ModelError.self) {
      try dpo.loss([PreferencePair(prompt: [], chosen: [4], rejected: [5])])
    }
  }
}
