/// Cuts a source into tokens, over its UTF-8 bytes.
struct Lexer {
  let source: Source
  let bytes: [UInt8]
  var position: Int
  var tokens: [Token] = []
  /// How many interpolations lie around; limited like any nesting.
  var depth: Int

  init(_ source: Source, from position: Int = 0, depth: Int = 0) {
    self.source = source
    bytes = source.bytes
    self.position = position
    self.depth = depth
  }

  /// The tokens of a whole text; the last is `.end`, `.broken` or `.unfinished`.
  static func tokens(of source: Source) -> [Token] {
    var lexer = Lexer(source)
    lexer.run(untilParenthesis: false)
    return lexer.tokens
  }

  /// Reads tokens up to the end of the text or, for an interpolation, up to the `)` that closes it,
  /// which becomes `.end`. Stops at the first fault.
  mutating func run(untilParenthesis: Bool) {
    var open = 0
    var gap = Gap()
    while true {
      skipBlanks(&gap)
      let start = position
      guard position < bytes.count else {
        emit(.end, from: start, gap)
        return
      }
      let kind = next()
      if case .mark(.leftParen) = kind { open += 1 }
      if case .mark(.rightParen) = kind {
        if untilParenthesis, open == 0 {
          emit(.end, from: start, gap)
          return
        }
        open -= 1
      }
      emit(kind, from: start, gap)
      switch kind {
      case .broken, .unfinished: return
      default: gap = Gap()
      }
    }
  }

  /// What stands between two tokens.
  struct Gap {
    var hasNewline = false
    var documentation: Documentation?
  }

  private mutating func emit(_ kind: TokenKind, from start: Int, _ gap: Gap) {
    tokens.append(
      Token(
        kind: kind, span: Span(start, position), newlineBefore: gap.hasNewline,
        documentation: gap.documentation))
  }

  mutating func skipBlanks(_ gap: inout Gap) {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        position += 1
      case UInt8(ascii: "\n"):
        // An empty line ends a documentation comment.
        if newlineFollows(position) { gap.documentation = nil }
        gap.hasNewline = true
        position += 1
      case UInt8(ascii: "#"):
        skipComment(&gap)
      case 0xEF where position == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]):
        position += 3  // a byte order mark
      default:
        return
      }
    }
  }

  private func newlineFollows(_ position: Int) -> Bool {
    var next = position + 1
    while next < bytes.count, [0x20, 0x09, 0x0D].contains(bytes[next]) { next += 1 }
    return next < bytes.count && bytes[next] == UInt8(ascii: "\n")
  }

  private mutating func skipComment(_ gap: inout Gap) {
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
    let text = source.string(from: start, to: position)
    guard text.hasPrefix("##"), gap.hasNewline || tokens.isEmpty else {
      gap.documentation = nil
      return
    }
    var line = text.dropFirst(2)
    if line.hasPrefix(" ") { line = line.dropFirst() }
    if line.hasSuffix("\r") { line = line.dropLast() }
    if let above = gap.documentation {
      gap.documentation = Documentation(text: above.text + "\n" + line, start: above.start)
    } else {
      gap.documentation = Documentation(text: String(line), start: start)
    }
  }

  /// The token that begins here.
  mutating func next() -> TokenKind {
    let byte = bytes[position]
    if isDigit(byte) { return number() }
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return string() }
    if let word = word() {
      if word == "r", position < bytes.count, isQuote(bytes[position]) { return rawString() }
      return Keyword(rawValue: word).map(TokenKind.keyword) ?? .name(word)
    }
    if let mark = Mark.longest(in: bytes, at: position) {
      position += mark.rawValue.utf8.count
      return .mark(mark)
    }
    return strangeCharacter()
  }

  private mutating func word() -> String? {
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte < 0x80 {
        guard isLetter(byte) || (position > start && isDigit(byte)) else { break }
        position += 1
      } else {
        let scalar = scalar(at: position)
        guard
          position == start
            ? scalar.properties.isXIDStart : scalar.properties.isXIDContinue
        else { break }
        position += UTF8.width(scalar)
      }
    }
    return position > start ? source.string(from: start, to: position) : nil
  }

  /// Characters no token begins with: hints for the habits of others, and a plain error.
  private mutating func strangeCharacter() -> TokenKind {
    let start = position
    let scalar = scalar(at: position)
    position += UTF8.width(scalar)
    let next = position < bytes.count ? bytes[position] : nil
    switch scalar {
    case "|", "&":
      if scalar == "|", next == nil { return .unfinished("`|>`") }
      if next == UInt8(scalar.value) {
        position += 1
        return broken(scalar == "|" ? .doubleBar : .doubleAmpersand, from: start)
      }
    case "!":
      return next == nil ? .unfinished("`!=`") : broken(.exclamation, from: start)
    case "?":
      if next == nil { return .unfinished("`??`") }
    default: break
    }
    return broken(
      "unexpected character \(quoted(scalar))", from: start,
      remedy: Self.plainForm(of: scalar))
  }

  /// What to type for a character that word processors put in place of a plain one.
  private static func plainForm(of scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "\u{A0}": "an ordinary space"
    case "\u{201C}", "\u{201D}", "\u{201E}", "\u{AB}", "\u{BB}": "straight quotes: \"…\""
    case "\u{2018}", "\u{2019}", "`": "straight quotes: '…'"
    case "\u{2212}", "\u{2013}", "\u{2014}": "an ordinary minus: -"
    case "\u{D7}": "*"
    default: nil
    }
  }

  func broken(_ message: String, from start: Int, remedy: String? = nil) -> TokenKind {
    let place = Place(source, Span(start, max(position, start + 1)))
    return .broken(Diagnostic(.syntax, message, at: place, remedy: remedy))
  }

  func broken(_ hint: Hint, from start: Int) -> TokenKind {
    broken(hint.message, from: start, remedy: hint.remedy)
  }

  func scalar(at position: Int) -> Unicode.Scalar {
    var decoder = UTF8()
    var iterator = bytes[position...].makeIterator()
    if case .scalarValue(let scalar) = decoder.decode(&iterator) { return scalar }
    return "\u{FFFD}"
  }
}

func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }
func isLetter(_ byte: UInt8) -> Bool {
  (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
    || byte == UInt8(ascii: "_")
}

/// A scalar as errors name it: `$`, or `U+0007` for what does not print.
func quoted(_ scalar: Unicode.Scalar) -> String {
  switch scalar.properties.generalCategory {
  case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .privateUse,
    .unassigned, .surrogate:
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  default: return "`\(scalar)`"
  }
}
