/// How a normalized text is cut into pieces that no token may straddle.
indirect enum PreTokenizer: Sendable {
  /// Spaces become `replacement`; one may be put in front; each may begin a piece.
  case metaspace(replacement: [UInt8], scheme: PrependScheme, splits: Bool)
  case sequence([PreTokenizer])

  static let known = ["null", "Metaspace", "Sequence"]

  /// The pieces of `text`. `isFirst`: it stands at the very beginning of the input; without
  /// `dummy` nothing is put in front.
  func pieces(of text: [UInt8], isFirst: Bool, dummy: Bool) -> [ArraySlice<UInt8>] {
    switch self {
    case .metaspace(let replacement, let scheme, let splits):
      var marked = ByteText.replacing([UInt8(ascii: " ")], with: replacement, in: text[...])
      let prepends = scheme == .always || (scheme == .first && isFirst)
      if prepends && dummy && !marked.starts(with: replacement) { marked = replacement + marked }
      return splits ? Self.split(marked, before: replacement) : [marked[...]]
    case .sequence(let parts):
      return parts.reduce([text[...]]) { pieces, part in
        pieces.enumerated().flatMap { index, piece in
          part.pieces(of: Array(piece), isFirst: isFirst && index == 0, dummy: dummy)
        }
      }
    }
  }

  private static func split(_ text: [UInt8], before mark: [UInt8]) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var start = 0
    while let next = ByteText.firstIndex(of: mark, in: text, from: start + 1) {
      pieces.append(text[start..<next])
      start = next
    }
    if start < text.count { pieces.append(text[start...]) }
    return pieces
  }
}

/// When Metaspace puts its mark in front of a text.
enum PrependScheme: String, Sendable {
  case always
  case first
  case never
}
