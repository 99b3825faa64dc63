// Sums in double, in index order: the same bits on every run, whatever the thread count.

/// The mean, or 0 of nothing.
package func mean<Values: Collection>(_ values: Values) -> Double
where Values.Element: BinaryFloatingPoint {
  values.isEmpty ? 0 : values.reduce(0) { $0 + Double($1) } / Double(values.count)
}

/// The unbiased variance Σ(x − mean)² / (n − 1); 0 where n < 2 (PyTorch says NaN there).
package func variance<Values: Collection>(_ values: Values) -> Double
where Values.Element: BinaryFloatingPoint {
  guard values.count > 1 else { return 0 }
  let center = mean(values)
  let squares = values.reduce(0) { $0 + (Double($1) - center) * (Double($1) - center) }
  return squares / Double(values.count - 1)
}

/// The unbiased standard deviation; 0 where n < 2.
package func standardDeviation<Values: Collection>(_ values: Values) -> Double
where Values.Element: BinaryFloatingPoint {
  variance(values).squareRoot()
}

/// A share of successes with its Wilson score interval (Wilson 1927, eq. 4, no continuity
/// correction), which stays inside 0…1 and is sensible for few trials.
package struct Accuracy: Equatable, Sendable {
  package let correct: Int
  package let total: Int

  package init(correct: Int, total: Int) {
    self.correct = correct
    self.total = total
  }

  /// correct / total, or 0 of nothing.
  package var value: Double { total == 0 ? 0 : Double(correct) / Double(total) }

  /// (p + z²/2n ∓ z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n), z = 1.959964 for 95 %; 0…1 of nothing.
  package var interval: (low: Double, high: Double) {
    guard total > 0 else { return (0, 1) }
    let z = 1.959963984540054
    let n = Double(total)
    let p = value
    let center = p + z * z / (2 * n)
    let spread = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    let scale = 1 + z * z / n
    return (max(0, (center - spread) / scale), min(1, (center + spread) / scale))
  }

  package var low: Double { interval.low }
  package var high: Double { interval.high }
}
