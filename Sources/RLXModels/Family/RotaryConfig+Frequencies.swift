import Glibc

/// The arithmetic of rotary positions: in float32 throughout, as transformers computes it
/// (`modeling_rope_utils.py`), so that angles far out agree too.
extension RotaryConfig {
  /// Radians a position for each of the R / 2 pairs of a head, in a sequence of `length` tokens.
  func frequencies(_ R: Int, length: Int) -> [Float] {
    let plain = Self.frequencies(R, theta: theta)
    switch scaling {
    case .none: return plain
    case .linear(let factor): return plain.map { $0 / factor }
    case .dynamic(let factor):
      let (L, T) = (Float(max(length, trained)), Float(trained))
      let stretch = factor * L / T - (factor - 1)
      return Self.frequencies(
        R, theta: theta * powf(stretch, Float(R) / Float(max(R - 2, 1))))
    case .llama3(let factor, let low, let high, let original):
      return plain.map { Self.llama3($0, factor, low, high, Float(original)) }
    case .yarn(let yarn):
      return Self.yarn(yarn, R, theta: theta)
    }
  }

  /// What cosines and sines are multiplied by.
  var amplitude: Float {
    guard case .yarn(let yarn) = scaling else { return 1 }
    func advised(_ mscale: Double) -> Double {
      yarn.factor <= 1 ? 1 : 0.1 * mscale * log(Double(yarn.factor)) + 1
    }
    if let given = yarn.amplitude { return given }
    if let over = yarn.mscale, let under = yarn.mscaleAll {
      return Float(advised(Double(over)) / advised(Double(under)))
    }
    return Float(advised(1))
  }

  /// Whether the frequencies depend on how long a sequence is.
  var followsLength: Bool {
    if case .dynamic = scaling { true } else { false }
  }

  /// theta^(−2i / R)
  private static func frequencies(_ R: Int, theta: Float) -> [Float] {
    (0..<R / 2).map { 1 / powf(theta, Float(2 * $0) / Float(R)) }
  }

  private static func llama3(
    _ frequency: Float, _ factor: Float, _ low: Float, _ high: Float, _ original: Float
  ) -> Float {
    let wave = 2 * Float.pi / frequency
    if wave > original / low { return frequency / factor }
    if wave < original / high { return frequency }
    let smooth = (original / wave - low) / (high - low)
    return (1 - smooth) * frequency / factor + smooth * frequency
  }

  private static func yarn(_ yarn: YaRN, _ R: Int, theta: Float) -> [Float] {
    /// The pair that turns so many times within the original context.
    func pair(turning turns: Float) -> Double {
      Double(R) * log(Double(yarn.original) / (Double(turns) * 2 * .pi)) / (2 * log(Double(theta)))
    }
    var (low, high) = (pair(turning: yarn.fast), pair(turning: yarn.slow))
    if yarn.truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    low = max(low, 0)
    high = min(high, Double(R - 1))
    if low == high { high += 0.001 }
    return (0..<R / 2).map { i in
      let wave = powf(theta, Float(2 * i) / Float(R))
      let slowness = min(max((Float(i) - Float(low)) / Float(high - low), 0), 1)
      let kept = 1 - slowness
      return 1 / (yarn.factor * wave) * (1 - kept) + 1 / wave * kept
    }
  }
}
