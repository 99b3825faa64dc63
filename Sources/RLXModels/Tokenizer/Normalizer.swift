/// What happens to a stretch of text before it is cut up.
indirect enum Normalizer: Sendable {
  case sequence([Normalizer])
  /// Puts something before a text that is not empty: SentencePiece's dummy space.
  case prepend([UInt8])
  case replace([UInt8], with: [UInt8])

  static let known = ["Sequence", "Prepend", "Replace"]

  /// The normalized text. Without `dummy`, nothing is prepended: the text goes on from another.
  func apply(_ text: ArraySlice<UInt8>, dummy: Bool = true) -> [UInt8] {
    switch self {
    case .sequence(let parts):
      parts.reduce(Array(text)) { $1.apply($0[...], dummy: dummy) }
    case .prepend(let content):
      text.isEmpty || !dummy ? Array(text) : content + text
    case .replace(let pattern, let content):
      ByteText.replacing(pattern, with: content, in: text)
    }
  }
}
