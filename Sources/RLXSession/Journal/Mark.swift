/// One mark of a session file: a line that begins with `#%`, `#=`, `#<`, `#~` or `#!` and a space.
///
/// Marks are marks only in a file whose first or second line says `#% session`; anywhere else they
/// are comments, so a session file is an ordinary script to everything that does not replay.
package enum Mark: Equatable, Sendable {
  case session(SessionHeader)
  case seed(UInt64)
  case arguments([String])
  case input(InputRecord)
  case outline(StatementOutline)
  case digest(String, preview: String?)
  case answer(AnswerRecord)
  case stopped(at: Int)
  case undone(Int)
  case redone(Int)
  case failure(kind: String, digest: String)
  case end(statements: Int, chain: String)
}

/// What the first line of a session file says of the program and machine that wrote it.
package struct SessionHeader: Equatable, Sendable {
  package static let format = 1
  package var version: String
  package var machine: String
  package var engine: String

  package init(version: String, machine: String, engine: String) {
    self.version = version
    self.machine = machine
    self.engine = engine
  }
}

/// A file that a statement read, as it was then.
package struct InputRecord: Equatable, Sendable {
  /// SHA-256 of the content, in hexadecimal; of the standing rows for a database.
  package var hash: String
  /// Size in bytes; nil for a database.
  package var size: Int?
  /// How many rows a database held when the session opened it.
  package var rows: Int?
  /// The path as the script gave it.
  package var path: String

  package init(hash: String, size: Int?, rows: Int?, path: String) {
    self.hash = hash
    self.size = size
    self.rows = rows
    self.path = path
  }
}

/// A person's answer to one question, bound to the digest of what they were shown.
package struct AnswerRecord: Equatable, Sendable {
  package var choice: String
  package var shown: String
  package var by: String

  package init(choice: String, shown: String, by: String) {
    self.choice = choice
    self.shown = shown
    self.by = by
  }
}

extension Mark {
  /// The line this mark is written as, without its newline.
  package var line: String {
    switch self {
    case .session(let header):
      "#% session \(SessionHeader.format) · rlx \(header.version) · \(header.machine)"
        + " · \(header.engine)"
    case .seed(let seed): "#% seed \(seed)"
    case .arguments(let words): "#% args \(words.map(Quoted.write).joined(separator: " "))"
    case .input(let input): "#% input \(input.words)"
    case .outline(let outline): "#% about \(outline.words)"
    case .digest(let hex, let preview):
      "#= sha256:\(hex)" + (preview.map { " | \($0)" } ?? "")
    case .answer(let answer):
      "#< label choice=\(answer.choice) shown=sha256:\(answer.shown)"
        + " by=\(Quoted.write(answer.by))"
    case .stopped(let count): "#~ stopped at=\(count)"
    case .undone(let count): "#~ undo \(count)"
    case .redone(let count): "#~ redo \(count)"
    case .failure(let kind, let digest): "#! \(kind) sha256:\(digest)"
    case .end(let statements, let chain): "#% end statements=\(statements) chain=sha256:\(chain)"
    }
  }

  /// Whether a line would be taken for a mark in a session file.
  package static func begins(_ line: some StringProtocol) -> Bool {
    ["#% ", "#= ", "#< ", "#~ ", "#! "].contains { line.hasPrefix($0) }
  }

  /// The mark a line holds, or nil if it is no well-formed mark.
  package init?(line: some StringProtocol) {
    guard Mark.begins(line) else { return nil }
    let words = Quoted.words(line.dropFirst(3))
    guard let mark = Mark.read(sign: Array(line.utf8)[1], words: words, line: String(line)) else {
      return nil
    }
    self = mark
  }

  private static func read(sign: UInt8, words: [String], line: String) -> Mark? {
    switch (sign, words.first) {
    case (UInt8(ascii: "%"), "session"?): header(line)
    case (UInt8(ascii: "%"), "seed"?): words.dropFirst().first.flatMap(UInt64.init).map(Mark.seed)
    case (UInt8(ascii: "%"), "args"?): .arguments(Array(words.dropFirst()))
    case (UInt8(ascii: "%"), "input"?): InputRecord(words: words.dropFirst()).map(Mark.input)
    case (UInt8(ascii: "%"), "about"?):
      StatementOutline(words: words.dropFirst()).map(Mark.outline)
    case (UInt8(ascii: "%"), "end"?):
      if let count = field("statements", words).flatMap(Int.init),
        let chain = field("chain", words).flatMap(digest)
      {
        .end(statements: count, chain: chain)
      } else {
        nil
      }
    case (UInt8(ascii: "="), let first?): digest(first).map { .digest($0, preview: preview(line)) }
    case (UInt8(ascii: "<"), "label"?): AnswerRecord(words: words.dropFirst()).map(Mark.answer)
    case (UInt8(ascii: "~"), "stopped"?): field("at", words).flatMap(Int.init).map(Mark.stopped)
    case (UInt8(ascii: "~"), "undo"?): count(words).map(Mark.undone)
    case (UInt8(ascii: "~"), "redo"?): count(words).map(Mark.redone)
    case (UInt8(ascii: "!"), let kind?):
      words.dropFirst().first.flatMap(digest).map { .failure(kind: kind, digest: $0) }
    default: nil
    }
  }

  /// The number of statements that an undo or redo is of.
  private static func count(_ words: [String]) -> Int? {
    words.dropFirst().first.flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil }
  }

  /// Whether a line says that its file is a session file, whatever else it says.
  package static func opensSession(_ line: some StringProtocol) -> Bool {
    line == "#% session" || line.hasPrefix("#% session ")
  }

  /// What the line leaves out, as one typed by hand may, is empty. The format is the first part;
  /// nil if it is another than the one read here.
  private static func header(_ line: String) -> Mark? {
    guard opensSession(line) else { return nil }
    let parts = line.dropFirst("#% session".count)
      .split(separator: "·", omittingEmptySubsequences: false).map(trimmed)
    guard parts.count <= 4, parts[0].isEmpty || parts[0] == "\(SessionHeader.format)",
      parts.count < 2 || parts[1].hasPrefix("rlx ")
    else { return nil }
    return .session(
      SessionHeader(
        version: parts.count > 1 ? String(parts[1].dropFirst(4)) : "",
        machine: parts.count > 2 ? parts[2] : "", engine: parts.count > 3 ? parts[3] : ""))
  }

  private static func trimmed(_ part: some StringProtocol) -> String {
    let start = part.drop { $0 == " " }
    return String(start.reversed().drop { $0 == " " }.reversed())
  }

  private static func preview(_ line: String) -> String? {
    guard let bar = line.firstIndex(of: "|") else { return nil }
    return String(line[line.index(after: bar)...].drop { $0 == " " })
  }

  /// The hexadecimal digits of `sha256:…`.
  static func digest(_ word: String) -> String? {
    guard word.hasPrefix("sha256:") else { return nil }
    let hex = word.dropFirst(7)
    return hex.count == 64 && hex.allSatisfy(\.isHexDigit) ? String(hex) : nil
  }

  /// The value of `key=value` among the words.
  static func field(_ key: String, _ words: some Sequence<String>) -> String? {
    words.first { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) }
  }
}

extension InputRecord {
  fileprivate var words: String {
    var parts = ["sha256:\(hash)"]
    if let size { parts.append("\(size)") }
    if let rows { parts.append("rows=\(rows)") }
    parts.append(Quoted.write(path))
    return parts.joined(separator: " ")
  }

  fileprivate init?(words: ArraySlice<String>) {
    guard let first = words.first, let hash = Mark.digest(first), words.count >= 3,
      let path = words.last
    else { return nil }
    let middle = words.dropFirst().first ?? ""
    self.init(
      hash: hash, size: Int(middle), rows: Mark.field("rows", [middle]).flatMap(Int.init),
      path: path)
  }
}

extension AnswerRecord {
  fileprivate init?(words: ArraySlice<String>) {
    guard let choice = Mark.field("choice", words),
      let shown = Mark.field("shown", words).flatMap(Mark.digest),
      let by = Mark.field("by", words)
    else { return nil }
    self.init(choice: choice, shown: shown, by: by)
  }
}
