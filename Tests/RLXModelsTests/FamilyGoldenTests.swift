import Foundation
import RLXData
import RLXModels
import RLXTensor
import RLXTestSupport
import Testing

/// Small random models of every family against transformers (scripts/golden/families.py): sequences
/// longer than the windows, and than what scaled positions were trained on.
@Suite(.serialized) struct FamilyGoldenTests {
  static let names = [
    "llama-linear", "llama-dynamic", "llama-llama3", "llama-yarn", "llama-yarn-set", "mistral",
    "mistral-whole", "qwen2", "qwen2-window", "qwen3", "qwen3-biased", "smollm3", "olmo2", "phi3",
    "gpt-neox", "gpt-neox-serial", "gemma2", "gemma2-uncapped", "gemma3", "gemma3-older",
  ]

  /// Sums of some dozen float32 products in another order, through two or three layers; relative to
  /// the largest of the tensor.
  static let tolerance: Float = 1e-4

  let tokenizer: Tokenizer

  init() throws { tokenizer = try Support.tokenizer() }

  private func load(_ name: String) throws -> (model: LanguageModel, reference: JSON) {
    let folder = Repository.golden("models/" + name)
    let config = try ModelConfig.load(folder.appendingPathComponent("config.json").path)
    let weights = try WeightFiles(folder: folder.path)
    let model = LanguageModel(
      name: name, family: try Families.build(config, from: weights), tokenizer: tokenizer,
      stopTokens: [])
    return (model, try Support.json(folder.appendingPathComponent("reference.json")))
  }

  private func values(_ name: String) throws -> Checkpoint {
    try Checkpoint(Repository.golden("models/\(name)/reference.safetensors").path)
  }

  /// The largest differences of logits and of gradients, each relative to the largest value of its
  /// tensor, and the parameter whose gradient is furthest.
  static func differences(
    _ name: String
  ) throws -> (logits: Float, gradients: Float, furthest: String) {
    let tests = try FamilyGoldenTests()
    let (model, reference) = try tests.load(name)
    let wanted = try tests.values(name)
    let ids = Support.ids(reference["sequence"])
    func apart(_ found: Tensor, _ name: String) throws -> Float {
      let wanted = try wanted.tensor(named: name, shape: found.shape).array
      let largest = wanted.map(abs).max() ?? 0
      return Support.distance(found.array, wanted) / max(largest, 1e-6)
    }
    let logits = try apart(try model.logits(ids), "logits")
    try model.loss(ids: ids).backward()
    var (gradients, furthest): (Float, String) = (0, "")
    for parameter in model.parameters {
      let found = try #require(parameter.gradient, "\(parameter.name)")
      let difference = try apart(found, "gradient." + parameter.name)
      if difference >= gradients { (gradients, furthest) = (difference, parameter.name) }
    }
    return (logits, gradients, furthest)
  }

  @Test(arguments: names) func logitsAndTheGradientsOfAllParametersAgree(name: String) throws {
    let (logits, gradients, furthest) = try Self.differences(name)
    #expect(logits < Self.tolerance)
    #expect(gradients < Self.tolerance, "\(furthest)")
  }

  @Test(arguments: names) func logProbsOfPackedPairsAgree(name: String) throws {
    let (model, reference) = try load(name)
    let entries = try #require(reference["pairs"]?.arrayValue)
    let pairs = entries.map {
      (prompt: Support.ids($0["prompt"]), response: Support.ids($0["response"]))
    }
    let found = try model.logProbs(pairs, recording: false).values.array
    let wanted = entries.flatMap { Support.floats($0["log_probs"]) }
    #expect(Support.distance(found, wanted) < Self.tolerance)
  }

  @Test(arguments: names) func greedyAnswersAgreeWhateverElseIsDecoded(name: String) throws {
    let (model, reference) = try load(name)
    let entries = try #require(reference["greedy"]?.arrayValue)
    let settings = GenerationSettings(maxTokens: 20, temperature: 0, ignoreEnd: true)
    let prompts = entries.map { Support.ids($0["prompt"]) }
    let together = try model.generate(prompts, settings, draw: Support.sampling)
    #expect(together.map(\.tokens) == entries.map { Support.ids($0["answer"]) })
    let alone = try model.generate([prompts[2]], settings, draw: Support.sampling)
    #expect(alone[0].tokens == together[2].tokens)
    #expect(alone[0].logProbs == together[2].logProbs)
  }

  /// What generation says of its tokens is what reading them says, past windows too. (Positions that
  /// are scaled by length are the exception: what is cached was turned for a shorter text.)
  @Test(arguments: names.filter { $0 != "llama-dynamic" })
  func decodingAgreesWithReading(name: String) throws {
    let (model, reference) = try load(name)
    let prompts = try #require(reference["greedy"]?.arrayValue).map { Support.ids($0["prompt"]) }
    let settings = GenerationSettings(maxTokens: 24, temperature: 1, n: 2, ignoreEnd: true)
    let answers = try model.generate(prompts, settings, draw: Support.sampling)
    let pairs = answers.map { (prompt: $0.promptTokens, response: $0.tokens) }
    let read = try model.logProbs(pairs, recording: false).values.array
    #expect(Support.distance(answers.flatMap(\.logProbs), read) < Self.tolerance)
  }

  @Test(arguments: names) func configurationsReadBackTheSame(name: String) throws {
    let config = try ModelConfig.load(Repository.golden("models/\(name)/config.json").path)
    try Support.withFolder { folder in
      try Support.write(try config.json.serialized(), folder + "/config.json")
      #expect(try ModelConfig.load(folder + "/config.json") == config)
    }
  }

  @Test(arguments: names) func savedFoldersReadBackToTheSameBits(name: String) throws {
    let (model, reference) = try load(name)
    let ids = Support.ids(reference["sequence"])
    try Support.withFolder { folder in
      try model.save(folder: folder)
      #expect(try LanguageModel.load(folder: folder).logits(ids).array == model.logits(ids).array)
      let score = Tensor.randn([1, model.config.width], draw: Support.draw)
      try model.trunk().saveClassifier(folder: folder, score: score)
      let read = try LanguageModel.loadClassifier(folder: folder)
      #expect(read.score.array == score.array)
      let hidden = { (model: LanguageModel) in
        try model.forward([([1], ids)], recording: false).hidden.array
      }
      #expect(try hidden(read.trunk) == hidden(model))
    }
  }

  /// One of each family, saved and loaded as a fresh model of its own.
  @Test(arguments: ModelConfig.Family.allCases)
  func freshModelsOfEveryFamilyLearnAndAreSaved(family: ModelConfig.Family) throws {
    let shape = ModelShape(family: family, layers: 2, width: 32, heads: 2, context: 24)
    let config = try shape.config(for: tokenizer)
    let model = LanguageModel(config, tokenizer: tokenizer, name: "fresh", draw: Support.draw)
    let ids = (0..<20).map { Int32($0 * 7 % 90) }
    let loss = try model.loss(ids: ids)
    // Weights of 0.02 know nothing: every token is about as likely.
    #expect(abs(loss.item - log(Float(config.vocabulary))) < 0.2)
    try loss.backward()
    let optimizer = AdamW(model.parameters, AdamW.Settings(learningRate: 1e-2))
    optimizer.step()
    #expect(try model.loss(ids: ids, recording: false).item < loss.item - 0.1)
    try Support.withFolder { folder in
      try model.save(folder: folder)
      let read = try LanguageModel.load(folder: folder)
      #expect(read.config == model.config)
      #expect(try read.logits(ids).array == model.logits(ids).array)
    }
  }
}
