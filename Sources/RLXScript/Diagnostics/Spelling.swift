/// Did-you-mean: the nearest of a few known words.
package enum Spelling {
  /// The candidate nearest to `word`, if near enough to be meant. Case and `_` do not count; at most
  /// a third of the letters may differ, or half of them where the first one agrees. Of equally near
  /// ones the first wins.
  package static func nearest(_ word: String, among candidates: some Sequence<String>) -> String? {
    let folded = fold(word)
    guard !folded.isEmpty else { return nil }
    var best: (word: String, distance: Int)?
    for candidate in candidates {
      let other = fold(candidate)
      let share = other.first == folded.first ? 2 : 3
      let allowed = min((folded.count + share - 1) / share, (best?.distance ?? Int.max) - 1)
      // A distance equal to the longer word's length shares nothing with it.
      guard abs(other.count - folded.count) <= allowed else { continue }
      let distance = levenshtein(folded, other)
      if distance <= allowed, distance < max(folded.count, other.count) {
        best = (candidate, distance)
        if distance == 0 { break }
      }
    }
    return best?.word
  }

  /// The number of insertions, deletions and replacements that turn one into the other.
  static func levenshtein(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var previous = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var current = [i + 1]
      for (j, y) in b.enumerated() {
        current.append(
          min(previous[j] + (x == y ? 0 : 1), previous[j + 1] + 1, current[j] + 1))
      }
      previous = current
    }
    return previous[b.count]
  }

  private static func fold(_ word: String) -> [Unicode.Scalar] {
    word.lowercased().unicodeScalars.filter { $0 != "_" }
  }
}
