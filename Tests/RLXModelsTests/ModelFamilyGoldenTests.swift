import Foundation
import RLXData
import RLXModels
import RLXTensor
import RLXTestSupport
import Testing

/// Small random models against transformers (scripts/golden/models.py).
@Suite(.serialized) struct ModelFamilyGoldenTests {
  static let configurations = [
    "untied", "tied", "biased", "bfloat16", "float16", "grouped", "gpt2", "gpt2-variant",
    "gpt2-unscaled",
  ]

  /// Sums of some hundred float32 products in another order, through two layers, on logits of up
  /// to 5: a few units of 5e-7 each, with room for the softmax.
  static let logitTolerance: Float = 5e-5
  /// Gradients are sums over 12 positions of such sums; relative to the tensor's largest.
  static let gradientTolerance: Float = 2e-4

  let tokenizer: Tokenizer

  init() throws { tokenizer = try Support.tokenizer() }

  private func load(_ name: String) throws -> (model: LanguageModel, reference: JSON) {
    let folder = Repository.golden("models/" + name)
    let config = try ModelConfig.load(folder.appendingPathComponent("config.json").path)
    let weights = try WeightFiles(folder: folder.path)
    let model = LanguageModel(
      name: name, family: try Families.build(config, from: weights),
      tokenizer: tokenizer, stopTokens: [])
    return (model, try Support.json(folder.appendingPathComponent("reference.json")))
  }

  private func pairs(_ reference: JSON) throws -> [(pair: TokenPair, entry: JSON)] {
    try #require(reference["pairs"]?.arrayValue).map { entry in
      ((Support.ids(entry["prompt"]), Support.ids(entry["response"])), entry)
    }
  }

  @Test(arguments: configurations) func logitsAgree(name: String) throws {
    let (model, reference) = try load(name)
    let ids = Support.ids(reference["sequence"])
    let logits = try model.logits(ids)
    #expect(logits.shape == [ids.count, 97])
    #expect(
      Support.distance(logits.array, Support.floats(reference["logits"])) < Self.logitTolerance)
  }

  @Test(arguments: configurations) func logProbsOfUnequalPairsAgree(name: String) throws {
    let (model, reference) = try load(name)
    let entries = try pairs(reference)
    for (temperature, key) in [(Float(1), "log_probs"), (0.7, "log_probs_at_0.7")] {
      let found = try model.logProbs(
        entries.map(\.pair), temperature: temperature, recording: false)
      #expect(found.offsets == [0, 4, 5, 12, 12])
      let wanted = entries.flatMap { Support.floats($0.entry[key]) }
      #expect(Support.distance(found.values.array, wanted) < Self.logitTolerance)
    }
  }

  @Test(arguments: configurations) func greedyAnswersAgree(name: String) throws {
    let (model, reference) = try load(name)
    let entries = try #require(reference["greedy"]?.arrayValue)
    let settings = GenerationSettings(maxTokens: 24, temperature: 0)
    let prompts = entries.map { Support.ids($0["prompt"]) }
    let together = try model.generate(prompts, settings, draw: Support.sampling)
    #expect(together.map(\.tokens) == entries.map { Support.ids($0["answer"]) })
  }

  @Test(arguments: configurations) func lossAndGradientsAgree(name: String) throws {
    let (model, reference) = try load(name)
    let loss = try model.loss(ids: Support.ids(reference["sequence"]))
    let wanted = Float(try #require(reference["loss"]?.doubleValue))
    #expect(abs(loss.item - wanted) < Self.logitTolerance)
    try loss.backward()
    for (parameter, gradient) in try #require(reference["gradients"]?.objectValue) {
      let found = try #require(model.parameters.first { $0.name == parameter }?.gradient)
      let wanted = Support.floats(gradient)
      let largest = wanted.map(abs).max() ?? 0
      #expect(
        Support.distance(found.array, wanted) < Self.gradientTolerance * largest, "\(parameter)")
    }
  }

  /// Of GPT-2 the gradients of all parameters were recorded, those of positions and biases too.
  @Test func noGradientOfGPT2IsLeftUncompared() throws {
    let (model, reference) = try load("gpt2-variant")
    let recorded = try #require(reference["gradients"]?.objectValue)
    #expect(recorded.keys.sorted() == model.parameters.map(\.name).sorted())
  }

  @Test(arguments: ["biased", "gpt2"])
  func everyParameterGetsAGradientUnlessFrozen(name: String) throws {
    let (model, reference) = try load(name)
    let ids = Support.ids(reference["sequence"])
    try model.loss(ids: ids).backward()
    #expect(model.parameters.allSatisfy { $0.gradient != nil })
    model.freeze()
    #expect(model.isFrozen)
    #expect(try !model.loss(ids: ids).tracksGradient)
    let copy = model.copy()
    #expect(!copy.isFrozen)
    #expect(try copy.loss(ids: ids).tracksGradient)
  }
}
