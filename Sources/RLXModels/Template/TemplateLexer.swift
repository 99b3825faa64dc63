/// Cuts a template into tokens: Jinja's delimiters, with white space around tags treated as
/// transformers sets it for chat templates (`trim_blocks`, `lstrip_blocks`, no trailing newline).
struct TemplateLexer {
  static let operators = [
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}",
    ">", "<", "=", ".", ":", "|", ",", ";",
  ]

  private let source: [Unicode.Scalar]
  private var at = 0
  private var tokens: [TemplateToken] = []
  /// Whether the text at hand begins a line: nothing but white space of it may stand before a tag.
  private var startsLine = true
  /// Where the lines begin.
  private let lines: [Int]

  static func tokens(of text: String) throws(TemplateError) -> [TemplateToken] {
    var lexer = TemplateLexer(text)
    while lexer.at < lexer.source.count { try lexer.stepOutside() }
    lexer.add(.end)
    return lexer.tokens
  }

  private init(_ text: String) {
    var scalars: [Unicode.Scalar] = []
    var afterReturn = false
    // Every kind of line end becomes \n, and one at the end goes.
    for scalar in text.unicodeScalars {
      if scalar == "\r" {
        scalars.append("\n")
      } else if scalar != "\n" || !afterReturn {
        scalars.append(scalar)
      }
      afterReturn = scalar == "\r"
    }
    if scalars.last == "\n" { scalars.removeLast() }
    source = scalars
    lines = [0] + scalars.indices.filter { scalars[$0] == "\n" }.map { $0 + 1 }
  }

  private func place(_ offset: Int) -> TemplatePlace {
    var low = 0
    var high = lines.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lines[middle] <= offset { low = middle } else { high = middle }
    }
    return TemplatePlace(line: low + 1, column: offset - lines[low] + 1)
  }

  private func fault(_ found: String, _ wanted: String, at offset: Int) -> TemplateError {
    TemplateError(.syntax(found: found, wanted: wanted), at: place(offset))
  }

  private mutating func add(_ kind: TemplateToken.Kind, at offset: Int? = nil) {
    tokens.append(TemplateToken(kind: kind, place: place(offset ?? at)))
  }

  // MARK: - Between tags

  /// Reads text up to a tag, and the tag.
  private mutating func stepOutside() throws(TemplateError) {
    let start = at
    while at < source.count, !(peek("{%") || peek("{{") || peek("{#")) { at += 1 }
    let text = start..<at
    guard at < source.count else { return addData(text) }
    let kind = source[at + 1]
    let tag = at
    at += 2
    let sign = takeSign()
    addData(trimmed(text, sign: sign, isVariable: kind == "{"), at: start)
    switch kind {
    case "#": try comment(from: tag)
    case "{":
      add(.variableBegin, at: tag)
      try inside(from: tag, close: "}}")
    default:
      if try !raw(from: tag) {
        add(.blockBegin, at: tag)
        try inside(from: tag, close: "%}")
      }
    }
  }

  private mutating func takeSign() -> Unicode.Scalar? {
    guard at < source.count, source[at] == "-" || source[at] == "+" else { return nil }
    at += 1
    return source[at - 1]
  }

  private mutating func addData(_ range: Range<Int>, at offset: Int? = nil) {
    guard !range.isEmpty else { return }
    add(.data(string(range)), at: offset ?? range.lowerBound)
  }

  /// The text before a tag without the white space that the tag takes away.
  private func trimmed(_ text: Range<Int>, sign: Unicode.Scalar?, isVariable: Bool) -> Range<Int> {
    var end = text.upperBound
    if sign == "-" {
      while end > text.lowerBound, source[end - 1].isTemplateSpace { end -= 1 }
    } else if sign != "+" && !isVariable {
      while end > text.lowerBound, source[end - 1] != "\n", source[end - 1].isTemplateSpace {
        end -= 1
      }
      let beginsLine = end > text.lowerBound ? source[end - 1] == "\n" : startsLine
      if !beginsLine { end = text.upperBound }
    }
    return text.lowerBound..<end
  }

  /// Ends a tag: `-` takes all white space behind it along, `+` nothing, else one line end goes.
  private mutating func closeTag(sign: Unicode.Scalar?, trimsLine: Bool = true) {
    if sign == "-" {
      skipSpace()
    } else if sign != "+", trimsLine, at < source.count, source[at] == "\n" {
      at += 1
    }
    startsLine = at > 0 && source[at - 1] == "\n"
  }

  private mutating func skipSpace() {
    while at < source.count, source[at].isTemplateSpace { at += 1 }
  }

  private mutating func comment(from tag: Int) throws(TemplateError) {
    let start = at
    while at < source.count, !peek("#}") { at += 1 }
    guard at < source.count else { throw fault("a comment", "#} at its end", at: tag) }
    let sign = at > start ? source[at - 1] : nil
    at += 2
    closeTag(sign: sign)
  }

  /// Reads a `{% raw %}` block, whose text is taken as it is; false if the tag is another one.
  private mutating func raw(from tag: Int) throws(TemplateError) -> Bool {
    let start = at
    skipSpace()
    guard takeWord("raw") else {
      at = start
      return false
    }
    skipSpace()
    let opening: Unicode.Scalar? = peek("-%}") ? "-" : nil
    guard peek("%}") || opening != nil else {
      at = start
      return false
    }
    at += opening == nil ? 2 : 3
    closeTag(sign: opening, trimsLine: false)
    let body = at
    while at < source.count {
      let end = at
      guard peek("{%") else {
        at += 1
        continue
      }
      at += 2
      let sign = takeSign()
      skipSpace()
      if takeWord("endraw") {
        skipSpace()
        let closing = takeSign()
        if peek("%}") {
          at += 2
          addData(trimmed(body..<end, sign: sign, isVariable: false))
          closeTag(sign: closing)
          return true
        }
      }
      at = end + 1
    }
    throw fault("a raw block", "{% endraw %} at its end", at: tag)
  }

  private mutating func takeWord(_ word: String) -> Bool {
    guard peek(word) else { return false }
    at += word.unicodeScalars.count
    return true
  }

  // MARK: - Within a tag

  private mutating func inside(from tag: Int, close: String) throws(TemplateError) {
    let openTokens = tokens.count
    var open: [Unicode.Scalar] = []
    while true {
      skipSpace()
      guard at < source.count else { throw fault("a tag", "\(close) at its end", at: tag) }
      if open.isEmpty, let sign = closing(close) {
        add(close == "}}" ? .variableEnd : .blockEnd)
        at += sign.length + 2
        closeTag(sign: sign.sign, trimsLine: close == "%}")
        return
      }
      try token(after: tokens.count > openTokens ? tokens.last?.kind : nil, &open)
    }
  }

  /// The sign before the end of a tag, if the tag ends here.
  private func closing(_ close: String) -> (sign: Unicode.Scalar?, length: Int)? {
    if peek(close) { return (nil, 0) }
    if peek("-" + close) { return ("-", 1) }
    return close == "%}" && peek("+" + close) ? ("+", 1) : nil
  }

  private mutating func token(
    after last: TemplateToken.Kind?, _ open: inout [Unicode.Scalar]
  ) throws(TemplateError) {
    let scalar = source[at]
    if ("0"..."9").contains(scalar) { return try number(afterPoint: last == .sign(".")) }
    if scalar.isWordStart { return name() }
    if scalar == "'" || scalar == "\"" { return try literal(scalar) }
    guard let sign = Self.operators.first(where: { peek($0) }) else {
      throw fault("the character \(scalar.debugDescription)", "an expression", at: at)
    }
    switch scalar {
    case "(": open.append(")")
    case "[": open.append("]")
    case "{": open.append("}")
    case ")", "]", "}":
      guard open.popLast() == scalar else { throw fault("\(scalar)", "what was opened", at: at) }
    default: break
    }
    add(.sign(sign))
    at += sign.unicodeScalars.count
  }

  private mutating func name() {
    let start = at
    while at < source.count, source[at].isWordStart || source[at].properties.numericType != nil {
      at += 1
    }
    add(.name(string(start..<at)), at: start)
  }

  private mutating func number(afterPoint: Bool) throws(TemplateError) {
    let start = at
    var radix = 10
    if source[at] == "0", at + 1 < source.count {
      switch source[at + 1] {
      case "x", "X": radix = 16
      case "o", "O": radix = 8
      case "b", "B": radix = 2
      default: break
      }
    }
    if radix != 10 { at += 2 }
    let digits = at
    takeDigits(radix)
    var isWhole = true
    if radix == 10, !afterPoint {
      if peek("."), at + 1 < source.count, ("0"..."9").contains(source[at + 1]) {
        isWhole = false
        at += 1
        takeDigits(10)
      }
      let exponent = at
      if peek("e") || peek("E") {
        at += 1
        _ = takeSign()
        let first = at
        takeDigits(10)
        if at > first { isWhole = false } else { at = exponent }
      }
    }
    let text = string(digits..<at).filter { $0 != "_" }
    if isWhole, let value = Int(text, radix: radix) {
      add(.int(value), at: start)
    } else if !isWhole, let value = Double(text) {
      add(.double(value), at: start)
    } else {
      throw fault("the number \(string(start..<at))", "one of 64 bits", at: start)
    }
  }

  private mutating func takeDigits(_ radix: Int) {
    while at < source.count,
      source[at] == "_" || Character(source[at]).hexDigitValue.map({ $0 < radix }) ?? false,
      source[at].isASCII
    {
      at += 1
    }
  }

  // MARK: - Strings

  private mutating func literal(_ quote: Unicode.Scalar) throws(TemplateError) {
    let start = at
    at += 1
    var text = String.UnicodeScalarView()
    while at < source.count, source[at] != quote {
      if source[at] == "\\" {
        try escape(into: &text)
      } else {
        text.append(source[at])
        at += 1
      }
    }
    guard at < source.count else { throw fault("a string", "\(quote) at its end", at: start) }
    at += 1
    add(.string(String(text)), at: start)
  }

  private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
    "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "a": "\u{7}", "b": "\u{8}",
    "f": "\u{C}", "v": "\u{B}",
  ]

  /// A backslash and what it stands for in Python; with anything else behind it, it is itself.
  private mutating func escape(into text: inout String.UnicodeScalarView) throws(TemplateError) {
    let start = at
    at += 1
    guard at < source.count else { return }
    let scalar = source[at]
    at += 1
    if let meant = Self.escapes[scalar] { return text.append(meant) }
    switch scalar {
    case "\n": return
    case "x": text.append(try code(2, from: start))
    case "u": text.append(try code(4, from: start))
    case "U": text.append(try code(8, from: start))
    case "0"..."7":
      at -= 1
      var value: UInt32 = 0
      let first = at
      while at < source.count, at - first < 3, ("0"..."7").contains(source[at]) {
        value = value * 8 + source[at].value - 48
        at += 1
      }
      text.append(Unicode.Scalar(value) ?? "\u{FFFD}")
    case "N": throw fault("\\N", "a character or its code: \\u2013", at: start)
    default:
      text.append("\\")
      text.append(scalar)
    }
  }

  private mutating func code(_ count: Int, from start: Int) throws(TemplateError) -> Unicode.Scalar
  {
    let digits = string(at..<min(at + count, source.count))
    guard digits.utf8.count == count, digits.allSatisfy(\.isHexDigit),
      let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
    else {
      throw fault("\\\(source[start + 1])\(digits)", "\(count) digits of a character", at: start)
    }
    at += count
    return scalar
  }

  // MARK: - Reading

  private func peek(_ text: String) -> Bool {
    source[at...].starts(with: text.unicodeScalars)
  }

  private func string(_ range: Range<Int>) -> String {
    String(String.UnicodeScalarView(source[range]))
  }
}

extension Unicode.Scalar {
  /// Whether a name may begin with it, and go on.
  fileprivate var isWordStart: Bool { self == "_" || properties.isAlphabetic }
}
