import RLXTensor

/// What makes a worse answer of a good one without anybody judging, for a reward model's warm-up: a
/// real answer against a spoilt one (binary discrimination, Askell et al. 2021, arXiv 2112.00861,
/// section 2.3, there with samples of a model).
package enum TextCorruption: String, CaseIterable, Sendable {
  /// The answer to another prompt.
  case other
  /// Its words in another order.
  case shuffle
  /// Its first half, twice.
  case `repeat`
  /// Its first half.
  case cut

  /// The spoilt answer; nil where it would be the same. `row` is the answer's place among `answers`.
  package func callAsFunction(_ answers: [String], row: Int, draw: Draw) -> String? {
    let answer = answers[row]
    let words = answer.split(separator: " ").map(String.init)
    let start = answer.utf8.first == UInt8(ascii: " ") ? " " : ""
    let half = words.prefix((words.count + 1) / 2)
    let spoilt: String
    switch self {
    case .other:
      guard answers.count > 1 else { return nil }
      let step = 1 + draw.below(answers.count - 1, row: row, position: 0)
      spoilt = answers[(row + step) % answers.count]
    case .shuffle:
      var order = Array(words.indices)
      for place in order.indices.dropFirst().reversed() {
        order.swapAt(place, draw.below(place + 1, row: row, position: place))
      }
      spoilt = start + order.map { words[$0] }.joined(separator: " ")
    case .repeat: spoilt = start + (half + half).joined(separator: " ")
    case .cut: spoilt = start + half.joined(separator: " ")
    }
    return spoilt == answer ? nil : spoilt
  }
}
