import Foundation
import RLXModels
import RLXScript
import RLXTraining

/// Refuses work that this machine's memory cannot hold, before it is begun: an error is better than
/// a killed process. The estimates are rough and on the low side.
struct ModelMemory {
  let model: LanguageModel
  /// What errors call the work, such as "Model.generate".
  let owner: String

  /// Bytes of a float.
  private static let float = 4.0

  /// Answers to prompts of these lengths: their cache of keys and values, and a row of logits.
  func check(generating prompts: [Int], n: Int, maxTokens: Int) throws {
    let config = model.config
    let rows = Double(prompts.count) * Double(n)
    let longest = Double(prompts.max() ?? 0) + Double(maxTokens)
    let positions = min(longest, Double(config.context))
    let cache = positions * Double(2 * config.layers) * Double(config.kvWidth)
    try require(
      rows * (cache + Double(config.vocabulary)), remedy: "fewer answers at once, or fewer tokens")
  }

  /// A pass over so many tokens. One that records keeps what every layer computed.
  func check(tokens: Int, recording: Bool) throws {
    let config = model.config
    let layer = 10 * Double(config.width) + 4 * Double(config.innerWidth)
    let kept = recording ? Double(config.layers) * layer : layer
    try require(
      Double(tokens) * (kept + Double(config.vocabulary)), remedy: "fewer rows at once")
  }

  /// A pass over both answers of these pairs, each with its prompt.
  func check(_ pairs: [PreferencePair], recording: Bool) throws {
    let tokens = pairs.reduce(0) { $0 + 2 * $1.prompt.count + $1.chosen.count + $1.rejected.count }
    try check(tokens: tokens, recording: recording)
  }

  /// The weights of a model to be made.
  static func check(_ config: ModelConfig, owner: String) throws {
    try require(
      config.roughParameterCount, owner: owner, remedy: "fewer layers, or a smaller width")
  }

  private func require(_ floats: Double, remedy: String) throws {
    try Self.require(floats, owner: owner, remedy: remedy)
  }

  private static func require(_ floats: Double, owner: String, remedy: String) throws {
    let needed = floats * float
    let there = Double(ProcessInfo.processInfo.physicalMemory)
    guard needed > there else { return }
    func gigabytes(_ bytes: Double) -> String { NumberText.significant(bytes / 1e9, digits: 3) }
    throw Fault(
      .value,
      "\(owner): would need at least \(gigabytes(needed)) GB of memory, this machine has "
        + gigabytes(there), remedy: remedy)
  }
}
