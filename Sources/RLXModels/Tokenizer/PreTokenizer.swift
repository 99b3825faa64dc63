/// How a normalized text is cut into pieces that no token may straddle.
indirect enum PreTokenizer: Sendable {
  /// Spaces become `replacement`; one may be put in front; each may begin a piece.
  case metaspace(replacement: [UInt8], scheme: PrependScheme, splits: Bool)
  /// Cuts at the matches of a pattern; `inverted`, what lies between them counts as matched.
  case split(TextPattern, SplitBehavior, inverted: Bool)
  /// As `split`, at a fixed string.
  case splitAt([UInt8], SplitBehavior, inverted: Bool)
  /// Cuts at each punctuation mark.
  case punctuation(SplitBehavior)
  /// Pieces of so many characters.
  case fixedLength(Int)
  /// The tokens spell bytes (`ByteAlphabet`): a space may be put in front, and GPT-2's pattern may
  /// cut. The pieces stay bytes: `BytePairEncoder` knows the alphabet.
  case byteLevel(prepends: Bool, cuts: Bool)
  case sequence([PreTokenizer])

  static let known = [
    "null", "BertPreTokenizer", "ByteLevel", "CharDelimiterSplit", "Digits", "FixedLength",
    "Metaspace", "Punctuation", "Sequence", "Split", "Whitespace", "WhitespaceSplit",
  ]

  /// Hands out the pieces of `text`, none of them empty; throws where a pattern gives up. `isFirst`: it stands at the very beginning
  /// of the input; without `dummy` nothing is put in front.
  func cut(
    _ text: ArraySlice<UInt8>, isFirst: Bool, dummy: Bool,
    _ body: (ArraySlice<UInt8>) throws -> Void
  ) throws {
    switch self {
    case .metaspace(let replacement, let scheme, let splits):
      var marked = ByteText.replacing([UInt8(ascii: " ")], with: replacement, in: text)
      let prepends = scheme == .always || (scheme == .first && isFirst)
      if prepends && dummy && !marked.starts(with: replacement) { marked = replacement + marked }
      guard splits else { return try body(marked[...]) }
      try Self.split(marked, before: replacement, body)
    case .split(let pattern, .isolated, _):
      try pattern.forEachSpan(of: text) { if !$0.range.isEmpty { try body(text[$0.range]) } }
    case .split(let pattern, let behavior, let inverted):
      var spans: [TextPattern.Span] = []
      try pattern.forEachSpan(of: text) { spans.append($0) }
      try Self.cut(text, spans, behavior, inverted, body)
    case .splitAt(let mark, let behavior, let inverted):
      try Self.cut(text, ByteText.spans(of: mark, in: text), behavior, inverted, body)
    case .fixedLength(let length):
      var start = text.startIndex
      while start < text.endIndex {
        var end = start
        for _ in 0..<length where end < text.endIndex { end += ByteText.length(from: text[end]) }
        end = min(end, text.endIndex)
        try body(text[start..<end])
        start = end
      }
    case .punctuation(let behavior):
      let spans = ByteText.spans(of: Self.marks, in: text)
      try Self.cut(text, spans, behavior, false, body)
    case .byteLevel(let prepends, let cuts):
      let isSpaced = !prepends || !dummy || text.first == UInt8(ascii: " ")
      let whole = isSpaced ? text : [UInt8(ascii: " ")] + text
      guard cuts else { return try body(whole) }
      try TextPattern.gpt2.forEachSpan(of: whole) { try body(whole[$0.range]) }
    case .sequence(let steps):
      try Self.cut(text, steps[...], isFirst: isFirst, dummy: dummy, body)
    }
  }

  private static func cut(
    _ text: ArraySlice<UInt8>, _ steps: ArraySlice<PreTokenizer>, isFirst: Bool, dummy: Bool,
    _ body: (ArraySlice<UInt8>) throws -> Void
  ) throws {
    guard let step = steps.first else { return try body(text) }
    var isFirst = isFirst
    try step.cut(text, isFirst: isFirst, dummy: dummy) { piece in
      try cut(piece, steps.dropFirst(), isFirst: isFirst, dummy: dummy, body)
      isFirst = false
    }
  }

  private static func cut(
    _ text: ArraySlice<UInt8>, _ spans: [TextPattern.Span], _ behavior: SplitBehavior,
    _ inverted: Bool, _ body: (ArraySlice<UInt8>) throws -> Void
  ) rethrows {
    let counted = spans.map { TextPattern.Span(range: $0.range, isMatch: $0.isMatch != inverted) }
    for range in behavior.pieces(counted) where !range.isEmpty { try body(text[range]) }
  }

  private static let marks = UnicodeTables.set(UnicodeTables.punctuation)

  private static func split(
    _ text: [UInt8], before mark: [UInt8], _ body: (ArraySlice<UInt8>) throws -> Void
  ) rethrows {
    var start = 0
    while let next = ByteText.firstIndex(of: mark, in: text, from: start + 1) {
      try body(text[start..<next])
      start = next
    }
    if start < text.count { try body(text[start...]) }
  }

  /// Whether the pieces are bytes to be spelled in `ByteAlphabet`.
  var isByteLevel: Bool {
    switch self {
    case .byteLevel: true
    case .sequence(let steps): steps.contains(where: \.isByteLevel)
    case .metaspace, .split, .splitAt, .punctuation, .fixedLength: false
    }
  }
}

/// When Metaspace puts its mark in front of a text.
enum PrependScheme: String, Sendable {
  case always
  case first
  case never
}
