/// Work on text as UTF-8 bytes, which is what tokenizers see.
enum ByteText {
  /// `text` with every `pattern` replaced, leftmost first; unchanged for an empty pattern.
  static func replacing(
    _ pattern: [UInt8], with content: [UInt8], in text: ArraySlice<UInt8>
  ) -> [UInt8] {
    guard let first = pattern.first, text.count >= pattern.count else { return Array(text) }
    var result: [UInt8] = []
    result.reserveCapacity(text.count + 2 * content.count)
    var at = text.startIndex
    while at < text.endIndex {
      if text[at] == first, text[at...].starts(with: pattern) {
        result += content
        at += pattern.count
      } else {
        result.append(text[at])
        at += 1
      }
    }
    return result
  }

  /// Where `pattern` first stands in `text` at or after `start`, nil if nowhere.
  static func firstIndex(of pattern: [UInt8], in text: [UInt8], from start: Int = 0) -> Int? {
    guard let first = pattern.first else { return nil }
    var at = max(start, 0)
    while at + pattern.count <= text.count {
      if text[at] == first, text[at...].starts(with: pattern) { return at }
      at += 1
    }
    return nil
  }

  /// `text` cut where `pattern` stands, leftmost first.
  static func spans(of pattern: [UInt8], in text: ArraySlice<UInt8>) -> [TextPattern.Span] {
    var spans: [TextPattern.Span] = []
    var at = text.startIndex
    var open = at
    while at < text.endIndex {
      guard !pattern.isEmpty, text[at...].starts(with: pattern) else {
        at += 1
        continue
      }
      if open < at { spans.append(TextPattern.Span(range: open..<at, isMatch: false)) }
      spans.append(TextPattern.Span(range: at..<at + pattern.count, isMatch: true))
      at += pattern.count
      open = at
    }
    if open < at { spans.append(TextPattern.Span(range: open..<at, isMatch: false)) }
    return spans
  }

  /// `text` cut around each character of a set.
  static func spans(of set: ScalarSet, in text: ArraySlice<UInt8>) -> [TextPattern.Span] {
    var spans: [TextPattern.Span] = []
    var at = text.startIndex
    var open = at
    while at < text.endIndex {
      let end = min(at + length(from: text[at]), text.endIndex)
      if let scalar = firstScalar(of: text[at..<end]), set.contains(scalar.value) {
        if open < at { spans.append(TextPattern.Span(range: open..<at, isMatch: false)) }
        spans.append(TextPattern.Span(range: at..<end, isMatch: true))
        open = end
      }
      at = end
    }
    if open < at { spans.append(TextPattern.Span(range: open..<at, isMatch: false)) }
    return spans
  }

  /// `text` without white space at its ends.
  static func stripped(_ text: ArraySlice<UInt8>, left: Bool, right: Bool) -> ArraySlice<UInt8> {
    var text = text
    while left, let scalar = firstScalar(of: text), scalar.properties.isWhitespace {
      text = text.dropFirst(String(scalar).utf8.count)
    }
    while right, let scalar = lastScalar(of: text), scalar.properties.isWhitespace {
      text = text.dropLast(String(scalar).utf8.count)
    }
    return text
  }

  /// How many bytes the UTF-8 character has that begins with `byte`.
  static func length(from byte: UInt8) -> Int {
    byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
  }

  /// What `whole` has after its longest common beginning with `part`, cut between characters.
  static func remainder(of whole: [UInt8], after part: [UInt8]) -> ArraySlice<UInt8> {
    var at = 0
    while at < whole.count && at < part.count && whole[at] == part[at] { at += 1 }
    // Never inside a character: continuation bytes are 10xxxxxx.
    while at > 0 && at < whole.count && whole[at] & 0xC0 == 0x80 { at -= 1 }
    return whole[at...]
  }

  /// The code points of a text. Bytes that are no UTF-8 give U+FFFD.
  static func scalars(of text: ArraySlice<UInt8>) -> [UInt32] {
    var scalars: [UInt32] = []
    scalars.reserveCapacity(text.count)
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      scalars.append(scalar.value)
    }
    return scalars
  }

  /// Code points as UTF-8.
  static func bytes(of scalars: some Sequence<UInt32>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(scalars.underestimatedCount * 2)
    for scalar in scalars {
      switch scalar {
      case 0..<0x80: text.append(UInt8(scalar))
      case 0..<0x800:
        text.append(UInt8(0xC0 | scalar >> 6))
        text.append(UInt8(0x80 | scalar & 0x3F))
      case 0..<0x10000:
        text.append(UInt8(0xE0 | scalar >> 12))
        text.append(UInt8(0x80 | scalar >> 6 & 0x3F))
        text.append(UInt8(0x80 | scalar & 0x3F))
      default:
        text.append(UInt8(0xF0 | scalar >> 18))
        text.append(UInt8(0x80 | scalar >> 12 & 0x3F))
        text.append(UInt8(0x80 | scalar >> 6 & 0x3F))
        text.append(UInt8(0x80 | scalar & 0x3F))
      }
    }
    return text
  }

  /// The last character of `text`, nil if it is empty.
  static func lastScalar(of text: ArraySlice<UInt8>) -> Unicode.Scalar? {
    var at = text.endIndex
    while at > text.startIndex {
      at -= 1
      if text[at] & 0xC0 != 0x80 {
        return String(decoding: text[at...], as: UTF8.self).unicodeScalars.first
      }
    }
    return nil
  }

  /// The first character of `text`, nil if it is empty.
  static func firstScalar(of text: ArraySlice<UInt8>) -> Unicode.Scalar? {
    String(decoding: text.prefix(4), as: UTF8.self).unicodeScalars.first
  }
}
