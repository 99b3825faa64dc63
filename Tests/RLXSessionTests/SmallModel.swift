import Foundation
import RLXModels
import RLXTensor
import RLXTestSupport

/// A Llama of two layers with random weights over the small tokenizer of the reference values, as a
/// folder on disk: made once, shared by all tests, which only read it.
enum SmallModel {
  static let folder = saved("llama")
  /// The same with another tokenizer: its ids mean something else.
  static let otherFolder = saved("bare")

  private static func saved(_ tokenizer: String) -> String {
    let path = NSTemporaryDirectory() + "rlx-small-model-" + UUID().uuidString
    do {
      try make(seed: 11, tokenizer: tokenizer).save(folder: path)
    } catch {
      fatalError("the small model cannot be written: \(error)")
    }
    return path
  }

  static func make(seed: UInt64, tokenizer name: String = "llama") throws -> LanguageModel {
    let tokenizer = try Tokenizer.load(folder: Repository.golden("tokenizer/\(name)").path)
    var config = ModelConfig(
      vocabulary: tokenizer.vocabularySize, width: 32, innerWidth: 48, layers: 2, heads: 4,
      kvHeads: 2, context: 128)
    config.initialRange = 0.25
    config.beginningToken = 1
    return LanguageModel(
      name: "small",
      family: Families.fresh(config, draw: Draw(seed: seed, call: 3, purpose: .initial)),
      tokenizer: tokenizer, stopTokens: [2])
  }
}
