import Foundation
import RLXModels
import RLXTensor
import RLXTraining

/// How fast this machine is at the parts of a trainer's step, by a short measurement on a copy of its
/// model: nothing of the session changes. A time is never part of a value, a log or a digest.
struct StepSpeed {
  /// Operations a second.
  private var rates: [ModelPass.Work: Double] = [:]

  /// Measures each kind of work that the trainer's steps have, on a few rows of the size.
  init(_ trainer: PlannedObject, _ size: RowSize) throws {
    let model = trainer.trainer.trainedModel.copy()
    let vocabulary = model.config.vocabulary
    let pair: TokenPair = (
      prompt: (0..<size.prompt).map { Int32($0 % vocabulary) },
      response: (0..<size.response).map { Int32($0 % vocabulary) }
    )
    let pairs = [TokenPair](repeating: pair, count: Self.rows)
    let prompts = [[Int32]](repeating: pair.prompt, count: Self.rows)
    for work in Set(trainer.cost(size, rows: 1).passes.map(\.work)) {
      let pass = ModelPass(model: "policy", config: model.config, work: work)
      let operations = Double(Self.rows) * pass.operations(size)
      let taken = try Self.quickest {
        switch work {
        case .read: _ = try model.logProbs(pairs, recording: false)
        case .train:
          let found = try model.logProbs(pairs, recording: true)
          try found.values.mean().backward()
          for parameter in model.parameters { parameter.gradient = nil }
        case .generate:
          let settings = GenerationSettings(maxTokens: size.response, ignoreEnd: true)
          _ = try model.generate(
            prompts, settings, draw: Draw(seed: 0, call: 0, purpose: .sample))
        }
      }
      rates[work] = operations / taken
    }
  }

  private static let rows = 4

  /// The time of one step, in seconds.
  func seconds(_ cost: StepCost, _ size: RowSize) -> Double {
    cost.passes.reduce(0) { sum, pass in
      sum + Double(cost.rows) * pass.operations(size) / (rates[pass.work] ?? .infinity)
    }
  }

  /// The shorter of two runs, in seconds: the first finds nothing in the caches.
  private static func quickest(_ body: () throws -> Void) throws -> Double {
    var best = Double.infinity
    for _ in 0..<2 {
      let start = DispatchTime.now().uptimeNanoseconds
      try body()
      best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
    }
    return max(best, 1e-9)
  }
}

/// A time in words: "1.2 s", "3 min 20 s", "2 h 5 min".
enum DurationText {
  static func of(_ seconds: Double) -> String {
    guard seconds < 1e9 else { return "more than 30 years" }
    guard seconds >= 60 else { return NumberText.significant(seconds, digits: 2) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    if whole < 48 * 3600 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
    return "\(whole / 86400) d \(whole % 86400 / 3600) h"
  }
}
