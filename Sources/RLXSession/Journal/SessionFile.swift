import RLXScript

/// A session file taken apart: its header, and each statement with what was recorded of it.
package struct SessionFile {
  package var header: SessionHeader
  package var seed: UInt64?
  package var arguments: [String]?
  package var entries: [SessionEntry] = []
  /// The statements, one an entry, as they stand in the file.
  package var statements: [TopStatement] = []
  /// The closing mark, if the session was closed in order.
  package var end: (statements: Int, chain: String)?
  /// The statements that stand, and those an undo took back, the next to be done again last.
  private var standing: [Int] = []
  private var undone: [Int] = []
  /// How many statements have been met.
  private var met = 0

  /// Whether a text is a session file: its first or second line says so.
  package static func isSession(_ text: String) -> Bool {
    text.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false).prefix(2)
      .contains { Mark.opensSession($0) }
  }

  /// Reads the marks that stand between the statements of `source`.
  ///
  /// Lines within a statement are never marks, whatever they look like; a line between statements
  /// that only looks like one is an error that names it, since ignoring it would lose a record.
  package init(_ source: Source, statements: [TopStatement]) throws(Diagnostic) {
    header = SessionHeader(version: "", machine: "", engine: "")
    self.statements = statements
    entries = statements.map { SessionEntry(text: $0.text) }
    var line = 1
    for (index, statement) in statements.enumerated() {
      while line < statement.line {
        try read(line: line, of: source, after: index - 1)
        line += 1
      }
      line = source.lineNumber(at: max(statement.span.end - 1, statement.span.start)) + 1
    }
    let last = source.lineNumber(at: source.bytes.count)
    while line <= last {
      try read(line: line, of: source, after: statements.count - 1)
      line += 1
    }
    meet(statements.count - 1)
    if standing.count < entries.count {
      entries = standing.map { entries[$0] }
      self.statements = standing.map { statements[$0] }
    }
  }

  private mutating func read(line number: Int, of source: Source, after index: Int)
    throws(Diagnostic)
  {
    let range = source.lineRange(number)
    let line = source.string(from: range.lowerBound, to: range.upperBound)
    guard Mark.begins(line) else {
      keep(comment: line, before: index + 1)
      return
    }
    guard let mark = Mark(line: line) else {
      if Mark.opensSession(line) {
        throw Diagnostic(
          .syntax,
          "the session is of a format unknown here; this rlx reads format "
            + "\(SessionHeader.format)",
          at: Place(source, Span(range.lowerBound, range.upperBound)),
          remedy: "#% session \(SessionHeader.format)")
      }
      throw Diagnostic(
        .syntax, "a line that looks like a session mark but is none",
        at: Place(source, Span(range.lowerBound, range.upperBound)),
        remedy: "write `# ` before it if it is a comment")
    }
    switch mark {
    case .session(let header): self.header = header
    case .seed(let seed): self.seed = seed
    case .arguments(let words): arguments = words
    case .end(let statements, let chain): end = (statements, chain)
    case .undone(let count):
      meet(index)
      for _ in 0..<min(count, standing.count) { undone.append(standing.removeLast()) }
    case .redone(let count):
      meet(index)
      for _ in 0..<min(count, undone.count) { standing.append(undone.removeLast()) }
    default:
      guard index >= 0 else { return }
      entries[index].take(mark)
    }
  }

  private mutating func keep(comment: String, before index: Int) {
    guard index < entries.count, !comment.hasPrefix("#!") else { return }
    let isFirst = index == 0 && entries[0].leading.isEmpty
    if isFirst, comment.isEmpty { return }
    entries[index].leading += comment + "\n"
  }

  /// Statements up to `index` stand; after a new one nothing can be done again.
  private mutating func meet(_ index: Int) {
    guard met <= index else { return }
    standing += met...index
    met = index + 1
    undone = []
  }
}

extension SessionEntry {
  /// Adds what one mark says of this statement.
  mutating func take(_ mark: Mark) {
    switch mark {
    case .input(let input): inputs.append(input)
    case .outline(let found): outline = found
    case .digest(let hex, let text): (digest, preview) = (hex, text)
    case .answer(let answer): answers.append(answer)
    case .stopped(let count): stoppedAt = count
    case .failure(let kind, let hex): failure = Failure(kind: kind, digest: hex)
    case .session, .seed, .arguments, .undone, .redone, .end: break
    }
  }
}
