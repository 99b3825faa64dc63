/// Did-you-mean: the nearest of a few known words.
package enum Spelling {
  /// The candidate nearest to `word`, if near enough to be meant.
  ///
  /// Case and `_` do not count. About one letter in four may be wrong, left out, added or swapped
  /// with the next: more would be a guess. Near, too, is what `word` abbreviates, or what is the
  /// greater half of it (`sorted`, `sort`). Of equally near ones the first wins.
  package static func nearest(_ word: String, among candidates: some Sequence<String>) -> String? {
    let folded = fold(word)
    guard !folded.isEmpty else { return nil }
    let slips = (folded.count + 2) / 4
    var best: (word: String, distance: Int)?
    for candidate in candidates {
      let other = fold(candidate)
      let isBegun = folded.count >= 3 && other.starts(with: folded)
      let begins =
        other.count >= 3 && other.count * 2 >= folded.count
        && folded.starts(with: other)
      guard isBegun || begins || abs(other.count - folded.count) <= slips else { continue }
      let distance = slipsBetween(folded, other)
      guard isBegun || begins || distance <= slips, distance < best?.distance ?? Int.max else {
        continue
      }
      best = (candidate, distance)
      if distance == 0 { break }
    }
    return best?.word
  }

  /// The number of insertions, deletions, replacements and swaps of neighbours that turn one into
  /// the other (optimal string alignment).
  static func slipsBetween(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var earlier: [Int] = []
    var previous = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var current = [i + 1]
      for (j, y) in b.enumerated() {
        var least = min(previous[j] + (x == y ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
        if i > 0, j > 0, x == b[j - 1], y == a[i - 1] { least = min(least, earlier[j - 1] + 1) }
        current.append(least)
      }
      (earlier, previous) = (previous, current)
    }
    return previous[b.count]
  }

  private static func fold(_ word: String) -> [Unicode.Scalar] {
    word.lowercased().unicodeScalars.filter { $0 != "_" }
  }
}
