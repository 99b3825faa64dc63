/// What Python's strings do, over code points.
enum TemplateText {
  static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    String(String.UnicodeScalarView(scalars))
  }

  /// The text in another case: lower, upper, capitalize, title or swapcase.
  static func cased(_ text: String, _ form: String) -> String {
    switch form {
    case "lower": return text.lowercased()
    case "upper": return text.uppercased()
    case "capitalize":
      guard let first = text.unicodeScalars.first else { return "" }
      let rest = String(text.unicodeScalars.dropFirst())
      return first.properties.titlecaseMapping + rest.lowercased()
    case "title":
      var out = ""
      var isInside = false
      for scalar in text.unicodeScalars {
        let isCased = scalar.properties.isCased
        out +=
          isCased
          ? (isInside ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping)
          : String(scalar)
        isInside = isCased
      }
      return out
    default:
      return text.unicodeScalars.map { scalar in
        scalar.properties.isUppercase
          ? scalar.properties.lowercaseMapping
          : scalar.properties.isLowercase ? scalar.properties.uppercaseMapping : String(scalar)
      }.joined()
    }
  }

  /// The text without these characters, or white space, at its ends.
  static func stripped(_ text: String, _ characters: String?, left: Bool = true, right: Bool = true)
    -> String
  {
    let strips: (Unicode.Scalar) -> Bool =
      characters.map { Set($0.unicodeScalars) }.map { set in { set.contains($0) } }
      ?? { $0.isTemplateSpace }
    var part = Substring(text).unicodeScalars
    while left, let first = part.first, strips(first) { part.removeFirst() }
    while right, let last = part.last, strips(last) { part.removeLast() }
    return String(part)
  }

  /// The words between white space; what lies beyond the limit stays one with its spaces.
  static func words(_ text: [Unicode.Scalar], limit: Int, fromRight: Bool) -> [String] {
    let order = fromRight ? Array(text.reversed()) : text
    var words: [[Unicode.Scalar]] = []
    var at = 0
    while true {
      while at < order.count, order[at].isTemplateSpace { at += 1 }
      guard at < order.count else { break }
      if words.count >= limit {
        words.append(Array(order[at...]))
        break
      }
      let start = at
      while at < order.count, !order[at].isTemplateSpace { at += 1 }
      words.append(Array(order[start..<at]))
    }
    guard fromRight else { return words.map { string($0[...]) } }
    return words.reversed().map { string(Array($0.reversed())[...]) }
  }

  /// The text cut at a separator, `limit` times at most.
  static func parts(
    _ text: [Unicode.Scalar], _ separator: [Unicode.Scalar], limit: Int, fromRight: Bool
  ) -> [String] {
    let order = fromRight ? Array(text.reversed()) : text
    let mark = fromRight ? Array(separator.reversed()) : separator
    var parts: [ArraySlice<Unicode.Scalar>] = []
    var start = 0
    var at = 0
    while parts.count < limit, at + mark.count <= order.count {
      if order[at] == mark[0], order[at..<at + mark.count].elementsEqual(mark) {
        parts.append(order[start..<at])
        at += mark.count
        start = at
      } else {
        at += 1
      }
    }
    parts.append(order[start...])
    guard fromRight else { return parts.map(string) }
    return parts.reversed().map { string(Array($0.reversed())[...]) }
  }

  /// The lines of a text; a line end at its end begins no line.
  static func lines(of text: String, keepsEnds: Bool = false) -> [String] {
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    let scalars = Array(text.unicodeScalars)
    var at = 0
    while at < scalars.count {
      let scalar = scalars[at]
      at += 1
      guard Self.ends.contains(scalar) else {
        line.append(scalar)
        continue
      }
      if keepsEnds { line.append(scalar) }
      if scalar == "\r", at < scalars.count, scalars[at] == "\n" {
        if keepsEnds { line.append("\n") }
        at += 1
      }
      lines.append(String(line))
      line = String.UnicodeScalarView()
    }
    if !line.isEmpty { lines.append(String(line)) }
    return lines
  }

  private static let ends: Set<Unicode.Scalar> = [
    "\n", "\r", "\u{B}", "\u{C}", "\u{1C}", "\u{1D}", "\u{1E}", "\u{85}", "\u{2028}", "\u{2029}",
  ]

  /// The text with `old` replaced; an empty one stands between all characters. Nil for a result of
  /// more than `most` bytes.
  static func replaced(
    _ text: [Unicode.Scalar], _ old: [Unicode.Scalar], _ new: String, count: Int, most: Int
  ) -> String? {
    var out = String.UnicodeScalarView()
    var left = count
    var bytes = 0
    var at = 0
    func grow(_ more: Int) -> Bool {
      bytes += more
      return bytes <= most
    }
    while at <= text.count {
      let matches =
        left > 0 && at + old.count <= text.count && text[at..<at + old.count].elementsEqual(old)
      if matches {
        guard grow(new.utf8.count) else { return nil }
        out += new.unicodeScalars
        left -= 1
        at += old.count
      }
      guard !matches || old.isEmpty else { continue }
      if at < text.count {
        guard grow(UTF8.width(text[at])) else { return nil }
        out.append(text[at])
      }
      at += 1
    }
    return String(out)
  }

  /// `isdigit` and its like: every character is such, and there is one.
  static func holds(_ name: String, _ text: String) -> Bool {
    let scalars = text.unicodeScalars
    if name == "isascii" { return scalars.allSatisfy(\.isASCII) }
    if name == "islower" || name == "isupper" {
      let cased = scalars.filter(\.properties.isCased)
      return !cased.isEmpty
        && cased.allSatisfy {
          name == "islower" ? $0.properties.isLowercase : $0.properties.isUppercase
        }
    }
    return !scalars.isEmpty
      && scalars.allSatisfy { scalar in
        switch name {
        case "isspace": return scalar.isTemplateSpace
        case "isalpha": return isLetter(scalar)
        case "isdecimal": return scalar.properties.numericType == .decimal
        case "isdigit":
          return scalar.properties.numericType == .decimal
            || scalar.properties.numericType == .digit
        case "isnumeric": return scalar.properties.numericType != nil
        default: return isLetter(scalar) || scalar.properties.numericType != nil
        }
      }
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }
}

extension UTF8 {
  /// The bytes of a character.
  fileprivate static func width(_ scalar: Unicode.Scalar) -> Int {
    scalar.value < 0x80 ? 1 : scalar.value < 0x800 ? 2 : scalar.value < 0x10000 ? 3 : 4
  }
}
