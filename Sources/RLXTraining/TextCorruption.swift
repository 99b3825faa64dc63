import RLXModels
import RLXTensor

/// What makes a worse answer of a good one without anybody judging, for a reward model's warm-up: a
/// stage of preference model pre-training (Askell et al. 2021, arXiv 2112.00861, section 4, there on
/// public comparisons), on spoilt answers.
package enum TextCorruption: String, CaseIterable, Sendable {
  /// The answer to another prompt.
  case other
  /// Its words in another order.
  case shuffle
  /// Its first half, twice.
  case `repeat`
  /// Its first half.
  case cut

  /// The spoilt answer to the prompt of `samples[row]`; nil where it would say the same, or where no
  /// other prompt has an answer.
  package func callAsFunction(_ samples: [Sample], row: Int, draw: Draw) -> String? {
    let answer = samples[row].response
    let words = Self.words(answer)
    let start = answer.utf8.first == UInt8(ascii: " ") ? " " : ""
    let half = words.prefix((words.count + 1) / 2)
    let spoilt: String
    switch self {
    case .other:
      guard let other = Self.other(samples, row, draw) else { return nil }
      spoilt = samples[other].response
    case .shuffle:
      var order = Array(words.indices)
      for place in order.indices.dropFirst().reversed() {
        order.swapAt(place, draw.below(place + 1, row: row, position: place))
      }
      spoilt = start + order.map { words[$0] }.joined(separator: " ")
    case .repeat: spoilt = start + (half + half).joined(separator: " ")
    case .cut: spoilt = start + half.joined(separator: " ")
    }
    return Self.words(spoilt) == words ? nil : spoilt
  }

  /// The first row with another prompt from a drawn place on.
  private static func other(_ samples: [Sample], _ row: Int, _ draw: Draw) -> Int? {
    guard samples.count > 1 else { return nil }
    let start = row + 1 + draw.below(samples.count - 1, row: row, position: 0)
    return (0..<samples.count).lazy.map { (start + $0) % samples.count }
      .first { samples[$0].prompt != samples[row].prompt }
  }

  private static func words(_ text: String) -> [Substring] {
    text.split { $0.isWhitespace }
  }
}
