extension Lexer {
  /// `"…"`, `'…'` or `"""…"""`, with escapes and interpolation.
  mutating func string() -> TokenKind {
    let start = position
    let quote = bytes[position]
    let isTriple =
      quote == UInt8(ascii: "\"") && byte(at: position + 1) == quote
      && byte(at: position + 2) == quote
    position += isTriple ? 3 : 1
    var pieces = Pieces()
    while true {
      guard position < bytes.count else {
        return .unfinished(isTriple ? "the closing `\"\"\"`" : "the closing quote of the string")
      }
      let byte = bytes[position]
      if byte == quote, !isTriple || closesTriple() {
        position += isTriple ? 3 : 1
        return isTriple ? dedented(pieces, from: start) : .string(pieces.finished())
      }
      switch byte {
      case UInt8(ascii: "\\"):
        if let fault = escape(&pieces) { return fault }
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        guard isTriple else {
          return broken(
            "the string is not closed on its line", from: start,
            remedy: "several lines stand between \"\"\" and \"\"\"")
        }
        newline(&pieces)
      default:
        let scalar = scalar(at: position)
        pieces.append(scalar)
        position += UTF8.width(scalar)
      }
    }
  }

  private func closesTriple() -> Bool {
    byte(at: position + 1) == UInt8(ascii: "\"") && byte(at: position + 2) == UInt8(ascii: "\"")
  }

  /// Takes a newline of a `"""` string and the blanks that begin the next line.
  private mutating func newline(_ pieces: inout Pieces) {
    if bytes[position] == UInt8(ascii: "\r"), byte(at: position + 1) == UInt8(ascii: "\n") {
      position += 1
    }
    position += 1
    let start = position
    while let next = byte(at: position), next == 0x20 || next == 0x09 { position += 1 }
    pieces.newline(indent: source.string(from: start, to: position))
  }

  /// `r"…"`: no escapes, no interpolation, one line.
  mutating func rawString() -> TokenKind {
    let start = position
    let quote = bytes[position]
    position += 1
    let textStart = position
    while let next = byte(at: position), next != quote {
      if next == UInt8(ascii: "\n") {
        return broken("the string is not closed on its line", from: start)
      }
      position += 1
    }
    guard byte(at: position) == quote else { return .unfinished("the closing quote of the string") }
    position += 1
    return .string([.text(source.string(from: textStart, to: position - 1))])
  }

  /// Takes an escape; returns a token only for a fault.
  private mutating func escape(_ pieces: inout Pieces) -> TokenKind? {
    let start = position
    position += 1
    guard position < bytes.count else { return .unfinished("the rest of the escape") }
    let scalar = scalar(at: position)
    position += UTF8.width(scalar)
    switch scalar {
    case "n": pieces.append("\n")
    case "r": pieces.append("\r")
    case "t": pieces.append("\t")
    case "0": pieces.append("\0")
    case "\"", "'", "\\": pieces.append(scalar)
    case "u": return unicodeEscape(&pieces, from: start)
    case "(": return interpolation(&pieces, from: start)
    default:
      return broken(
        "unknown escape `\\\(scalar)`", from: start,
        remedy: "`\\\\` for a backslash, or r\"…\", where backslashes mean nothing")
    }
    return nil
  }

  private mutating func unicodeEscape(_ pieces: inout Pieces, from start: Int) -> TokenKind? {
    guard position < bytes.count else { return .unfinished("the rest of the escape") }
    let open = position
    while let next = byte(at: position), next == UInt8(ascii: "{") || isHexDigit(next) {
      position += 1
    }
    guard position < bytes.count else { return .unfinished("the rest of the escape") }
    let text = source.string(from: open, to: position)
    guard byte(at: position) == UInt8(ascii: "}"), text.hasPrefix("{"),
      let value = UInt32(text.dropFirst(), radix: 16), let scalar = Unicode.Scalar(value)
    else {
      return broken(
        "`\\u{…}` needs the number of a Unicode scalar in hexadecimal", from: start,
        remedy: "\\u{e9}")
    }
    position += 1
    pieces.append(scalar)
    return nil
  }

  private mutating func interpolation(_ pieces: inout Pieces, from start: Int) -> TokenKind? {
    guard depth < Limit.nestingAllowed else {
      let fault = Limit.nesting.fault
      let place = Place(source, Span(start, position))
      return .broken(Diagnostic(.limit, fault.message, at: place, remedy: fault.remedy))
    }
    var inner = Lexer(source, from: position, depth: depth + 1)
    inner.run(untilParenthesis: true)
    position = inner.position
    guard let last = inner.tokens.last else { return nil }
    switch last.kind {
    case .end where last.span.start < last.span.end:
      pieces.append(.code(inner.tokens))
      return nil
    case .broken: return last.kind
    default: return .unfinished("`)` to close the `\\(` in the string")
    }
  }

  /// Takes the indentation of the closing line off every line.
  private func dedented(_ pieces: Pieces, from start: Int) -> TokenKind {
    guard let indent = pieces.closingIndent else { return .string(pieces.finished()) }
    guard let dedented = pieces.dedented(by: indent) else {
      return broken(
        "a line is indented less than the closing `\"\"\"`", from: start,
        remedy: "indent it like the closing line, which says how much is taken off")
    }
    return .string(dedented)
  }
}
