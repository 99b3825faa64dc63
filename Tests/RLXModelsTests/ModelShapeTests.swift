import Foundation
import RLXModels
import RLXTensor
import RLXTestSupport
import Testing

@Suite struct ModelShapeTests {
  private func tokenizer() throws -> Tokenizer {
    try Tokenizer.load(folder: Repository.golden("training/policy").path)
  }

  private func fresh(_ shape: ModelShape, seed: UInt64 = 5) throws -> LanguageModel {
    let tokenizer = try tokenizer()
    return LanguageModel(
      try shape.config(for: tokenizer), tokenizer: tokenizer, name: "fresh",
      draw: Draw(seed: seed, call: 0, purpose: .initial))
  }

  private let llama = ModelShape(
    family: .llama, layers: 3, width: 48, heads: 4, kvHeads: 2, context: 32)

  /// The sample deviation of n numbers is off by about 1/√(2n) of itself; four of those are allowed.
  private func expectDeviation(_ values: [Float], _ wanted: Double, _ name: String) {
    let n = Double(values.count)
    let mean = values.reduce(0.0) { $0 + Double($1) } / n
    let deviation = (values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / n)
      .squareRoot()
    #expect(abs(deviation / wanted - 1) < 4 / (2 * n).squareRoot(), "\(name): \(deviation)")
    #expect(abs(mean) < 4 * wanted / n.squareRoot(), "\(name): mean \(mean)")
  }

  @Test func freshLlamaWeightsAreNormalAndItsScalesOne() throws {
    for parameter in try fresh(llama).parameters {
      if parameter.name.hasSuffix("norm.weight") {
        #expect(parameter.value.array.allSatisfy { $0 == 1 }, "\(parameter.name)")
      } else {
        expectDeviation(parameter.value.array, 0.02, parameter.name)
      }
    }
  }

  /// GPT-2's: products that join the residual stream are drawn √(2 · layers) smaller.
  @Test func freshGPT2WeightsAreTransformers() throws {
    let shape = ModelShape(family: .gpt2, layers: 3, width: 48, heads: 4, context: 32)
    for parameter in try fresh(shape).parameters {
      if parameter.name.hasSuffix(".bias") {
        #expect(parameter.value.array.allSatisfy { $0 == 0 }, "\(parameter.name)")
      } else if parameter.name.contains(".ln_") {
        #expect(parameter.value.array.allSatisfy { $0 == 1 }, "\(parameter.name)")
      } else {
        let isResidual = parameter.name.hasSuffix("c_proj.weight")
        expectDeviation(
          parameter.value.array, isResidual ? 0.02 / 6.0.squareRoot() : 0.02, parameter.name)
      }
    }
  }

  @Test func theSameDrawGivesTheSameBitsAndAnotherOthers() throws {
    func bits(_ seed: UInt64) throws -> [UInt32] {
      try fresh(llama, seed: seed).parameters.flatMap { $0.value.array.map(\.bitPattern) }
    }
    #expect(try bits(5) == bits(5))
    #expect(try bits(5) != bits(6))
  }

  @Test func sizesLeftOutAreTheFamilys() throws {
    let config = try ModelShape(family: .llama, layers: 2, width: 128, heads: 4, context: 64)
      .config(for: tokenizer())
    #expect(config.innerWidth == 352)
    #expect(config.kvHeads == 4)
    #expect(!config.tiesEmbeddings)
    let gpt2 = try ModelShape(family: .gpt2, layers: 2, width: 128, heads: 4, context: 64)
      .config(for: tokenizer())
    #expect(gpt2.innerWidth == 512 && gpt2.tiesEmbeddings && gpt2.normEps == 1e-5)
    #expect(config.vocabulary == (try tokenizer().vocabularySize))
    #expect(config.beginningToken == 1)
    #expect(config.endTokens == [2])
  }

  @Test func sizesThatDoNotGoTogetherAreErrorsThatNameOne() throws {
    let tokenizer = try tokenizer()
    func name(_ change: (inout ModelShape) -> Void) -> String? {
      var shape = llama
      change(&shape)
      do {
        _ = try shape.config(for: tokenizer)
        return nil
      } catch {
        if case .setting(let name, _, _) = error { return name }
        return "\(error)"
      }
    }
    #expect(name { $0.width = 50 } == "width")
    let oddHeads = name {
      $0.width = 36
      $0.heads = 12
      $0.kvHeads = 12
    }
    #expect(oddHeads == "width")
    #expect(name { $0.kvHeads = 3 } == "kv_heads")
    #expect(name { $0.layers = 0 } == "layers")
    #expect(name { $0.context = 1 << 40 } == "context")
    #expect(name { $0.family = .gpt2 } == "kv_heads")
    #expect(name { _ in } == nil)
  }

  @Test(arguments: ModelConfig.Family.allCases)
  func aFreshModelIsReadBackFromItsFolderToTheSameBits(family: ModelConfig.Family) throws {
    let folder = try TemporaryFolder()
    let shape = ModelShape(family: family, layers: 3, width: 48, heads: 3, context: 32)
    let model = try fresh(shape)
    try model.save(folder: folder.path("model"))
    let read = try LanguageModel.load(folder: folder.path("model"))
    #expect(read.config == model.config)
    #expect(read.stopTokens == [2])
    #expect(read.parameters.map(\.name) == model.parameters.map(\.name))
    for (one, other) in zip(read.parameters, model.parameters) {
      #expect(one.value.array == other.value.array, "\(one.name)")
    }
  }

  /// Fresh weights are small, so that every token is about as likely as any other.
  @Test func aFreshModelKnowsNothing() throws {
    let model = try fresh(llama)
    let text = (prompt: [Int32(1)], response: (0..<20).map { Int32(3 + $0 * 7 % 60) })
    let found = try model.likelihood(of: [text, text])
    #expect(found.tokens == 40)
    #expect(abs(found.perplexity / Double(model.config.vocabulary) - 1) < 0.1)
  }

  /// However the texts are batched, the sum is of each text's own tokens.
  @Test func likelihoodIsTheSumOverTexts() throws {
    let model = try fresh(llama)
    let texts: [TokenPair] = [([1], [5, 6, 7]), ([1, 9], [8]), ([4], [3, 3])]
    var wanted = 0.0
    for text in texts {
      wanted -= try model.logProbs([text], recording: false).values.array
        .reduce(0.0) { $0 + Double($1) }
    }
    var read: [Int] = []
    let found = try model.likelihood(of: texts) { read.append($0) }
    // Two float32 sums of six numbers of size 5.
    #expect(abs(found.negativeLogLikelihood - wanted) < 1e-4)
    #expect(read.last == 3)
  }
}
