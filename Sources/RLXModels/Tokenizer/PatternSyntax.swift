/// A pattern of a tokenizer.json, rewritten from Oniguruma's Ruby syntax, which Hugging Face
/// tokenizers use, to one of PCRE2 over the classes of `CharacterClasses`.
///
/// Only what is known to mean the same in both is let through; the rest is a `PatternFault`.
struct PatternSyntax {
  private let input: [Unicode.Scalar]
  private var at = 0
  private var output = ""
  /// For each open group whether case counts in it; the first is the pattern itself.
  private var ignoresCase = [false]
  /// Whether something stands in front that a quantifier can repeat.
  private var hasAtom = false
  /// The letter in front, in a stretch without regard to case.
  private var letterBefore: Character?

  /// `pattern` for PCRE2.
  static func translated(_ pattern: String) throws(PatternFault) -> String {
    var syntax = PatternSyntax(input: Array(pattern.unicodeScalars))
    while syntax.at < syntax.input.count { try syntax.step() }
    guard syntax.ignoresCase.count == 1 else { throw PatternFault("a group without )") }
    return syntax.output
  }

  private init(input: [Unicode.Scalar]) {
    self.input = input
  }

  private mutating func step() throws(PatternFault) {
    let scalar = input[at]
    at += 1
    switch scalar {
    case "\\":
      switch try escape() {
      case .character(let byte): try literal(byte)
      case .set(let set): append(set)
      }
    case "[": append(try characterClass())
    case "(": try open()
    case ")":
      guard ignoresCase.count > 1 else { throw PatternFault(")") }
      ignoresCase.removeLast()
      output += ")"
      hasAtom = true
      letterBefore = nil
    case "|":
      output += "|"
      hasAtom = false
      letterBefore = nil
    case ".": append(ByteSet([UInt8(ascii: "\n")]).inverted)
    // Ruby's ^ and $ are those of every line.
    case "^": anchor("(?m:^)")
    case "$": anchor("(?m:$)")
    case "*", "+", "?", "{": try quantifier(scalar)
    default: try literal(ascii(scalar))
    }
  }

  private func ascii(_ scalar: Unicode.Scalar) throws(PatternFault) -> UInt8 {
    guard scalar.isASCII else {
      throw PatternFault("U+" + String(scalar.value, radix: 16, uppercase: true))
    }
    return UInt8(scalar.value)
  }

  private mutating func append(_ set: ByteSet) {
    output += set.pattern
    hasAtom = true
    letterBefore = nil
  }

  private mutating func anchor(_ text: String) {
    output += text
    hasAtom = false
    letterBefore = nil
  }

  private mutating func literal(_ byte: UInt8) throws(PatternFault) {
    guard ignoresCase[ignoresCase.count - 1] else { return append(ByteSet([byte])) }
    let letter = Character(Unicode.Scalar(byte)).lowercased().first
    // Single characters stand for these pairs where case does not count: ß, ﬀ, ﬁ, ﬂ, ﬆ.
    if let letterBefore, let letter,
      ["ss", "ff", "fi", "fl", "st"].contains("\(letterBefore)\(letter)")
    {
      throw PatternFault("\(letterBefore)\(letter) without regard to case")
    }
    append(ByteSet([byte]).ignoringCase)
    letterBefore = letter
  }

  // MARK: - Groups

  private mutating func open() throws(PatternFault) {
    var inner = ignoresCase[ignoresCase.count - 1]
    var opening = "(?:"
    if take("?") {
      if take("i:") {
        inner = true
      } else if let kind = ["=", "!", "<=", "<!", ">", ":"].first(where: { peek($0) }) {
        at += kind.count
        opening = "(?" + kind
      } else {
        throw PatternFault("(?" + rest(2))
      }
    }
    output += opening
    ignoresCase.append(inner)
    hasAtom = false
    letterBefore = nil
  }

  private mutating func quantifier(_ scalar: Unicode.Scalar) throws(PatternFault) {
    guard hasAtom else { throw PatternFault("\(scalar) with nothing to repeat") }
    hasAtom = false
    letterBefore = nil
    guard scalar == "{" else {
      output.unicodeScalars.append(scalar)
      if peek("?") || peek("+") { output += String(next()) }
      return
    }
    let low = digits()
    let high = take(",") ? digits() : low
    guard take("}"), !(low.isEmpty && high.isEmpty) else { throw PatternFault("{" + low) }
    // Ruby reads {2}? and {2,3}+ in ways of its own.
    guard !peek("?"), !peek("+") else { throw PatternFault("}" + rest(1)) }
    output += "{\(low.isEmpty ? "0" : low),\(high)}"
  }

  private mutating func digits() -> String {
    var text = ""
    while at < input.count, ("0"..."9").contains(input[at]) { text += String(next()) }
    return text
  }

  // MARK: - Classes

  private enum Item {
    case character(UInt8)
    case set(ByteSet)
  }

  /// What follows a backslash.
  private mutating func escape() throws(PatternFault) -> Item {
    guard at < input.count else { throw PatternFault("\\ at the end") }
    let scalar = next()
    switch scalar {
    case "r": return .character(13)
    case "n": return .character(10)
    case "t": return .character(9)
    case "v": return .character(11)
    case "f": return .character(12)
    case "s": return .set(CharacterClasses.whitespace)
    case "S": return .set(CharacterClasses.whitespace.inverted)
    case "w": return .set(CharacterClasses.word)
    case "W": return .set(CharacterClasses.word.inverted)
    case "d": return .set(try property("Nd"))
    case "D": return .set(try property("Nd").inverted)
    case "p", "P":
      guard take("{"), let end = input[at...].firstIndex(of: "}") else {
        throw PatternFault("\\\(scalar)")
      }
      let isNegated = take("^")
      let name = String(String.UnicodeScalarView(input[at..<end]))
      at = end + 1
      let set = try property(name)
      return .set(isNegated != (scalar == "P") ? set.inverted : set)
    case "0"..."9", "a"..."z", "A"..."Z": throw PatternFault("\\\(scalar)")
    default: return .character(try ascii(scalar))
    }
  }

  private func property(_ name: String) throws(PatternFault) -> ByteSet {
    guard let set = CharacterClasses.property(name) else { throw PatternFault("\\p{\(name)}") }
    return set
  }

  private mutating func characterClass() throws(PatternFault) -> ByteSet {
    let isNegated = take("^")
    var set = ByteSet()
    var isEmpty = true
    while !take("]") || isEmpty {
      guard at < input.count, !peek("]") else { throw PatternFault("[ without ]") }
      isEmpty = false
      switch try classItem() {
      case .set(let other): set.formUnion(other)
      case .character(let low):
        guard peek("-"), at + 1 < input.count, input[at + 1] != "]" else {
          set.insert(low)
          continue
        }
        at += 1
        guard case .character(let high) = try classItem(), low <= high else {
          throw PatternFault("a range in [ ] that is none")
        }
        set.formUnion(ByteSet(low...high))
      }
    }
    if ignoresCase[ignoresCase.count - 1] { set = set.ignoringCase }
    return isNegated ? set.inverted : set
  }

  private mutating func classItem() throws(PatternFault) -> Item {
    let scalar = next()
    if scalar == "\\" { return try escape() }
    // Classes within classes, POSIX names and intersections.
    if scalar == "[" || (scalar == "&" && peek("&")) { throw PatternFault("[…\(scalar)…]") }
    return .character(try ascii(scalar))
  }

  // MARK: - Reading

  private mutating func next() -> Unicode.Scalar {
    at += 1
    return input[at - 1]
  }

  private func peek(_ text: String) -> Bool { input[at...].starts(with: text.unicodeScalars) }

  private mutating func take(_ text: String) -> Bool {
    guard peek(text) else { return false }
    at += text.unicodeScalars.count
    return true
  }

  private func rest(_ count: Int) -> String {
    String(String.UnicodeScalarView(input[at...].prefix(count)))
  }
}

/// Part of a pattern that is not understood.
struct PatternFault: Error, Equatable {
  let found: String

  init(_ found: String) {
    self.found = found
  }
}
