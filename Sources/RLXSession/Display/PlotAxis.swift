import Glibc

/// The values an axis runs over and the round values that are named on it.
struct PlotAxis: Equatable {
  let low: Double
  let high: Double
  let ticks: [Double]
  let labels: [String]
  /// Whether equal distances are equal ratios; `low` and `high` are above 0 then.
  let isLogarithmic: Bool

  /// An axis whose ends are round values: about `count` ticks, the data between the first and last.
  static func rounded(low: Double, high: Double, count: Int) -> PlotAxis {
    let (low, high) = opened(low, high)
    let step = niceStep((high - low) / Double(max(count - 1, 1)))
    let first = (low / step).rounded(.down)
    let last = (high / step).rounded(.up)
    return PlotAxis(units: first, last, step: step, low: first * step, high: last * step)
  }

  /// An axis that ends where the data do: round values between, whole ones if the data are whole.
  static func exact(low: Double, high: Double, count: Int, whole: Bool) -> PlotAxis {
    guard low < high else {
      return PlotAxis(low: low - 1, high: high + 1, ticks: [low], step: whole ? 1 : 0)
    }
    var step = niceStep((high - low) / Double(max(count, 1)))
    if whole { step = max(step.rounded(.up), 1) }
    let first = (low / step).rounded(.up)
    let last = max((high / step).rounded(.down), first)
    return PlotAxis(units: first, last, step: step, low: low, high: high)
  }

  private init(units first: Double, _ last: Double, step: Double, low: Double, high: Double) {
    let count = min(Int(last - first), 100)
    let ticks = (0...count).map { (first + Double($0)) * step }
    self.init(low: low, high: high, ticks: ticks, step: step)
  }

  private init(low: Double, high: Double, ticks: [Double], step: Double) {
    self.low = low
    self.high = high
    self.ticks = ticks
    isLogarithmic = false
    let largest = ticks.map(\.magnitude).max() ?? 0
    if largest >= 1e6 || (largest > 0 && largest < 1e-3) || step == 0 {
      labels = PlotAxis.scientific(ticks)
    } else {
      let decimals = PlotAxis.decimals(of: step)
      labels = ticks.map { NumberText.fixed($0, digits: decimals) }
    }
  }

  /// An axis of ratios between powers of ten: about `count` of them named, the data between the
  /// first and last. `low` is above 0.
  static func logarithmic(low: Double, high: Double, count: Int) -> PlotAxis {
    let first = floor(log10(low))
    let last = max(ceil(log10(high)), first + 1)
    let step = max(ceil((last - first) / Double(max(count - 1, 1))), 1)
    let end = first + ceil((last - first) / step) * step
    let powers = stride(from: first, through: end, by: step)
    return PlotAxis(powers: powers.map { Int($0) })
  }

  private init(powers: [Int]) {
    ticks = powers.map { pow(10, Double($0)) }
    labels = powers.map { power in
      (-3...5).contains(power)
        ? NumberText.fixed(pow(10, Double(power)), digits: max(-power, 0))
        : "1e\(power < 0 ? "-" : "+")\(abs(power) < 10 ? "0" : "")\(abs(power))"
    }
    low = ticks.first ?? 1
    high = ticks.last ?? 10
    isLogarithmic = true
  }

  /// With as many digits as it takes to tell the ticks apart.
  private static func scientific(_ ticks: [Double]) -> [String] {
    var labels: [String] = []
    for digits in 5...16 {
      labels = ticks.map { NumberText.scientific($0, digits: digits) }
      if Set(labels).count == ticks.count { break }
    }
    return labels
  }

  /// Where `value` lies, 0 at the low end and 1 at the high end.
  func position(_ value: Double) -> Double {
    isLogarithmic ? log10(value / low) / log10(high / low) : (value - low) / (high - low)
  }

  /// Room around a single value, or one so small beside its values that ticks could not differ.
  private static func opened(_ low: Double, _ high: Double) -> (Double, Double) {
    let size = max(low.magnitude, high.magnitude)
    if high - low > max(size * 1e-9, 1e-290) { return (low, high) }
    let room = size < 1e-280 ? 1 : size * 0.1
    return (low - room, high + room)
  }

  /// The smallest of 1, 2, 2.5 and 5 times a power of ten that is at least `raw`.
  static func niceStep(_ raw: Double) -> Double {
    let power = pow(10, floor(log10(raw)))
    let factor = [1, 2, 2.5, 5].first { $0 * power >= raw * (1 - 1e-9) } ?? 10
    return factor * power
  }

  /// Decimals that tell multiples of `step` apart.
  private static func decimals(of step: Double) -> Int {
    var scaled = step
    for decimals in 0..<12 {
      if abs(scaled - scaled.rounded()) < 1e-6 * scaled { return decimals }
      scaled *= 10
    }
    return 12
  }
}
