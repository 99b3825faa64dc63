/// One thing that must hold by the mathematics, as it was found.
package struct Invariant: Equatable, Sendable {
  /// What it is called.
  package let name: String
  /// The equation, in the letters of the papers.
  package let equation: String
  /// Where it was looked at and what the two sides were.
  package let operands: String
  /// The largest difference found, and the largest allowed.
  package let difference: Double
  package let tolerance: Double
  /// What is usually the cause when it fails.
  package let remedy: String

  package var holds: Bool { difference <= tolerance }

  /// The largest difference between two sides, number by number; NaN differs from everything.
  /// `places` names the place of an index. The tolerance is relative to the larger side, or to `sizes`,
  /// those of the largest terms the sides are computed from, where these may cancel; at least to 1.
  package init(
    _ name: String, _ equation: String, left: [Double], right: [Double], sizes: [Double]? = nil,
    tolerance: Double, place: (Int) -> String, remedy: String
  ) {
    precondition(left.count == right.count, "\(name): \(left.count) and \(right.count) numbers")
    var worst = (index: 0, difference: 0.0)
    for index in left.indices {
      let size = max(1, abs(left[index]), abs(right[index]), sizes?[index] ?? 0)
      let difference = abs(left[index] - right[index]) / size
      if !(difference <= worst.difference) {
        worst = (index, difference.isNaN ? .infinity : difference)
      }
    }
    self.name = name
    self.equation = equation
    difference = worst.difference
    self.tolerance = tolerance
    self.remedy = remedy
    operands =
      left.isEmpty
      ? "nothing to compare"
      : "\(Float(left[worst.index])) and \(Float(right[worst.index])) at \(place(worst.index))"
  }
}
