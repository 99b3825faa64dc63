/// Sorts what is offered by how well it fits what is typed, with a bound on the work.
package struct SuggestionMatcher {
  /// Names looked at; more of them are counted, not read.
  package static let examinedAtMost = 15_000
  /// Candidates that are kept.
  package static let keptAtMost = 1_000
  /// Names kept for the case that none begins as typed.
  private static let nearAtMost = 2_000

  package let typed: String
  package private(set) var examined = 0
  /// Candidates that were not kept or not looked at.
  package private(set) var more = 0
  private var exact: [Suggestion] = []
  private var folded: [Suggestion] = []
  private var others: [(key: String, make: () -> Suggestion)] = []
  private var seen: Set<String> = []
  private let typedBytes: [UInt8]

  package init(_ typed: String) {
    self.typed = typed
    typedBytes = Array(typed.utf8)
  }

  package var isExhausted: Bool { examined >= Self.examinedAtMost }

  /// Counts suggestions that nobody looked at.
  package mutating func skip(_ count: Int) { more += count }

  /// Takes a suggestion if its `key`, the word that people type, fits. Of equal texts the first stays.
  package mutating func offer(_ key: String, _ make: @escaping () -> Suggestion) {
    guard !isExhausted else {
      more += 1
      return
    }
    examined += 1
    if key.utf8.starts(with: typedBytes) {
      keep(make, in: \.exact)
    } else if key.utf8.count >= typedBytes.count,
      zip(key.utf8, typedBytes).allSatisfy({ Self.lower($0) == Self.lower($1) })
    {
      keep(make, in: \.folded)
    } else if others.count < Self.nearAtMost, !typed.isEmpty {
      others.append((key, make))
    }
  }

  private mutating func keep(
    _ make: () -> Suggestion, in list: WritableKeyPath<SuggestionMatcher, [Suggestion]>
  ) {
    guard exact.count + folded.count < Self.keptAtMost else {
      more += 1
      return
    }
    let suggestion = make()
    if seen.insert(suggestion.text).inserted { self[keyPath: list].append(suggestion) }
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }

  // MARK: The answer

  /// The completion of `replaced`, before `rest` of the text.
  package func suggestions(replacing replaced: Range<Int>, before rest: Substring) -> Suggestions {
    var result = Suggestions(
      replaced: replaced, list: exact + folded, more: more, insertion: nil,
      examined: examined)
    let best = exact.isEmpty ? folded : exact
    if best.isEmpty {
      let near = nearest
      result.list = near
      if near.count == 1, more == 0 { result.insertion = whole(near[0], rest) }
    } else if best.count == 1, more == 0 {
      result.insertion = whole(best[0], rest)
    } else if more == 0, let common = Self.common(best.map(\.text)),
      common.count >= typed.unicodeScalars.count
    {
      result.insertion = String(common)
    }
    if result.insertion == typed { result.insertion = nil }
    return result
  }

  private func whole(_ suggestion: Suggestion, _ rest: Substring) -> String {
    var closing = suggestion.closing
    if closing.hasSuffix("]"), rest.hasPrefix("]") { closing.removeLast() }
    guard let next = rest.unicodeScalars.first, let first = closing.unicodeScalars.first else {
      return suggestion.text + closing
    }
    if next == first { return suggestion.text }
    let continues = next.properties.isXIDContinue
    return continues ? suggestion.text : suggestion.text + closing
  }

  /// What all texts begin with.
  private static func common(_ texts: [String]) -> String.UnicodeScalarView.SubSequence? {
    guard let first = texts.first?.unicodeScalars else { return nil }
    var common = first[...]
    for text in texts.dropFirst() {
      var end = common.startIndex
      for scalar in text.unicodeScalars {
        guard end < common.endIndex, common[end] == scalar else { break }
        end = common.index(after: end)
      }
      common = common[..<end]
    }
    return common
  }

  /// Those that have all typed letters in order, from the first on; else the nearest in spelling.
  private var nearest: [Suggestion] {
    guard typed.unicodeScalars.count > 1 else { return [] }
    let sought = Array(typed.lowercased().unicodeScalars)
    let holding = others.filter { other in
      var next = 0
      for (place, scalar) in other.key.lowercased().unicodeScalars.enumerated() {
        if next < sought.count, scalar == sought[next] { next += 1 }
        if place == 0, next == 0 { return false }
      }
      return next == sought.count
    }
    if !holding.isEmpty { return holding.prefix(50).map { $0.make() } }
    guard let near = Spelling.nearest(typed, among: others.lazy.map(\.key)) else { return [] }
    return others.first { $0.key == near }.map { [$0.make()] } ?? []
  }
}
