extension Lexer {
  /// `12`, `1_000`, `0xff`, `1.5`, `1e-3`. A float has digits on both sides of its dot.
  mutating func number() -> TokenKind {
    let start = position
    if bytes[position] == UInt8(ascii: "0"), let next = byte(at: position + 1), next | 0x20 == 0x78
    {
      position += 2
      return hexadecimal(from: start)
    }
    guard digits() else { return unfinishedNumber(from: start) }
    var isFloat = false
    if byte(at: position) == UInt8(ascii: "."), byte(at: position + 1) != UInt8(ascii: ".") {
      guard let next = byte(at: position + 1) else {
        position += 1
        return .unfinished("the digits after the dot")
      }
      if isDigit(next) {
        isFloat = true
        position += 1
        guard digits() else { return unfinishedNumber(from: start) }
      } else if !isLetter(next) {
        position += 1
        return broken(
          "a number with a dot has digits on both sides of it", from: start,
          remedy: source.string(from: start, to: position) + "0")
      }
    }
    if let mark = byte(at: position), mark | 0x20 == UInt8(ascii: "e") {
      isFloat = true
      position += 1
      if let sign = byte(at: position), sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
        position += 1
      }
      guard digits() else { return unfinishedNumber(from: start) }
    }
    return finished(from: start, isFloat: isFloat)
  }

  private mutating func finished(from start: Int, isFloat: Bool) -> TokenKind {
    if let next = byte(at: position), isLetter(next) || next >= 0x80 {
      position += 1
      return broken("a name cannot begin with a digit", from: start)
    }
    let text = source.string(from: start, to: position).filter { $0 != "_" }
    if isFloat {
      guard let number = Double(text), number.isFinite else {
        return broken("the number is too large for a float", from: start)
      }
      return .float(number)
    }
    guard let number = UInt64(text) else {
      if position == bytes.count {
        return .unfinished("the dot of a float, as an int goes up to 9223372036854775807 only,")
      }
      return broken("the number is too large for an int", from: start, remedy: text + ".0")
    }
    return .int(number)
  }

  private mutating func hexadecimal(from start: Int) -> TokenKind {
    let digitsStart = position
    while let next = byte(at: position), isHexDigit(next) || next == UInt8(ascii: "_") {
      position += 1
    }
    let text = source.string(from: digitsStart, to: position).filter { $0 != "_" }
    guard !text.isEmpty else { return unfinishedNumber(from: start) }
    if let next = byte(at: position), isLetter(next) {
      position += 1
      return broken("not a hexadecimal number", from: start)
    }
    guard let number = UInt64(text, radix: 16), number <= UInt64(Int.max) else {
      return broken("the number is too large for an int", from: start)
    }
    return .int(number)
  }

  /// Reads digits with single `_` between them; false if there are none, or a `_` ends them.
  private mutating func digits() -> Bool {
    let start = position
    while let next = byte(at: position), isDigit(next) || next == UInt8(ascii: "_") {
      position += 1
    }
    return position > start && isDigit(bytes[start]) && isDigit(bytes[position - 1])
  }

  private func unfinishedNumber(from start: Int) -> TokenKind {
    if position >= bytes.count { return .unfinished("the rest of the number") }
    return broken("a number needs digits here", from: start)
  }

  func byte(at position: Int) -> UInt8? { position < bytes.count ? bytes[position] : nil }
}

func isHexDigit(_ byte: UInt8) -> Bool {
  isDigit(byte) || ((byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "f"))
}
