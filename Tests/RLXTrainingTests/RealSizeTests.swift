import Foundation
import RLXModels
import RLXTensor
import RLXTraining
import Testing

/// A real pretrained model on real text against transformers, PyTorch and TRL 0.11.4. Runs where
/// `scripts/golden/real_size.py` has written its values, in the folder RLX_REAL_SIZE names.
@Suite(.serialized, .enabled(if: RealSize.folder != nil, "scripts/golden/real_size.py runs it"))
struct RealSizeTests {
  /// Logits of size 20 after five layers of float32.
  static let logits = 1e-4
  /// Thirty-two optimizer steps. PyTorch's own two attentions, both in float32, differ by 3e-5 in
  /// statistics, and by 1.4e-4 of the way the weights have moved. Ten times that.
  static let statistics = 3e-4
  static let movement = 1.5e-3
  /// Losses of six steps, each a mean over thousands of tokens or 16 pairs, of models that moved.
  static let losses = 1e-4

  private func value() throws -> RealSize {
    let folder = try #require(RealSize.folder)
    let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/values.json"))
    return try JSONDecoder().decode(RealSize.self, from: data)
  }

  private func model() throws -> LanguageModel {
    try LanguageModel.load(folder: try #require(RealSize.environment["RLX_REAL_MODEL"]))
  }

  private func checkpoint(_ name: String) throws -> Checkpoint {
    try Checkpoint(try #require(RealSize.folder) + "/" + name)
  }

  private func largestGap(_ a: [Float], _ b: [Float]) -> Double {
    guard a.count == b.count, !a.isEmpty else { return .infinity }
    return zip(a, b).reduce(0) { max($0, Double(abs($1.0 - $1.1))) }
  }

  @Test func logitsAndLogProbabilitiesAgreeWithTransformers() throws {
    let (text, model) = (try value().text, try model())
    let wanted = try checkpoint("logits.safetensors")
    let logits = largestGap(
      try model.logits(text.ids).array, try wanted.tensor(named: "logits").array)
    let pair = (prompt: [text.ids[0]], response: Array(text.ids.dropFirst()))
    let logProbs = largestGap(
      try model.logProbs([pair], recording: false).values.array,
      try wanted.tensor(named: "logprobs").array)
    print("\(text.ids.count) tokens: logits differ by \(logits), log-probabilities by \(logProbs)")
    #expect(logits < Self.logits)
    #expect(logProbs < Self.logits)
  }

  @Test func greedyAnswersAreThoseOfTransformers() throws {
    let (text, model) = (try value().text, try model())
    let settings = GenerationSettings(maxTokens: 60, temperature: 0)
    let answers = try model.generate(
      text.greedy.map(\.prompt), settings, draw: Draw(seed: 0, call: 0, purpose: .sample))
    for (answer, wanted) in zip(answers, text.greedy) { #expect(answer.tokens == wanted.answer) }
    #expect(answers.count == text.greedy.count && answers.count > 8)
  }

  @Test func twoPPOStepsAgreeWithTRL() throws {
    let value = try value()
    var settings = PPO.Settings(profile: .trl011)
    settings.optimizer.learningRate = 1e-3
    settings.miniBatchSize = 4
    let policy = try model()
    let start = policy.copy()
    let ppo = try PPO(policy: policy, settings: settings, draws: Fixture.draws)
    let head = try checkpoint("head.safetensors")
    ppo.valueFunction.head.weight.value = try head.tensor(named: "weight")
    ppo.valueFunction.head.bias.value = try head.tensor(named: "bias")
    for (i, update) in value.updates.enumerated() {
      let batch = try ppo.rollout(queries: update.queries, responses: update.responses)
      try ppo.score(batch, rewards: update.scores.map { .score($0) })
      try ppo.advantages(batch)
      let step = try ppo.update(batch, orders: value.orders[i])
      var worst = (name: "", gap: 0.0)
      for (name, wanted) in update.stats {
        let found = try #require(step.metrics.value(name), "\(name) is not measured")
        let gap = furthest([found], [wanted])
        if gap > worst.gap { worst = (name, gap) }
        #expect(gap < Self.statistics, "\(name): \(found), wanted \(wanted)")
      }
      let (gap, way) = try distance(policy, start, checkpoint("weights-\(i + 1).safetensors"))
      print("step \(i + 1): statistics within \(worst), weights within \(gap / way) of their way")
      #expect(gap / way < Self.movement)
    }
  }

  /// How far the weights are from those wanted, and how far those are from the start.
  private func distance(
    _ model: LanguageModel, _ start: LanguageModel, _ wanted: Checkpoint
  ) throws -> (gap: Double, way: Double) {
    var (gap, way) = (0.0, 0.0)
    for (parameter, first) in zip(model.parameters, start.parameters) {
      let target = try wanted.tensor(named: parameter.name)
      gap += squares(parameter.value - target)
      way += squares(first.value - target)
    }
    return (gap.squareRoot(), way.squareRoot())
  }

  private func squares(_ tensor: Tensor) -> Double {
    tensor.array.reduce(0) { $0 + Double($1) * Double($1) }
  }

  @Test func fineTuningStepsAgreeWithPyTorch() throws {
    let value = try value()
    var settings = SFT.Settings()
    settings.optimizer.learningRate = 1e-3
    settings.appendEos = false
    let sft = try SFT(model(), settings, draws: Fixture.draws)
    for batch in value.batches(of: value.sft.losses.count) {
      let examples = batch.map { pair in
        let cut = pair[0].count - pair[0].count / 3
        return SFT.Example(prompt: Array(pair[0][..<cut]), completion: Array(pair[0][cut...]))
      }
      try sft.step(examples)
    }
    expect(sft.log, value.sft, "SFT")
  }

  @Test func rewardModelStepsAgreeWithPyTorch() throws {
    let value = try value()
    let rm = RewardModel(from: try model(), draws: Fixture.draws)
    let head = try checkpoint("score.safetensors")
    rm.head.weight.value = try head.tensor(named: "weight")
    rm.head.bias.value = try head.tensor(named: "bias")
    var settings = RewardModel.Settings()
    settings.optimizer.learningRate = 1e-3
    settings.maxSteps = 1
    settings.batchSize = value.pairs.count / value.rm.losses.count
    for batch in value.batches(of: value.rm.losses.count) {
      // The order within a batch is drawn; the loss of a whole batch does not care.
      try rm.fit(
        batch.map { PreferencePair(prompt: [], chosen: $0[0], rejected: $0[1]) }, settings)
    }
    expect(rm.log, value.rm, "reward model")
  }

  private func expect(_ log: TrainLog, _ wanted: RealSize.Losses, _ name: String) {
    let losses = furthest(log["loss"], wanted.losses)
    let norms = furthest(log["grad_norm"], wanted.norms)
    print("\(name): losses within \(losses), gradient norms within \(norms); \(wanted.losses)")
    #expect(losses < Self.losses)
    // A norm is dominated by its few largest gradients, whose rows see the rounding of whole texts.
    #expect(norms < 10 * Self.losses)
  }
}

/// What `scripts/golden/real_size.py` writes.
struct RealSize: Decodable {
  struct Text: Decodable {
    struct Answer: Decodable { let prompt, answer: [Int32] }
    let ids: [Int32]
    let greedy: [Answer]
  }

  struct Update: Decodable {
    let queries, responses: [[Int32]]
    let scores: [Double]
    let stats: [String: Double]
  }

  struct Losses: Decodable { let losses, norms: [Double] }

  let text: Text
  let orders: [[[Int]]]
  let updates: [Update]
  let pairs: [[[Int32]]]
  let sft, rm: Losses

  static let environment = ProcessInfo.processInfo.environment
  static let folder = environment["RLX_REAL_SIZE"]

  func batches(of count: Int) -> [[[[Int32]]]] {
    let size = pairs.count / count
    return (0..<count).map { Array(pairs[$0 * size..<($0 + 1) * size]) }
  }
}
