import Foundation
import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

@Suite(.serialized) struct RewardModelTests {
  /// float32 on both sides, numbers of size 1.
  static let numbers = 1e-5
  /// Two AdamW steps of 1e-3 with clipping: a hundredth of a step.
  static let weights = 1e-5

  struct Recorded: Decodable {
    struct Head: Decodable { let weight, bias: [Float] }
    struct Step: Decodable { let loss, grad_norm: Double, chosen, rejected: [Float] }
    let prompts, chosen, rejected: [[Int32]]
    let head: Head
    let steps: [Step]

    var pairs: [PreferencePair] {
      prompts.indices.map {
        PreferencePair(prompt: prompts[$0], chosen: chosen[$0], rejected: rejected[$0])
      }
    }
  }

  private func model() throws -> RewardModel {
    RewardModel(from: try Fixture.policy(), draws: Fixture.draws)
  }

  private var settings: RewardModel.Settings {
    var settings = RewardModel.Settings()
    settings.optimizer.learningRate = 1e-3
    return settings
  }

  private func pairs(_ count: Int) -> [PreferencePair] {
    (0..<count).map { row in
      let seed = UInt64(3 * row)
      return PreferencePair(
        prompt: Fixture.tokens(2 + row % 4, seed: seed),
        chosen: Fixture.tokens(1 + row % 5, seed: seed + 1) + [7],
        rejected: Fixture.tokens(1 + row % 3, seed: seed + 2) + [8])
    }
  }

  @Test func lossGradientAndTwoStepsAgreeWithPyTorch() throws {
    let recorded = try Fixture.json("reward.json", as: Recorded.self)
    let rm = try model()
    rm.head.weight.value = Tensor(recorded.head.weight, [1, 32])
    rm.head.bias.value = Tensor(recorded.head.bias, [1])

    let loss = try rm.loss(recorded.pairs)
    #expect(furthest([loss.item], [recorded.steps[0].loss]) < Self.numbers)
    try loss.backward()
    let gradients = try Fixture.checkpoint("reward-gradients.safetensors")
    let named =
      rm.model.parameters.map { ($0.name, $0) } + [("score.weight", rm.head.weight)]
    // The bias takes no part in differences: its gradient is 0 there, and it is no parameter here.
    #expect(Set(gradients.names) == Set(named.map(\.0) + ["score.bias"]))
    for (name, parameter) in named where gradients[name] != nil {
      let found = try #require(parameter.gradient, "\(name)").array
      #expect(furthest(found, try gradients.tensor(named: name).array) < Self.numbers, "\(name)")
      parameter.gradient = nil
    }

    for wanted in recorded.steps {
      let scores = try rm.scores(recorded.pairs.map { $0.prompt + $0.chosen })
      #expect(furthest(scores, wanted.chosen) < Self.numbers)
      let metrics = try rm.fit(recorded.pairs, settings)
      #expect(furthest(metrics["loss"], [wanted.loss]) < Self.numbers)
      #expect(furthest(metrics["grad_norm"], [wanted.grad_norm]) < 1e-4)
    }
    let weights = try Fixture.checkpoint("reward-weights.safetensors")
    for (name, parameter) in named where weights[name] != nil {
      let wanted = try weights.tensor(named: name).array
      #expect(furthest(parameter.value.array, wanted) < Self.weights, "\(name)")
    }
  }

  @Test func theHeadStartsNarrowAndWithoutBias() throws {
    let rm = try model()
    let weight = rm.head.weight.value.array
    #expect(rm.head.bias.value.array == [0])
    // 32 numbers of deviation 1/√33: their mean square is within 3 of its own deviations, √(2/32).
    let square = mean(weight.map { $0 * $0 }) * 33
    #expect(abs(square - 1) < 3 * (2.0 / 32).squareRoot())
  }

  @Test func valueIsReadAtTheLastTokenWhateverElseIsInTheBatch() throws {
    let rm = try model()
    let rows = (0..<3).map { Fixture.tokens(3 + 4 * $0, seed: UInt64($0)) }
    let together = try rm.scores(rows)
    for (row, sequence) in rows.enumerated() {
      #expect(furthest([try rm.score(sequence)], [together[row]]) < Self.numbers)
    }
    let hidden = rm.model.family.hidden(PackedBatch([rows[1]]), recording: false)
    let last = rm.head(hidden.rows([rows[1].count - 1]), recording: false).item
    #expect(furthest([last], [together[1]]) < Self.numbers)
  }

  @Test func aRowMayFillTheContext() throws {
    #expect(try model().score([Int32](repeating: 5, count: 64)).isFinite)
    #expect(throws: ModelError.self) { try model().score([Int32](repeating: 5, count: 65)) }
    #expect(throws: ModelError.self) { try model().score([97]) }
    #expect(throws: TrainingError.self) { try model().score([]) }
    #expect(throws: TrainingError.self) { try model().fit([], settings) }
  }

  @Test func itLearnsAndLeavesTheModelItCameFromAlone() throws {
    let source = try Fixture.policy()
    let before = Fixture.bits(source)
    let rm = RewardModel(from: source, draws: Fixture.draws)
    let old = rm.stateTensors
    var longer = settings
    longer.epochs = 8
    let log = try rm.fit(pairs(24), longer)
    #expect(Fixture.bits(source) == before)
    #expect(log.count == 24)
    #expect(try #require(log["loss"].last) < 0.3)
    #expect(try rm.accuracy(pairs(24)).value > 0.9)
    let new = rm.stateTensors
    #expect(!old.contains { $0.name == "lm_head.weight" || $0.name == "score.bias" })
    for (index, entry) in old.enumerated() {
      #expect(new[index].name == entry.name)
      #expect(new[index].tensor.array != entry.tensor.array, "\(entry.name)")
    }
  }

  @Test func twoFitsOfOneEpochAreOneOfTwo() throws {
    func run(_ epochs: [Int]) throws -> [UInt32] {
      let rm = try model()
      for count in epochs {
        var one = settings
        one.epochs = count
        one.batchSize = 4
        try rm.fit(pairs(10), one)
      }
      return Fixture.bits(rm.model) + rm.head.weight.value.array.map(\.bitPattern)
    }
    #expect(try run([1, 1]) == run([2]))
  }

  @Test func metricsHaveTheirNames() throws {
    let rm = try model()
    let metrics = try rm.step(pairs(4))
    for name in [
      "loss", "accuracy", "margin", "mean_reward", "min_reward", "max_reward", "learning_rate",
      "num_tokens",
    ] { #expect(metrics.value(name)?.isFinite == true, "\(name)") }
    let (low, high) = (metrics.value("min_reward") ?? 0, metrics.value("max_reward") ?? 0)
    let middle = metrics.value("mean_reward") ?? 0
    #expect(low <= middle && middle <= high)
  }

  @Test func equalScoresCountAsWrong() throws {
    let rm = try model()
    let same = PreferencePair(prompt: [4], chosen: [5, 6], rejected: [5, 6])
    #expect(try rm.accuracy([same]) == Accuracy(correct: 0, total: 1))
  }

  @Test func savedAndLoadedItScoresTheSame() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("reward-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let rm = try model()
    try rm.fit(pairs(6), settings)
    try rm.save(folder: folder.path)
    let again = try RewardModel.load(folder: folder.path, draws: Fixture.draws)
    let rows = pairs(6).map { $0.prompt + $0.chosen }
    #expect(try again.scores(rows) == rm.scores(rows))

    let weights = folder.appendingPathComponent("model.safetensors")
    let bytes = try Data(contentsOf: weights)
    try bytes.prefix(40).write(to: weights)
    #expect(throws: ModelError.self) {
      try RewardModel.load(folder: folder.path, draws: Fixture.draws)
    }
  }

  @Test func weightedRewardsAddUp() throws {
    let sample = Sample(prompt: "", response: "", promptTokens: [1], responseTokens: [2])
    let sum = WeightedReward([(0.5, Fixed([4])), (-2, Fixed([1.5]))])
    #expect(try sum.scores([sample]) == [-1])
  }
}
