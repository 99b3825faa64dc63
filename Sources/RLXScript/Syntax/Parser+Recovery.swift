extension Parser {
  /// The most syntax errors reported of one text.
  private static let faultsReported = 20

  /// The statements of a text, and every syntax error in it: after one, reading goes on at the next
  /// line that is not indented, where the next statement is likely to begin.
  static func recovering(_ source: Source) -> (statements: [TopStatement], faults: [Diagnostic]) {
    var statements: [TopStatement] = []
    var faults: [Diagnostic] = []
    var start: Int? = 0
    while let from = start, faults.count < faultsReported {
      var lexer = Lexer(source, from: from)
      lexer.run(untilParenthesis: false)
      var parser = Parser(source, lexer.tokens)
      do {
        statements += try parser.program()
        start = nil
      } catch {
        let fault = parser.diagnostic(of: error)
        faults.append(fault)
        start = parser.nextBeginning(after: fault.place?.span.start ?? source.bytes.count)
      }
    }
    return (statements, faults)
  }

  /// Where the first statement after `offset` probably begins; nil if there is none.
  private func nextBeginning(after offset: Int) -> Int? {
    for token in tokens where token.span.start > offset && token.newlineBefore {
      guard source.column(at: token.span.start) == 1 else { continue }
      switch token.kind {
      case .mark(.rightParen), .mark(.rightBracket), .mark(.rightBrace), .end: continue
      case .keyword(.else), .keyword(.catch): continue
      default: return token.span.start
      }
    }
    // Text that is no token ends the tokens: look for the next line as it stands.
    guard let last = tokens.last, case .broken = last.kind else { return nil }
    var line = source.lineNumber(at: max(last.span.start, offset)) + 1
    let lines = source.lineNumber(at: source.bytes.count)
    while line <= lines {
      let range = source.lineRange(line)
      if range.count > 0, !" \t#)]}".utf8.contains(source.bytes[range.lowerBound]) {
        return range.lowerBound
      }
      line += 1
    }
    return nil
  }
}
