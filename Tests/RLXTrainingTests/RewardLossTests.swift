import Foundation
import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

/// TRL's RewardTrainer, the probabilities the losses come from, and numbers by hand.
@Suite(.serialized) struct RewardLossTests {
  /// float32 on both sides, numbers of size 1.
  static let numbers = 1e-5

  struct Recorded: Decodable {
    struct Step: Decodable {
      let loss, grad_norm, accuracy, margin, mean_reward, min_reward, max_reward, num_tokens: Double
    }
    struct Loss: Decodable { let loss: Double, gradient: [Double] }
    struct Functions: Decodable { let scores: [Float], losses: [String: Loss] }
    let chosen, rejected: [[Int32]]
    let margins: [Double]
    let coefficient: Double
    let steps: [Step]
    let plain, centered: Step
    let functions: Functions
  }

  let recorded: Recorded

  init() throws { recorded = try Fixture.json("reward-trl.json", as: Recorded.self) }

  private func model() throws -> RewardModel {
    try RewardModel.load(
      folder: Repository.golden("training/classifier-llama").path, draws: Fixture.draws)
  }

  private func comparisons(margins: Bool) -> [Comparison<[Int32]>] {
    recorded.chosen.indices.map {
      Comparison(
        [recorded.chosen[$0], recorded.rejected[$0]], margin: margins ? recorded.margins[$0] : 0)
    }
  }

  private func settings(centering: Bool) -> RewardModel.Settings {
    var settings = RewardModel.Settings()
    settings.optimizer.learningRate = 1e-3
    settings.centerRewardsCoefficient = centering ? recorded.coefficient : nil
    return settings
  }

  private func expect(_ log: TrainLog, _ steps: [Recorded.Step], _ what: String) {
    let wanted: [(String, KeyPath<Recorded.Step, Double>, Double)] = [
      ("loss", \.loss, Self.numbers), ("accuracy", \.accuracy, Self.numbers),
      ("margin", \.margin, Self.numbers), ("mean_reward", \.mean_reward, Self.numbers),
      ("min_reward", \.min_reward, Self.numbers), ("max_reward", \.max_reward, Self.numbers),
      ("num_tokens", \.num_tokens, 0), ("grad_norm", \.grad_norm, 1e-4),
    ]
    for (name, path, tolerance) in wanted {
      #expect(furthest(log[name], steps.map { $0[keyPath: path] }) <= tolerance, "\(what): \(name)")
    }
  }

  @Test func twoStepsWithMarginsAndCenteringAreTRLs() throws {
    let rm = try model()
    let pairs = comparisons(margins: true)
    rm.settings = settings(centering: true)
    try rm.loss(pairs).backward()
    let gradients = try Fixture.checkpoint("reward-trl-gradients.safetensors")
    #expect(Set(gradients.names) == Set(rm.stateTensors.map(\.name)))
    for (name, parameter) in zip(rm.stateTensors.map(\.name), rm.parameters) {
      let found = try #require(parameter.gradient, "\(name)").array
      #expect(furthest(found, try gradients.tensor(named: name).array) < 2e-5, "\(name)")
      parameter.gradient = nil
    }
    // The order within a batch is drawn; the loss of a whole batch does not care.
    for _ in 0..<2 { try rm.fit(pairs, settings(centering: true)) }
    expect(rm.log, recorded.steps, "margins and centering")
    let weights = try Fixture.checkpoint("reward-trl-weights.safetensors")
    for (name, tensor) in rm.stateTensors where weights[name] != nil {
      let wanted = try weights.tensor(named: name).array
      // Two AdamW steps of 1e-3: a hundredth of a step.
      #expect(furthest(tensor.array, wanted) < 1e-5, "\(name)")
    }
  }

  @Test func eachOfTheTwoAloneIsTRLsToo() throws {
    let plain = try model()
    try plain.fit(comparisons(margins: false), settings(centering: false))
    expect(plain.log, [recorded.plain], "plain")
    let centered = try model()
    try centered.fit(comparisons(margins: false), settings(centering: true))
    expect(centered.log, [recorded.centered], "centering")
  }

  private func settings(_ change: (inout RewardModel.Settings) -> Void) -> RewardModel.Settings {
    var settings = RewardModel.Settings()
    change(&settings)
    return settings
  }

  /// From e^r as the papers write them, in double, gradients by automatic differentiation.
  @Test func theOtherLossesAreTheirProbabilitiesLogarithms() throws {
    let ranking = Comparison([0, 1, 2, 3, 4])
    let cases: [(String, Comparison<Int>, RewardModel.Settings)] = [
      ("soft", Comparison([0, 1], probability: 0.7), settings { _ in }),
      ("smoothed", Comparison([0, 1], probability: 0.7), settings { $0.labelSmoothing = 0.1 }),
      ("rao_kupper_choice", Comparison([0, 1]), settings { $0.ties = .raoKupper }),
      ("rao_kupper_tie", Comparison([0, 1], isTie: true), settings { $0.ties = .raoKupper }),
      ("half_tie", Comparison([0, 1], isTie: true), settings { $0.ties = .half }),
      ("pairs", ranking, settings { _ in }),
      ("plackett_luce", ranking, settings { $0.rankingLoss = .plackettLuce }),
    ]
    #expect(Set(cases.map(\.0)) == Set(recorded.functions.losses.keys))
    for (name, comparison, settings) in cases {
      let wanted = try #require(recorded.functions.losses[name])
      let scores = Parameter("r", Tensor(recorded.functions.scores, [5]))
      let used = scores.tracked.rows(comparison.answers)
      let loss = RewardLoss([comparison], settings)(used)
      #expect(furthest([loss.item], [wanted.loss]) < 1e-6, "\(name)")
      try loss.backward()
      let found = try #require(scores.gradient).array
      #expect(furthest(found, wanted.gradient) < 1e-6, "\(name)")
    }
  }

  /// −log σ(1 − 0) = log(1 + e⁻¹) = 0.313262; −log σ(−2) = 2.126928; with a margin of 1 the first is
  /// ln 2; centering with 0.1 adds 0.1 · mean(1², 2²) = 0.25.
  @Test func bradleyTerryByHand() {
    let scores = Tensor([1, 0, 0, 2], [4])
    let pairs = [Comparison([0, 1]), Comparison([2, 3])]
    func loss(_ pairs: [Comparison<Int>], _ settings: RewardModel.Settings) -> Float {
      RewardLoss(pairs, settings)(scores).item
    }
    let plain = loss(pairs, settings { _ in })
    #expect(furthest([plain], [(0.313262 + 2.126928) / 2]) < 1e-6)
    let margins = [Comparison([0, 1], margin: 1), pairs[1]]
    #expect(
      furthest([loss(margins, settings { _ in })], [(0.693147 + 2.126928) / 2]) < 1e-6)
    let centered = loss(pairs, settings { $0.centerRewardsCoefficient = 0.1 })
    #expect(furthest([centered - plain], [0.25]) < 1e-6)
  }

  /// A ranking of two is a pair, whatever the loss; a batch is the mean over its comparisons.
  @Test func rankingsOfTwoArePairsAndBatchesAreMeans() {
    let scores = Tensor([0.3, -0.8, 1.5, 0.2, 0.9], [5])
    let both = [Comparison([0, 1]), Comparison([2, 3, 4])]
    for kind in RankingLoss.allCases {
      let settings = settings { $0.rankingLoss = kind }
      let batch = RewardLoss(both, settings)(scores).item
      let pair = RewardLoss([both[0]], settings)(scores.rows([0, 1])).item
      let ranking = RewardLoss([both[1]], settings)(scores.rows([2, 3, 4])).item
      #expect(furthest([batch], [(pair + ranking) / 2]) < 1e-6, "\(kind)")
      #expect(furthest([pair], [log(1 + exp(-1.1))]) < 1e-6)
    }
  }

  @Test func settingsInConflictAreRefused() {
    #expect(throws: TrainingError.self) {
      try RewardModel.Settings().applying([
        ("label_smoothing", .number(0.1)), ("ranking_loss", .text("plackett_luce")),
      ])
    }
    for (name, value) in [("label_smoothing", 0.5), ("tie_theta", 1.0)] {
      #expect(throws: TrainingError.self, "\(name)") {
        try RewardModel.Settings().applying([(name, .number(value))])
      }
    }
  }

  @Test func tiesTeachNothingUnlessAsked() throws {
    // Scores half a unit apart: far enough that a few small steps do not overshoot.
    let tie = Comparison([recorded.chosen[2], recorded.rejected[2]], isTie: true)
    #expect(throws: TrainingError.self) { try model().fit([tie]) }
    let rm = try model()
    let before = try rm.rawScores(tie.answers)
    var settings = settings { $0.ties = .raoKupper }
    settings.optimizer.learningRate = 3e-4
    settings.epochs = 5
    try rm.fit([tie], settings)
    let after = try rm.rawScores(tie.answers)
    #expect(abs(after[0] - after[1]) < abs(before[0] - before[1]))
    #expect(rm.log["accuracy"].isEmpty)
  }
}
