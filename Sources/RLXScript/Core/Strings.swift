/// Searching in strings, scalar by scalar (which for UTF-8 is byte by byte).
enum Strings {
  /// The byte offset of `part` in `text` at or after `start`.
  static func byteOffset(_ part: [UInt8], in text: [UInt8], from start: Int = 0) -> Int? {
    guard let first = part.first else { return start }
    var position = start
    while position + part.count <= text.count {
      if text[position] == first, text[position..<position + part.count].elementsEqual(part) {
        return position
      }
      position += 1
    }
    return nil
  }

  /// The position of `part` in `text`, in scalars.
  static func find(_ part: Text, in text: Text) -> Int? {
    let bytes = Array(text.string.utf8)
    guard let offset = byteOffset(Array(part.string.utf8), in: bytes) else { return nil }
    return String(decoding: bytes[..<offset], as: UTF8.self).unicodeScalars.count
  }

  /// The stretches between the occurrences of `separator`, which is not empty.
  static func split(_ text: String, _ separator: String) -> [String] {
    let bytes = Array(text.utf8)
    let part = Array(separator.utf8)
    var pieces: [String] = []
    var start = 0
    while let found = byteOffset(part, in: bytes, from: start) {
      pieces.append(String(decoding: bytes[start..<found], as: UTF8.self))
      start = found + part.count
    }
    pieces.append(String(decoding: bytes[start...], as: UTF8.self))
    return pieces
  }

  /// The stretches between white space, without empty ones.
  static func words(_ text: String) -> [String] {
    text.unicodeScalars.split { $0.properties.isWhitespace }.map { String($0) }
  }

  /// The lines, without their newlines; a final newline adds no empty line.
  static func lines(_ text: String) -> [String] {
    var lines = split(text, "\n").map { line in
      line.utf8.last == UInt8(ascii: "\r")
        ? String(String.UnicodeScalarView(line.unicodeScalars.dropLast())) : line
    }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// Without the white space at both ends.
  static func strip(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }
}
