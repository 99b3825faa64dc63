/// A string literal while it is read: text, interpolations, and where its source lines begin.
struct Pieces {
  private enum Item {
    case text(String)
    case code([Token])
    /// A newline of the source (not `\n`), with the blanks that begin the next line.
    case newline(indent: String)
  }
  private var items: [Item] = []

  mutating func append(_ scalar: Unicode.Scalar) {
    if case .text(var text)? = items.last {
      items.removeLast()  // keeps the string unshared, so that appending stays cheap
      text.unicodeScalars.append(scalar)
      items.append(.text(text))
    } else {
      items.append(.text(String(scalar)))
    }
  }

  mutating func append(_ piece: StringPiece) {
    switch piece {
    case .text(let text): items.append(.text(text))
    case .code(let tokens): items.append(.code(tokens))
    }
  }

  mutating func newline(indent: String) { items.append(.newline(indent: indent)) }

  /// The indentation of the closing line, if that line holds nothing else.
  var closingIndent: String? {
    if case .newline(let indent)? = items.last { indent } else { nil }
  }

  /// Without the first newline, the last line, and `indent` before every other line; nil if a line
  /// that is not blank is indented less.
  func dedented(by indent: String) -> [StringPiece]? {
    var lines = items.dropLast()
    var result = Pieces()
    if case .newline(let first)? = lines.first {
      lines = lines.dropFirst()
      guard let rest = Self.strip(first, indent, isBlank: lines.isEmpty) else { return nil }
      if !rest.isEmpty { result.append(.text(rest)) }
    }
    for (offset, item) in lines.enumerated() {
      guard case .newline(let blanks) = item else {
        result.items.append(item)
        continue
      }
      var isBlank = offset == lines.count - 1
      if !isBlank, case .newline = lines[lines.startIndex + offset + 1] { isBlank = true }
      guard let rest = Self.strip(blanks, indent, isBlank: isBlank) else { return nil }
      result.append(.text("\n" + rest))
    }
    return result.finished()
  }

  private static func strip(_ blanks: String, _ indent: String, isBlank: Bool) -> String? {
    if blanks.hasPrefix(indent) { return String(blanks.dropFirst(indent.count)) }
    return isBlank ? "" : nil
  }

  /// The pieces with neighbouring texts joined.
  func finished() -> [StringPiece] {
    var result: [StringPiece] = []
    var text = ""
    for item in items {
      switch item {
      case .text(let more): text.unicodeScalars.append(contentsOf: more.unicodeScalars)
      case .newline(let indent): text += "\n" + indent
      case .code(let tokens):
        if !text.isEmpty { result.append(.text(text)) }
        text = ""
        result.append(.code(tokens))
      }
    }
    if !text.isEmpty || result.isEmpty { result.append(.text(text)) }
    return result
  }
}
