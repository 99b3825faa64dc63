/// What stands between two tokens, cut into lines.
struct FormatGap {
  struct Comment {
    let text: String
    /// The byte it begins at.
    let start: Int
  }

  /// A comment behind the token before, on its line.
  private(set) var trailing: Comment?
  /// The lines that hold no token: comments, and empty lines as nil.
  private(set) var lines: [Comment?] = []
  /// Whether the token after begins its line.
  private(set) var hasNewline = false

  /// The gap of the bytes in `range`; `isFirst` where no token stands before it.
  init(_ source: Source, _ range: Range<Int>, isFirst: Bool) {
    var start = range.lowerBound
    while true {
      let end = source.bytes[start..<range.upperBound].firstIndex(of: UInt8(ascii: "\n"))
      take(source, start..<(end ?? range.upperBound), isBehindToken: !hasNewline && !isFirst)
      guard let end else { return }
      // The text before the first newline belongs to the token before; an empty rest is no line.
      hasNewline = true
      start = end + 1
    }
  }

  /// Takes one line, or what there is of it.
  private mutating func take(_ source: Source, _ range: Range<Int>, isBehindToken: Bool) {
    let isLast =
      range.upperBound == source.bytes.count
      || source.bytes[range.upperBound] != UInt8(ascii: "\n")
    guard let comment = source.bytes[range].firstIndex(of: UInt8(ascii: "#")) else {
      if !isBehindToken, !isLast { lines.append(nil) }
      return
    }
    var end = range.upperBound
    while end > comment, [0x20, 0x09, 0x0D].contains(source.bytes[end - 1]) { end -= 1 }
    let found = Comment(text: source.string(from: comment, to: end), start: comment)
    if isBehindToken { trailing = found } else { lines.append(found) }
  }
}
