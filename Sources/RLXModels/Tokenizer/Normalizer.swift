/// What happens to a stretch of text before it is cut up.
indirect enum Normalizer: Sendable {
  case sequence([Normalizer])
  /// Puts something before a text that is not empty: SentencePiece's dummy space.
  case prepend([UInt8])
  case replace(SoughtText, with: [UInt8])
  case form(UnicodeNormalization.Form)
  case lowercase
  /// Takes white space off the ends.
  case strip(left: Bool, right: Bool)
  /// Takes combining marks away; a decomposition goes before it.
  case stripAccents
  case bert(BertCleaning)
  /// The bytes of the text as characters of `ByteAlphabet`.
  case byteLevel

  static let known = [
    "Sequence", "Prepend", "Replace", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Strip",
    "StripAccents", "BertNormalizer", "ByteLevel",
  ]

  /// The normalized text. Without `dummy`, nothing is prepended: the text goes on from another.
  /// Throws where a pattern gives up.
  func apply(_ text: ArraySlice<UInt8>, dummy: Bool = true) throws -> [UInt8] {
    switch self {
    case .sequence(let parts):
      try parts.reduce(Array(text)) { try $1.apply($0[...], dummy: dummy) }
    case .prepend(let content):
      text.isEmpty || !dummy ? Array(text) : content + text
    case .replace(let sought, let content): try sought.replaced(with: content, in: text)
    case .form(let form): UnicodeNormalization.tables.normalized(text, form)
    case .lowercase: LetterCase.lowercased(text)
    case .strip(let left, let right): Array(ByteText.stripped(text, left: left, right: right))
    case .stripAccents: BertCleaning.withoutMarks(text)
    case .bert(let cleaning): cleaning.apply(text)
    case .byteLevel: ByteAlphabet.spelled(text)
    }
  }
}

/// What Replace and Split look for: a fixed text or a pattern.
enum SoughtText: Sendable {
  case text([UInt8])
  case pattern(TextPattern)

  func replaced(with content: [UInt8], in text: ArraySlice<UInt8>) throws -> [UInt8] {
    switch self {
    case .text(let sought): return ByteText.replacing(sought, with: content, in: text)
    case .pattern(let pattern):
      var result: [UInt8] = []
      result.reserveCapacity(text.count)
      try pattern.forEachSpan(of: text) { span in
        if span.isMatch { result += content } else { result += text[span.range] }
      }
      return result
    }
  }
}

/// What BERT's tokenizers do to a text (Devlin et al., 2019): control characters go, white space
/// becomes spaces, Chinese characters stand alone, accents and capitals go.
struct BertCleaning: Sendable {
  let cleans: Bool
  let separatesChinese: Bool
  let stripsAccents: Bool
  let lowercases: Bool

  func apply(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var scalars = ByteText.scalars(of: text)
    if cleans {
      scalars = scalars.compactMap { scalar in
        if Self.controls.contains(scalar) { return nil }
        return Self.isSpace(scalar) ? 0x20 : scalar
      }
    }
    if separatesChinese {
      scalars = scalars.flatMap { Self.isChinese($0) ? [0x20, $0, 0x20] : [$0] }
    }
    var result = ByteText.bytes(of: scalars)
    if stripsAccents {
      result = Self.withoutMarks(
        UnicodeNormalization.tables.normalized(result[...], .decomposed)[...], onlyNonspacing: true)
    }
    return lowercases ? LetterCase.lowercased(result[...]) : result
  }

  private static let marks = UnicodeTables.set(UnicodeTables.marks)
  private static let accents = UnicodeTables.set(UnicodeTables.accents)
  private static let controls = UnicodeTables.set(UnicodeTables.controls)

  /// A text without its combining marks; of BERT's only what counts as accents there.
  static func withoutMarks(_ text: ArraySlice<UInt8>, onlyNonspacing: Bool = false) -> [UInt8] {
    guard text.contains(where: { $0 >= 0x80 }) else { return Array(text) }
    return ByteText.bytes(
      of: ByteText.scalars(of: text).filter { scalar in
        !(onlyNonspacing ? accents : marks).contains(scalar)
      })
  }

  private static func isSpace(_ scalar: UInt32) -> Bool {
    Unicode.Scalar(scalar)?.properties.isWhitespace ?? false
  }

  private static func isChinese(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
