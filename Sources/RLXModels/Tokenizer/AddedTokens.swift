/// The marks of a tokenizer that are recognised in the text itself, before anything else happens
/// to it: `<s>`, `</s>` and the like.
struct AddedTokens: Sendable {
  struct Token: Sendable {
    let id: Int32
    let content: [UInt8]
    let isSpecial: Bool
    /// Only where no letter or digit touches it.
    let isSingleWord: Bool
    /// Whether it takes the white space before it, or behind it, along.
    let stripsLeft: Bool
    let stripsRight: Bool
    /// Whether it is looked for in the text after the normalizer instead of before.
    let isNormalized: Bool
  }

  /// Part of a text: a mark, or what lies between two of them.
  enum Part {
    case mark(Int32)
    case text(Range<Int>)
  }

  let tokens: [Token]
  private let raw: Matcher
  private let normalized: Matcher
  private let specialIDs: Set<Int32>
  /// What the marks that are looked for after the normalizer decode to: their normalized form.
  private let normalizedForms: [Int32: [UInt8]]

  init(_ tokens: [Token], normalizer: Normalizer?) {
    self.tokens = tokens
    let late = tokens.filter(\.isNormalized).map { token in
      (token: token, pattern: (try? normalizer?.apply(token.content[...])) ?? token.content)
    }
    raw = Matcher(tokens.filter { !$0.isNormalized }.map { ($0, $0.content) })
    normalized = Matcher(late)
    specialIDs = Set(tokens.filter(\.isSpecial).map(\.id))
    normalizedForms = Dictionary(
      late.map { ($0.token.id, $0.pattern) }, uniquingKeysWith: { _, last in last })
  }

  /// The bytes of a mark that is looked for after the normalizer, nil for any other id.
  func normalizedForm(of id: Int32) -> [UInt8]? { normalizedForms[id] }

  func isSpecial(_ id: Int32) -> Bool { specialIDs.contains(id) }

  /// `text` cut at the marks to be found before the normalizer; nothing for an empty text.
  func split(raw text: [UInt8]) -> [Part] { raw.split(text) }

  /// `text` cut at the marks to be found after the normalizer.
  func split(normalized text: [UInt8]) -> [Part] { normalized.split(text) }
}

/// Finds marks: leftmost first, the longest of those that begin together.
private struct Matcher: Sendable {
  /// By first byte, longest first.
  private var candidates: [UInt8: [(token: AddedTokens.Token, pattern: [UInt8])]] = [:]

  init(_ patterns: [(token: AddedTokens.Token, pattern: [UInt8])]) {
    for entry in patterns {
      if let first = entry.pattern.first { candidates[first, default: []].append(entry) }
    }
    for key in candidates.keys {
      candidates[key]?.sort { $0.pattern.count > $1.pattern.count }
    }
  }

  func split(_ text: [UInt8]) -> [AddedTokens.Part] {
    guard !candidates.isEmpty else { return text.isEmpty ? [] : [.text(0..<text.count)] }
    var parts: [AddedTokens.Part] = []
    var open = 0  // where the text not yet handed out begins
    var at = 0
    while at < text.count {
      guard let found = match(text, at) else {
        at += 1
        continue
      }
      let matched = at..<at + found.pattern.count
      at = matched.upperBound
      guard accepts(found.token, matched, text) else { continue }
      let taken = widened(found.token, matched, text, from: open)
      if open < taken.lowerBound { parts.append(.text(open..<taken.lowerBound)) }
      parts.append(.mark(found.token.id))
      open = taken.upperBound
      // White space a mark took along may not hold the next mark.
      at = max(at, open)
    }
    if open < text.count { parts.append(.text(open..<text.count)) }
    return parts
  }

  private func match(_ text: [UInt8], _ at: Int) -> (token: AddedTokens.Token, pattern: [UInt8])? {
    candidates[text[at]]?.first { text[at...].starts(with: $0.pattern) }
  }

  private func accepts(_ token: AddedTokens.Token, _ range: Range<Int>, _ text: [UInt8]) -> Bool {
    guard token.isSingleWord else { return true }
    let before = ByteText.lastScalar(of: text[..<range.lowerBound])
    let after = ByteText.firstScalar(of: text[range.upperBound...])
    return !(before?.isWordCharacter ?? false) && !(after?.isWordCharacter ?? false)
  }

  private func widened(
    _ token: AddedTokens.Token, _ range: Range<Int>, _ text: [UInt8], from open: Int
  ) -> Range<Int> {
    var lower = range.lowerBound
    var upper = range.upperBound
    if token.stripsLeft {
      while lower > open, let scalar = ByteText.lastScalar(of: text[..<lower]),
        scalar.properties.isWhitespace
      {
        lower -= String(scalar).utf8.count
      }
    }
    if token.stripsRight {
      while let scalar = ByteText.firstScalar(of: text[upper...]), scalar.properties.isWhitespace {
        upper += String(scalar).utf8.count
      }
    }
    return max(lower, open)..<upper
  }
}

extension Unicode.Scalar {
  /// `\w` of regular expressions (Unicode Technical Standard 18, annex C).
  fileprivate var isWordCharacter: Bool {
    if properties.isAlphabetic || properties.isJoinControl { return true }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default:
      return false
    }
  }
}
