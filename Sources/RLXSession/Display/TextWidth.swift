import RLXScript

/// The columns that text takes in a terminal, and cutting and padding by columns.
///
/// Text is measured by grapheme: an emoji sequence takes two columns, anything else what its
/// scalars take together (combining marks none, East Asian wide letters two). Control characters
/// count nothing: pass text through `visible` first.
package enum TextWidth {
  /// Columns of one line of text.
  package static func of(_ text: some StringProtocol) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text.utf8.count }
    return text.reduce(0) { $0 + of($1) }
  }

  /// Columns of one grapheme.
  package static func of(_ character: Character) -> Int { columnWidth(character) }

  /// Columns of one scalar by itself: 0, 1 or 2.
  package static func of(_ scalar: Unicode.Scalar) -> Int { columnWidth(scalar) }
}

extension TextWidth {
  /// The longest beginning of `text` that takes at most `columns`.
  package static func prefix(_ text: String, columns: Int) -> String {
    var used = 0
    var end = text.startIndex
    for index in text.indices {
      used += of(text[index])
      if used > columns { break }
      end = text.index(after: index)
    }
    return String(text[..<end])
  }

  /// `text`, or its beginning and `ellipsis` where it takes more than `columns`.
  package static func truncated(_ text: String, to columns: Int, ellipsis: String = "…") -> String {
    if of(text) <= columns { return text }
    let room = columns - of(ellipsis)
    return room < 0
      ? prefix(text, columns: max(columns, 0)) : prefix(text, columns: room) + ellipsis
  }

  package enum Side { case left, right }

  /// `text` with spaces up to `columns`, the text on the side named.
  package static func padded(_ text: String, to columns: Int, _ side: Side = .left) -> String {
    let spaces = String(repeating: " ", count: max(columns - of(text), 0))
    return side == .left ? text + spaces : spaces + text
  }

  /// `text` on one line with nothing in it that acts on a terminal: control characters and those
  /// that turn the direction of text are written as the language writes them (`\n`, `\u{1b}`).
  package static func visible(_ text: some StringProtocol) -> String {
    guard text.unicodeScalars.contains(where: actsOnTerminal) else { return String(text) }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      guard actsOnTerminal(scalar) else {
        result.append(scalar)
        continue
      }
      result.append(contentsOf: escape(scalar).unicodeScalars)
    }
    return String(result)
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case "\0": "\\0"
    default: "\\u{\(String(scalar.value, radix: 16))}"
    }
  }

  private static func actsOnTerminal(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0: true
    case 0x2028...0x202e, 0x2066...0x2069, 0x200e, 0x200f, 0x61c: true
    default: false
    }
  }
}
