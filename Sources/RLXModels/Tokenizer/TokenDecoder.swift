/// How tokens become text again: a chain of steps over their bytes, joined at the end.
indirect enum TokenDecoder: Sendable {
  case sequence([TokenDecoder])
  case replace(SoughtText, with: [UInt8])
  /// The suffix of each token becomes a space, that of the last one goes.
  case suffix([UInt8])
  /// Tokens that begin with the prefix go on with the word, others begin one; spaces before marks and
  /// within contractions go if it cleans up.
  case wordPiece(prefix: [UInt8], cleansUp: Bool)
  /// Runs of `<0x..>` become the characters they spell, or one U+FFFD a byte where they spell none.
  case byteFallback
  /// All tokens become one.
  case fuse
  /// Takes up to `start` of `content` off the front of each token, up to `stop` off its end.
  case strip(content: [UInt8], start: Int, stop: Int)
  case metaspace(replacement: [UInt8], scheme: PrependScheme)
  /// All tokens become the text whose bytes they spell (`ByteAlphabet`), U+FFFD where that is none;
  /// a token with other characters stands for itself.
  case byteLevel

  static let known = [
    "BPEDecoder", "ByteFallback", "ByteLevel", "Fuse", "Metaspace", "Replace", "Sequence", "Strip",
    "WordPiece",
  ]

  /// The text of `tokens`.
  func decode(_ tokens: [[UInt8]]) -> [UInt8] { Array(apply(tokens).joined()) }

  /// The byte that a token such as `<0x0A>` stands for.
  static func byte(of token: some BidirectionalCollection<UInt8>) -> UInt8? {
    guard token.count == 6, token.starts(with: "<0x".utf8), token.last == UInt8(ascii: ">")
    else { return nil }
    let digits = token.dropFirst(3).prefix(2)
    // "+5" is a number to Swift, and no byte token.
    guard digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else {
      return nil
    }
    return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  private func apply(_ tokens: [[UInt8]]) -> [[UInt8]] {
    switch self {
    case .sequence(let steps):
      steps.reduce(tokens) { $1.apply($0) }
    case .replace(let sought, let content):
      // A token on which a pattern gives up stands for itself: tokens are short.
      tokens.map { (try? sought.replaced(with: content, in: $0[...])) ?? $0 }
    case .suffix(let suffix):
      tokens.enumerated().map { index, token in
        let space = index == tokens.count - 1 ? [] : [UInt8(ascii: " ")]
        return ByteText.replacing(suffix, with: space, in: token[...])
      }
    case .wordPiece(let prefix, let cleansUp):
      tokens.enumerated().map { Self.wordPiece($1, isFirst: $0 == 0, prefix, cleansUp: cleansUp) }
    case .byteFallback:
      Self.spellOut(tokens)
    case .fuse:
      [Array(tokens.joined())]
    case .strip(let content, let start, let stop):
      tokens.map { Self.strip(content, start, stop, from: $0) }
    case .metaspace(let replacement, let scheme):
      tokens.enumerated().map { index, token in
        let space = index == 0 && scheme != .never ? [] : [UInt8(ascii: " ")]
        return ByteText.replacing(replacement, with: space, in: token[...])
      }
    case .byteLevel:
      [Self.repaired(tokens.flatMap { ByteAlphabet.bytes(of: $0[...]) ?? $0 })]
    }
  }

  /// Whether the text of a token depends on its neighbours.
  func isByte(_ token: ArraySlice<UInt8>) -> Bool {
    guard isByteLevel else { return Self.byte(of: token) != nil }
    let bytes = ByteAlphabet.bytes(of: token) ?? Array(token)
    return bytes.isEmpty || String(validating: bytes, as: UTF8.self) == nil
  }

  private var isByteLevel: Bool {
    switch self {
    case .byteLevel: true
    case .sequence(let steps): steps.contains(where: \.isByteLevel)
    case .replace, .suffix, .wordPiece, .byteFallback, .fuse, .strip, .metaspace: false
    }
  }

  /// `bytes` as UTF-8, with U+FFFD for what spells no character.
  private static func repaired(_ bytes: [UInt8]) -> [UInt8] {
    String(validating: bytes, as: UTF8.self) == nil
      ? Array(String(decoding: bytes, as: UTF8.self).utf8) : bytes
  }

  private static func spellOut(_ tokens: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var run: [UInt8] = []
    func flush() {
      guard !run.isEmpty else { return }
      let isText = String(validating: run, as: UTF8.self) != nil
      result.append(isText ? run : Array(run.map { _ in [0xEF, 0xBF, 0xBD] }.joined()))
      run.removeAll()
    }
    for token in tokens {
      if let byte = byte(of: token) {
        run.append(byte)
      } else {
        flush()
        result.append(token)
      }
    }
    flush()
    return result
  }

  private static func wordPiece(
    _ token: [UInt8], isFirst: Bool, _ prefix: [UInt8], cleansUp: Bool
  ) -> [UInt8] {
    var text = token
    if !isFirst {
      text =
        token.starts(with: prefix)
        ? Array(token.dropFirst(prefix.count)) : [UInt8(ascii: " ")] + token
    }
    guard cleansUp else { return text }
    for (pattern, content) in Self.cleanUps {
      text = ByteText.replacing(Array(pattern.utf8), with: Array(content.utf8), in: text[...])
    }
    return text
  }

  private static let cleanUps = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
    (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ]

  private static func strip(
    _ content: [UInt8], _ start: Int, _ stop: Int, from token: [UInt8]
  ) -> [UInt8] {
    var rest = token[...]
    for _ in 0..<start where !content.isEmpty && rest.starts(with: content) {
      rest = rest.dropFirst(content.count)
    }
    for _ in 0..<stop where !content.isEmpty && rest.suffix(content.count).elementsEqual(content) {
      rest = rest.dropLast(content.count)
    }
    return Array(rest)
  }
}
