import RLXModels
import RLXTensor
import RLXTraining
import Testing

/// A loss, gradient or score that is NaN or infinite: an error that names tensor and step, says what to
/// try, and leaves the last good weights, moments and log.
@Suite(.serialized) struct NotFiniteTests {
  private let examples: [SFT.Example] = (0..<4).map {
    SFT.Example(completion: Fixture.tokens(5, seed: UInt64($0)))
  }
  private let pairs: [PreferencePair] = (0..<4).map { (row: Int) -> PreferencePair in
    let seed = UInt64(row)
    return PreferencePair(
      prompt: Fixture.tokens(3, seed: seed), chosen: Fixture.tokens(4, seed: 20 + seed),
      rejected: Fixture.tokens(4, seed: 40 + seed))
  }

  enum Which: CaseIterable { case sft, reward, dpo, ppo }

  /// A trainer, how it makes a step, and the model it trains.
  private func trainer(_ which: Which) throws -> (
    state: any ResumableTrainer, model: LanguageModel, step: () throws -> Void
  ) {
    let policy = try Fixture.policy()
    switch which {
    case .sft:
      var settings = SFT.Settings()
      (settings.batchSize, settings.gradientAccumulationSteps) = (2, 2)
      let sft = try SFT(policy, settings, draws: Fixture.draws)
      return (sft, sft.model, { try sft.run(examples, steps: 1) })
    case .reward:
      var settings = RewardModel.Settings()
      (settings.batchSize, settings.gradientAccumulationSteps, settings.maxSteps) = (2, 2, 1)
      let rm = RewardModel(from: policy, draws: Fixture.draws)
      return (rm, rm.model, { try rm.fit(pairs, settings) })
    case .dpo:
      var settings = DPO.Settings()
      (settings.batchSize, settings.gradientAccumulationSteps) = (2, 2)
      let dpo = try DPO(policy: policy, settings: settings, draws: Fixture.draws)
      return (dpo, dpo.policy, { try dpo.run(pairs, steps: 1) })
    case .ppo:
      let ppo = try PPO(policy: policy, draws: Fixture.draws)
      let queries = pairs.map(\.prompt)
      let responses = pairs.map(\.chosen)
      return (
        ppo, ppo.policy,
        { try ppo.step(queries: queries, responses: responses, scores: [1, 2, 3, 4]) }
      )
    }
  }

  private func bits(_ state: any ResumableTrainer) -> [UInt32] {
    state.stateTensors.flatMap { $0.tensor.array.map(\.bitPattern) }
  }

  /// One good step, then a weight that makes everything infinite.
  @Test(arguments: Which.allCases)
  func aLossThatIsNotFiniteNamesTensorAndStepAndChangesNothing(which: Which) throws {
    let (state, model, step) = try trainer(which)
    try step()
    #expect(state.log.count == 1)
    let steps = state.counters.value("steps") ?? 0
    let norm = try #require(model.parameters.first { $0.name == "model.norm.weight" })
    let good = norm.value
    let parameters = model.parameters.map(\.value.array)
    norm.value = Tensor([Float](repeating: .infinity, count: good.count), good.shape)
    let before = bits(state)
    let error = #expect(throws: TrainingError.self) { try step() }
    guard case .notFinite(let trainer, let tensor, let at, _)? = error else {
      Issue.record("expected notFinite, got \(String(describing: error))")
      return
    }
    #expect(trainer == type(of: state).name)
    #expect(!tensor.isEmpty)
    #expect(at == Int(steps) + 1)
    #expect(error?.remedy?.isEmpty == false)
    #expect(bits(state) == before)
    #expect(state.log.count == 1)
    #expect(model.parameters.allSatisfy { $0.gradient == nil })
    // With the good weight back it goes on.
    norm.value = good
    #expect(zip(model.parameters, parameters).allSatisfy { $0.value.array == $1 })
    try step()
    #expect(state.log.count == 2)
  }

  /// The gradient alone: states of 0 make logits of 0 whatever the output layer, but its numbers of 3e38
  /// overflow on the way back.
  @Test(arguments: [1, 2])
  func aGradientThatIsNotFiniteIsNamed(parts: Int) throws {
    var settings = SFT.Settings()
    (settings.batchSize, settings.gradientAccumulationSteps) = (4 / parts, parts)
    let sft = try SFT(Fixture.policy(), settings, draws: Fixture.draws)
    for parameter in sft.model.parameters {
      let shape = parameter.value.shape
      if parameter.name.contains("embed_tokens") { parameter.value = .zeros(shape) }
      if parameter.name.contains("lm_head") {
        let width = shape.dims[1]
        parameter.value = Tensor(
          (0..<shape.count).map { ($0 / width) % 2 == 0 ? 3e38 : -3e38 }, shape)
      }
    }
    #expect(try sft.loss(examples).item.isFinite)
    let before = bits(sft)
    let error = #expect(throws: TrainingError.self) { try sft.run(examples, steps: 1) }
    guard case .notFinite("SFT", let tensor, 1, _)? = error else {
      Issue.record("expected notFinite, got \(String(describing: error))")
      return
    }
    #expect(tensor.hasPrefix("gradient of model."))
    #expect(error?.remedy?.contains("learning_rate") == true)
    #expect(bits(sft) == before)
    #expect(sft.log.count == 0)
  }

  @Test func scoresThatAreNotFiniteAreNamed() throws {
    let ppo = try PPO(policy: Fixture.policy(), draws: Fixture.draws)
    let before = bits(ppo)
    let error = #expect(throws: TrainingError.self) {
      try ppo.step(queries: [[3]], responses: [[4]], scores: [.nan])
    }
    guard case .notFinite("PPO", "scores", 1, _)? = error else {
      Issue.record("expected notFinite, got \(String(describing: error))")
      return
    }
    #expect(error?.remedy?.contains("every answer") == true)
    #expect(bits(ppo) == before)
  }
}
