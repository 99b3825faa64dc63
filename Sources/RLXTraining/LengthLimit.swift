import RLXTensor

/// The most tokens an answer may have: one number, or a range from which each answer's is drawn
/// (TRL's `LengthSampler`).
package struct LengthLimit: Equatable, Sendable, ExpressibleByIntegerLiteral {
  /// ≥ 1, and ≤ high.
  package let low: Int
  /// The most there can be; it can be drawn.
  package let high: Int

  package init(_ count: Int) { (low, high) = (count, count) }

  package init(integerLiteral count: Int) { self.init(count) }

  /// Any of low…high alike.
  package init(low: Int, high: Int) {
    precondition(low <= high, "a length limit of \(low) to \(high)")
    self.low = low
    self.high = high
  }

  package var isFixed: Bool { low == high }

  /// The limits of `count` answers: from row r of `draw`, so that they do not depend on the batch.
  func limits(_ count: Int, draw: Draw) -> [Int] {
    (0..<count).map { row in
      low + draw.below(high - low + 1, row: row, position: 0)
    }
  }
}
