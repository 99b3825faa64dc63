import Glibc

/// Colours that stand for the numbers of one column.
///
/// Each is a ground of middle lightness with its own text colour, so that it can be read on dark and
/// light terminals, and blue and red, so that it can be read by those who see no green.
struct Heat {
  enum Scale: Equatable {
    /// Blue above a value, red below it, stronger the further away, by the furthest of the column.
    case from(Double)
    /// Log-probabilities: the stronger the less likely, by fixed steps.
    case probability
  }

  private let scale: Scale
  /// The greatest distance from the middle.
  private let reach: Double

  init(_ scale: Scale, of values: [Double]) {
    self.scale = scale
    if case .from(let middle) = scale {
      reach = values.lazy.map { ($0 - middle).magnitude }.filter(\.isFinite).max() ?? 0
    } else {
      reach = 0
    }
  }

  /// The colour of a value; nil for one that needs none.
  func ink(_ value: Double) -> Ink? {
    guard !value.isNaN else { return .magenta }
    switch scale {
    case .from(let middle):
      let inks = value > middle ? Heat.above : Heat.below
      // All values at the middle but for rounding: nothing stands out.
      guard reach > 1e-6 else { return nil }
      let share = (value - middle).magnitude / reach
      return share < 0.1 ? nil : inks[share < 0.4 ? 0 : share < 0.7 ? 1 : 2]
    case .probability:
      guard value < log(0.5) else { return nil }
      return Heat.unlikely[value < log(0.01) ? 2 : value < log(0.1) ? 1 : 0]
    }
  }

  /// What the colours mean, on one line.
  static func legend(_ style: ViewStyle) -> String {
    func samples(_ inks: [Ink], _ words: [String]) -> String {
      zip(inks, words).map { style.paint(" \($1) ", $0) }.joined()
    }
    let less = style.drawsUnicode ? "−" : "-"
    return style.paint("likely? ", .dim) + samples(unlikely, ["p<.5", "p<.1", "p<.01"])
      + style.paint("  far from 0 (ratio: 1)? ", .dim)
      + samples(below.reversed(), [less, less, less]) + samples(above, ["+", "+", "+"])
  }

  /// From weak to strong; numbers of the 256-colour table.
  private static let above = [Ink.on(109, 16), .on(74, 16), .on(27, 231)]
  private static let below = [Ink.on(138, 16), .on(167, 16), .on(160, 231)]
  private static let unlikely = [Ink.on(187, 16), .on(179, 16), .on(172, 16)]
}
