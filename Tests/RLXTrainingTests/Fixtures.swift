import Foundation
import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

/// The small model, its reference and the recorded values that the suites share.
enum Fixture {
  /// A fresh copy of the 2-layer model of the goldens.
  static func policy() throws -> LanguageModel {
    try LanguageModel.load(folder: Repository.golden("training/policy").path)
  }

  static func reference() throws -> LanguageModel {
    let model = try LanguageModel.load(folder: Repository.golden("training/reference").path)
    model.freeze()
    return model
  }

  static func json<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    let data = try Data(contentsOf: Repository.golden("training/\(name)"))
    return try JSONDecoder().decode(type, from: data)
  }

  static func checkpoint(_ name: String) throws -> Checkpoint {
    try Checkpoint(Repository.golden("training/\(name)").path)
  }

  static let draws = TrainerDraws(seed: 3, call: 1)

  /// Ordinary tokens, the same for the same seed.
  static func tokens(_ count: Int, seed: UInt64) -> [Int32] {
    let draw = Draw(seed: seed, call: 0, count: 0, purpose: .sample)
    return (0..<count).map { Int32(3 + draw.below(94, row: 0, position: $0)) }
  }

  static func prompts(_ count: Int) -> [Prompt] {
    (0..<count).map { Prompt(text: "p\($0)", tokens: [1] + tokens(2 + $0 % 3, seed: UInt64($0))) }
  }

  /// The bits of every parameter, in order.
  static func bits(_ model: LanguageModel) -> [UInt32] {
    model.parameters.flatMap { $0.value.array.map(\.bitPattern) }
  }
}

/// A reward that needs no model: how many tokens of the answer are even.
final class EvenTokens: Reward {
  func scores(_ samples: [Sample]) -> [Double] {
    samples.map { sample in Double(sample.responseTokens.filter { $0 % 2 == 0 }.count) }
  }
}

/// A reward that says what it is told.
final class Fixed: Reward {
  let values: [Double]
  init(_ values: [Double]) { self.values = values }
  func scores(_ samples: [Sample]) -> [Double] { Array(values.prefix(samples.count)) }
}

/// The largest difference of two lists, each over 1 + the size of what is wanted; infinite where the
/// lengths differ or a number is not one.
func furthest<A: BinaryFloatingPoint, B: BinaryFloatingPoint>(_ found: [A], _ wanted: [B]) -> Double
{
  guard found.count == wanted.count else { return .infinity }
  var worst = 0.0
  for (x, y) in zip(found, wanted) {
    let gap = abs(Double(x) - Double(y)) / (1 + abs(Double(y)))
    guard gap.isFinite else { return .infinity }
    worst = max(worst, gap)
  }
  return worst
}

/// The largest difference of many comparisons, and where it was.
struct Gap {
  private(set) var worst = 0.0
  private(set) var place = ""

  mutating func note<A: BinaryFloatingPoint, B: BinaryFloatingPoint>(
    _ found: [A], _ wanted: [B], _ place: String
  ) {
    let gap = furthest(found, wanted)
    if gap > worst { (worst, self.place) = (gap, place) }
  }
}

/// Thrown by a report that stops a trainer.
struct Stopped: Error {}
