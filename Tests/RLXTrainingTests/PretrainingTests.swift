import Foundation
import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

/// A model made from nothing and trained on text.
@Suite(.serialized) struct PretrainingTests {
  private static let texts = [
    "the cat sat on the mat and the cat slept", "the dog ran to the man in the hat",
    "a man and a cat sat in the sun", "the sun is hot and the mat is red",
    "the red hat is on the cat", "a dog sat on the man and ran",
  ]

  private func fresh() throws -> LanguageModel {
    let tokenizer = try Tokenizer.load(folder: Repository.golden("training/policy").path)
    let shape = ModelShape(
      family: .llama, layers: 2, width: 32, heads: 4, kvHeads: 2, context: 48, tiesEmbeddings: true)
    return LanguageModel(
      try shape.config(for: tokenizer), tokenizer: tokenizer, name: "fresh",
      draw: Draw(seed: 9, call: 0, purpose: .initial))
  }

  private func trainer(_ change: (inout SFT.Settings) -> Void = { _ in }) throws -> SFT {
    var settings = SFT.Settings()
    settings.optimizer.learningRate = 1e-2
    settings.optimizer.lrSchedulerType = .cosine
    settings.optimizer.warmupRatio = 0.1
    settings.optimizer.weightDecay = 0.1
    settings.optimizer.adamBeta2 = 0.95
    settings.batchSize = 3
    settings.maxSteps = 60
    change(&settings)
    return try SFT(try fresh(), settings, draws: Fixture.draws)
  }

  private func examples(_ model: LanguageModel) -> [SFT.Example] {
    Self.texts.map { SFT.Example(completion: model.tokenizer.encode($0)) }
  }

  @Test func theLossFallsAndHeldOutTextOfTheSameKindGetsLikelier() throws {
    let sft = try trainer()
    let ids = sft.model.tokenizer.encode("the man sat on the red mat")
    let heldOut = [(prompt: Array(ids[..<1]), response: Array(ids[1...]))]
    let before = try sft.model.likelihood(of: heldOut).perplexity
    try sft.run(examples(sft.model))
    let losses = sft.log["loss"]
    #expect(losses.count == 60)
    #expect(mean(losses.suffix(4)) < mean(losses.prefix(4)) / 2, "\(losses)")
    let after = try sft.model.likelihood(of: heldOut).perplexity
    #expect(after < before / 4, "from \(before) to \(after)")
  }

  /// One schedule over `max_steps`, whatever parts the run is in.
  @Test func sameSeedSameBitsAndPartsAreTheWhole() throws {
    func bits(_ parts: [Int]) throws -> [UInt32] {
      let sft = try trainer { $0.maxSteps = 9 }
      let examples = examples(sft.model)
      for steps in parts { try sft.run(examples, steps: steps) }
      return Fixture.bits(sft.model)
    }
    let whole = try bits([9])
    #expect(try bits([9]) == whole)
    #expect(try bits([2, 4, 3]) == whole)
  }

  /// Ten steps, the warmup a share of 0.25: rounded up to 3, as transformers does.
  @Test func theWarmupMayBeAShareOfAllSteps() throws {
    let sft = try trainer {
      $0.maxSteps = 10
      $0.optimizer.warmupRatio = 0.25
      $0.optimizer.lrSchedulerType = .constantWithWarmup
    }
    try sft.run(examples(sft.model), steps: 5)
    let wanted = [0, 1.0 / 3, 2.0 / 3, 1, 1].map { $0 * 1e-2 }
    #expect(furthest(sft.log["learning_rate"], wanted) < 1e-8)
  }

  @Test func aWarmupSaidTwiceOrLeftOutIsAConflict() throws {
    func names(_ change: (inout SFT.Settings) -> Void) -> [String] {
      do {
        _ = try trainer(change)
      } catch TrainingError.conflict(_, let names, _) {
        return names
      } catch { return ["\(error)"] }
      return []
    }
    #expect(names { $0.optimizer.warmupSteps = 2 } == ["warmup_steps", "warmup_ratio"])
    #expect(
      names { $0.optimizer.lrSchedulerType = .constant } == ["lr_scheduler_type", "warmup_ratio"])
  }

  // MARK: Packing

  /// Whole rows share a block, and each still has its own positions and attention: the same batch
  /// without packing gives the same bits.
  @Test func bestFitPackingChangesNothingButWhatABatchHolds() throws {
    func run(_ packing: Bool) throws -> SFT {
      let sft = try trainer {
        $0.packing = packing
        $0.batchSize = packing ? 1 : 6
        $0.appendEos = false
      }
      let rows = (0..<6).map { SFT.Example(completion: Fixture.tokens(8, seed: UInt64($0))) }
      try sft.run(rows, steps: 1, blockLength: 48)
      return sft
    }
    let (packed, plain) = (try run(true), try run(false))
    #expect(packed.log["num_tokens"] == [48])
    #expect(plain.log["num_tokens"] == [48])
    // The same rows in another order: sums in float32 differ in the last bits.
    #expect(furthest(packed.log["loss"], plain.log["loss"]) < 1e-6)
  }

  /// 5 texts of 7 tokens and an end token each are 40 tokens: blocks of 16, 16 and 8.
  @Test func wrappedPackingCutsTextsWhereABlockIsFull() throws {
    let sft = try trainer {
      $0.packing = true
      $0.packingStrategy = .wrapped
      $0.batchSize = 1
    }
    let rows = (0..<5).map { SFT.Example(completion: Fixture.tokens(7, seed: UInt64($0))) }
    try sft.run(rows, epochs: 1, blockLength: 16)
    let seen = sft.log["num_tokens"]
    #expect(seen.count == 3)
    #expect(zip([0] + seen, seen).map { $1 - $0 }.sorted() == [8, 16, 16])
    // A text longer than the model reads is no trouble.
    let long = SFT.Example(completion: Fixture.tokens(300, seed: 1))
    try sft.run([long], steps: 1)
    let wanted = seen.last.map { $0 + 48 }
    #expect(sft.log["num_tokens"].last == wanted)
  }

  @Test func wrappedPackingOfAnswersToPromptsIsAConflict() throws {
    let sft = try trainer {
      $0.packing = true
      $0.packingStrategy = .wrapped
    }
    #expect(throws: TrainingError.self) {
      try sft.run([SFT.Example(prompt: [1, 5], completion: [6, 7])], steps: 1)
    }
  }
}
