import Foundation
import RLXData
import RLXModels
import RLXTensor
import RLXTestSupport
import Testing

/// Training in bf16 beside float32 and PyTorch's bf16 autocast (scripts/golden/bf16.py).
@Suite(.serialized) struct BFloat16GoldenTests {
  /// Losses of 12 tokens near 5.5: autocast itself is 0.007 away from float32.
  static let lossTolerance: Float = 0.02
  /// Gradients, as a share of their length, in units of autocast's own distance from float32. rlx rounds
  /// the operands of products and nothing else, autocast also what products give.
  static let fromFloat32 = 1.5
  static let fromAutocast = 2.0

  let tokenizer: Tokenizer

  init() throws { tokenizer = try Support.tokenizer() }

  private func model(_ name: String, _ dtype: DType) throws -> LanguageModel {
    let folder = Repository.golden("models/" + name)
    var config = try ModelConfig.load(folder.appendingPathComponent("config.json").path)
    config.dtype = dtype
    return LanguageModel(
      name: name, family: try Families.build(config, from: WeightFiles(folder: folder.path)),
      tokenizer: tokenizer, stopTokens: [])
  }

  private func distance(_ a: some Sequence<Float>, _ b: [Float]) -> Double {
    let square = zip(a, b).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
    return (square / b.reduce(0.0) { $0 + pow(Double($1), 2) }).squareRoot()
  }

  @Test(arguments: ["untied", "gpt2"]) func lossAndGradientsAgree(name: String) throws {
    let golden = try Support.json(Repository.golden("models/bf16.json"))
    let entry = try #require(golden[name])
    let ids = Support.ids(golden["sequence"])
    let (exact, rounded) = (try model(name, .float32), try model(name, .bfloat16))
    let (exactLoss, loss) = (try exact.loss(ids: ids), try rounded.loss(ids: ids))
    #expect(loss.item != exactLoss.item, "nothing was rounded")
    #expect(abs(loss.item - exactLoss.item) < Self.lossTolerance)
    let autocast = Float(try #require(entry["loss"]?.doubleValue))
    #expect(abs(loss.item - autocast) < Self.lossTolerance)
    try exactLoss.backward()
    try loss.backward()
    for (parameter, wanted) in try #require(entry["gradients"]?.objectValue) {
      func gradient(_ model: LanguageModel) throws -> [Float] {
        try #require(model.parameters.first { $0.name == parameter }?.gradient).array
      }
      let (found, plain) = (try gradient(rounded), try gradient(exact))
      let unit = try #require(wanted["distance"]?.doubleValue)
      #expect(distance(found, plain) < Self.fromFloat32 * unit, "\(parameter)")
      let values = Support.floats(wanted["values"])
      #expect(
        distance(found.prefix(values.count), values) < Self.fromAutocast * unit, "\(parameter)")
    }
  }

  /// A batch of unequal texts in bf16: a text's log-probabilities are the same alone.
  @Test(arguments: ["untied", "gpt2"]) func aTextAloneGivesTheSameBits(name: String) throws {
    let model = try model(name, .bfloat16)
    let pairs: [TokenPair] = [
      ([1, 5, 9], [33, 2, 71, 40]), ([1], [12]), ([7, 7, 90], [8, 88, 19]),
    ]
    let together = try model.logProbs(pairs, recording: false)
    for (index, pair) in pairs.enumerated() {
      let rows = Int(together.offsets[index])..<Int(together.offsets[index + 1])
      let alone = try model.logProbs([pair], recording: false).values.array
      #expect(Array(together.values.array[rows]) == alone)
    }
  }

  /// Generation and training multiply bf16 alike, so the sampled log-probabilities are the measured ones
  /// but for attention, which sums in another order over a cache.
  @Test(arguments: ["untied", "gpt2"]) func generationAgreesWithReading(name: String) throws {
    let model = try model(name, .bfloat16)
    let answers = try model.generate(
      [[1, 30, 62], [11, 22, 33, 44]], GenerationSettings(maxTokens: 20, ignoreEnd: true),
      draw: Support.sampling)
    let measured = try model.logProbs(
      answers.map { ($0.promptTokens, $0.tokens) }, recording: false)
    // An operand that tips over is 2⁻⁸ of itself off; logits go up to 5 here.
    let tolerance: Float = 0.1
    #expect(Support.distance(answers.flatMap(\.logProbs), measured.values.array) < tolerance)
  }
}
