import Glibc
import RLXTensor

/// A mean over rows with its 95 % bootstrap interval, bias-corrected and accelerated (BCa: Efron 1987,
/// J. Am. Stat. Assoc. 82, 171; Efron and Tibshirani 1993, chapter 14).
///
/// Rows are drawn with replacement `resamples` times; the interval is between two quantiles of the
/// statistic over these draws, moved by how far its median is off (z₀) and by how its spread changes
/// with its value (a, from leaving out one row at a time). SciPy's `stats.bootstrap` does the same.
package struct BootstrapInterval: Equatable, Sendable {
  package let value: Double
  /// nil of fewer than two rows, which say nothing of their spread.
  package let low: Double?
  package let high: Double?
  package let rows: Int
  package let resamples: Int

  package init(value: Double, low: Double?, high: Double?, rows: Int, resamples: Int) {
    self.value = value
    self.low = low
    self.high = high
    self.rows = rows
    self.resamples = resamples
  }
}

extension BootstrapInterval {
  package static let resamples = 2000

  /// Of Σ numerators / Σ denominators over rows, mapped by `transform`, which must rise: a mean where
  /// every denominator is 1; a perplexity where numerators are negative log-likelihoods, denominators
  /// tokens and `transform` exp. Rows whose denominator is 0 count for nothing.
  package init(
    ratio numerators: [Double], by denominators: [Double], resamples: Int = Self.resamples,
    draw: Draw, transform: (Double) -> Double = { $0 }
  ) {
    precondition(numerators.count == denominators.count, "as many numerators as denominators")
    let counting = denominators.indices.filter { denominators[$0] != 0 }
    let (numerators, denominators) = (
      counting.map { numerators[$0] }, counting.map { denominators[$0] }
    )
    let n = numerators.count
    let (top, bottom) = (numerators.reduce(0, +), denominators.reduce(0, +))
    func statistic(_ top: Double, _ bottom: Double) -> Double {
      transform(bottom == 0 ? 0 : top / bottom)
    }
    let value = statistic(top, bottom)
    guard n > 1 else {
      self.init(value: value, low: nil, high: nil, rows: n, resamples: 0)
      return
    }
    let drawn = draw.stream
    let distribution = (0..<resamples).map { turn -> Double in
      var (a, b) = (0.0, 0.0)
      for place in 0..<n {
        let row = drawn.below(n, row: turn, position: place)
        a += numerators[row]
        b += denominators[row]
      }
      return statistic(a, b)
    }
    let without = (0..<n).map { statistic(top - numerators[$0], bottom - denominators[$0]) }
    let ends = Self.ends(value, distribution: distribution, without: without)
    self.init(value: value, low: ends.low, high: ends.high, rows: n, resamples: resamples)
  }

  /// Of the mean.
  package init(mean values: [Double], resamples: Int = Self.resamples, draw: Draw) {
    self.init(
      ratio: values, by: [Double](repeating: 1, count: values.count), resamples: resamples,
      draw: draw)
  }

  /// The ends of the 95 % interval of a statistic, given what it is over resamples, and what it is
  /// without each row.
  package static func ends(_ value: Double, distribution: [Double], without: [Double])
    -> (low: Double, high: Double)
  {
    let sorted = distribution.sorted()
    guard let first = sorted.first, let last = sorted.last, first < last else {
      return (value, value)
    }
    let count = Double(sorted.count)
    let below = Double(sorted.count { $0 < value }) + Double(sorted.count { $0 <= value })
    let bias = normalQuantile(below / (2 * count))
    let center = mean(without)
    let squares = without.reduce(0) { $0 + pow(center - $1, 2) }
    let cubes = without.reduce(0) { $0 + pow(center - $1, 3) }
    let acceleration = squares == 0 ? 0 : cubes / (6 * pow(squares, 1.5))
    func end(_ probability: Double) -> Double {
      let z = bias + normalQuantile(probability)
      let share = normalProbability(bias + z / (1 - acceleration * z))
      return quantile(of: sorted, share.isNaN ? probability : share)
    }
    return (end(0.025), end(0.975))
  }

  /// Linear between neighbours, as NumPy's default.
  private static func quantile(of sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let lower = Int(place.rounded(.down))
    guard lower + 1 < sorted.count else { return sorted[sorted.count - 1] }
    return sorted[lower] + (place - Double(lower)) * (sorted[lower + 1] - sorted[lower])
  }
}

/// Φ(z) of the standard normal distribution.
func normalProbability(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

/// The z with Φ(z) = `probability`, by halves: −∞ of 0, ∞ of 1.
func normalQuantile(_ probability: Double) -> Double {
  if probability <= 0 { return -.infinity }
  if probability >= 1 { return .infinity }
  var (low, high) = (-40.0, 40.0)
  while true {
    let middle = (low + high) / 2
    if middle <= low || middle >= high { return middle }
    if normalProbability(middle) < probability { low = middle } else { high = middle }
  }
}
