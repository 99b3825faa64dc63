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
  package static func of(_ character: Character) -> Int {
    let scalars = character.unicodeScalars
    if scalars.count > 1, isEmojiSequence(scalars) { return 2 }
    return scalars.reduce(0) { $0 + of($1) }
  }

  /// Columns of one scalar by itself: 0, 1 or 2.
  package static func of(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return scalar.value < 0x20 || isMiddleControl(scalar) ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    case .lineSeparator, .paragraphSeparator: return 0
    default: break
    }
    if isConjoiningJamo(scalar) { return 0 }
    return isWide(scalar) ? 2 : 1
  }

  private static func isMiddleControl(_ scalar: Unicode.Scalar) -> Bool {
    (0x7f..<0xa0).contains(scalar.value) || scalar.value == 0xad
  }

  /// Vowels and final consonants of Hangul, drawn into the block of the leading consonant.
  private static func isConjoiningJamo(_ scalar: Unicode.Scalar) -> Bool {
    (0x1160...0x11ff).contains(scalar.value) || (0xd7b0...0xd7ff).contains(scalar.value)
  }

  private static func isEmojiSequence(_ scalars: Character.UnicodeScalarView) -> Bool {
    scalars.contains {
      $0.value == 0xfe0f || $0.properties.isEmojiModifier
        || (0x1f1e6...0x1f1ff).contains($0.value)
    } || (scalars.contains { $0.value == 0x200d } && scalars.contains(where: isWide))
  }

  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.properties.isEmojiPresentation { return true }
    var low = 0
    var high = wideRanges.count
    while low < high {
      let middle = (low + high) / 2
      if scalar.value > wideRanges[middle].upperBound { low = middle + 1 } else { high = middle }
    }
    return low < wideRanges.count && wideRanges[low].contains(scalar.value)
  }

  /// East Asian Wide and Fullwidth by block (Unicode 16, UAX 11). Unassigned places inside a block
  /// count as wide too; emoji are known by their own property.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0xa4cf, 0xa960...0xa97f,
    0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff01...0xff60,
    0xffe0...0xffe6, 0x16fe0...0x16fff, 0x17000...0x18dff, 0x1aff0...0x1b2ff,
    0x1f200...0x1f2ff, 0x20000...0x3fffd,
  ]
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
