extension Setting {
  /// The value as this setting keeps it (an integer becomes a number where a number is wanted).
  package func checked(_ value: SettingValue) throws(TrainingError) -> SettingValue {
    let accepted: SettingValue? =
      switch (kind, value) {
      case (_, .none): isOptional ? value : nil
      case (.bool, .bool), (.text, .text), (.texts, .texts): value
      case (.texts, .text(let one)): .texts([one])
      case (.integer, .integer(let n)), (.length, .integer(let n)):
        range.contains(Double(n)) ? value : nil
      case (.length, .range(let low, let high)):
        low <= high && range.contains(Double(low)) && range.contains(Double(high)) ? value : nil
      case (.number, .integer(let n)): range.contains(Double(n)) ? .number(Double(n)) : nil
      case (.number, .number(let x)): range.contains(x) ? value : nil
      default: nil
      }
    if let accepted, range.allows(accepted) { return accepted }
    throw .setting(trainer: Root.trainer, name: name, given: value.words, wanted: wanted)
  }

  /// The values allowed, in words: "a number ≥ 0", "one of \"kl\", \"abs\"", "an int ≥ 1 or nil".
  package var wanted: String {
    let noun =
      switch kind {
      case .bool: "true or false"
      case .integer: "an int"
      case .number: "a number"
      case .text: "a string"
      case .texts: "a string or a list of strings"
      case .length: "an int or a range of ints"
      }
    let text: String
    if case .oneOf(let choices) = range {
      text = "one of " + choices.map { "\"\($0)\"" }.joined(separator: ", ")
    } else {
      text = range.words.isEmpty ? noun : noun + " " + range.words
    }
    return isOptional ? text + " or nil" : text
  }
}

extension SettingRange {
  /// Whether `x`, as the engine's float32 will have it, is in the range; NaN and infinities never
  /// are, nor is an ε so small or a β so close to 1 that rounding makes it the bound left out.
  package func contains(_ x: Double) -> Bool {
    let x = Double(Float(x))
    guard x.isFinite else { return false }
    return switch self {
    case .any, .oneOf: true
    case .atLeast(let low): x >= low
    case .above(let low): x > low
    case .within(let low, let high): x >= low && x <= high
    case .halfOpen(let low, let high): x >= low && x < high
    case .aboveUpTo(let low, let high): x > low && x <= high
    }
  }

  func allows(_ value: SettingValue) -> Bool {
    guard case .oneOf(let choices) = self, case .text(let text) = value else { return true }
    return choices.contains(text)
  }

  package var words: String {
    switch self {
    case .any, .oneOf: ""
    case .atLeast(let low): "≥ \(short(low))"
    case .above(let low): "> \(short(low))"
    case .within(let low, let high): "in \(short(low))…\(short(high))"
    case .halfOpen(let low, let high): "≥ \(short(low)) and < \(short(high))"
    case .aboveUpTo(let low, let high): "> \(short(low)) and ≤ \(short(high))"
    }
  }
}

extension SettingValue {
  package var words: String {
    switch self {
    case .none: "nil"
    case .bool(let flag): flag ? "true" : "false"
    case .integer(let n): "int \(n)"
    case .number(let x): "number \(x)"
    case .text(let text): "string \"\(text)\""
    case .texts(let texts): "a list of \(texts.count) strings"
    case .range(let low, let high): "range \(low)..=\(high)"
    }
  }
}

/// A bound without a needless ".0".
private func short(_ x: Double) -> String {
  guard let n = Int(exactly: x) else { return "\(x)" }
  return "\(n)"
}
