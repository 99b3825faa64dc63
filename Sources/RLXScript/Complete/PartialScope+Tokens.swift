/// What tokens mean to one another.
extension PartialScope {
  func kind(_ place: Int) -> TokenKind? {
    reader.tokens.indices.contains(place) ? reader.tokens[place].kind : nil
  }

  /// A name, or a keyword where names may be keywords.
  func word(_ place: Int) -> String? {
    switch kind(place) {
    case .name(let name): name
    case .keyword(let keyword): keyword.rawValue
    default: nil
    }
  }

  func isMember(_ place: Int) -> Bool {
    if case .mark(.dot)? = kind(place - 1) { true } else { false }
  }

  /// Whether the token is the last of something that has a value.
  func endsOperand(_ place: Int) -> Bool {
    switch kind(place) {
    case .int, .float, .string, .name: true
    case .keyword(let word): isMember(place) || [.true, .false, .nil].contains(word)
    case .mark(let mark): [.rightParen, .rightBracket, .rightBrace].contains(mark)
    default: false
    }
  }

  /// Whether a bracket follows its callee: a call or a subscript.
  func isCall(_ open: Int) -> Bool {
    open > 0 && !reader.interpolations.contains(open) && endsOperand(open - 1)
      && !reader.tokens[open].newlineBefore && functionKeyword(open) == nil
  }

  /// Whether a statement begins at the token (or would, where the text ends).
  func startsStatement(_ place: Int) -> Bool {
    guard place > 0 else { return true }
    switch kind(place - 1) {
    case .mark(.semicolon), .mark(.rightBrace): return true
    case .mark(.leftBrace): return frames.last.map { $0.kind == .block } ?? false
    default: break
    }
    let followsNewline =
      place < reader.tokens.count ? reader.tokens[place].newlineBefore : reader.endsAfterNewline
    return followsNewline && endsOperand(place - 1) && !ignoresNewlines
  }

  /// Whether newlines mean nothing here.
  var ignoresNewlines: Bool {
    guard let frame = frames.last(where: { $0.kind != .arrow }) else { return false }
    return frame.kind != .block
  }

  func opensArgument(_ place: Int) -> Bool {
    switch kind(place - 1) {
    case .mark(.leftParen), .mark(.comma): true
    default: false
    }
  }

  /// The `fn` of the parameters that a parenthesis opens: `fn (` or `fn name (`.
  func functionKeyword(_ open: Int) -> Int? {
    if case .keyword(.fn)? = kind(open - 1), !isMember(open - 1) { return open - 1 }
    if case .name? = kind(open - 1), case .keyword(.fn)? = kind(open - 2), !isMember(open - 2) {
      return open - 2
    }
    return nil
  }

  func opensBlock(_ place: Int) -> Bool {
    if case .keyword(let word)? = kind(place - 1), !isMember(place - 1) {
      return [.else, .try, .true, .false, .nil].contains(word)
    }
    return endsOperand(place - 1)
  }
}
