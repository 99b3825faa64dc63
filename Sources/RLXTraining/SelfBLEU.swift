import Glibc

/// How alike texts are: the mean BLEU of each against all others as references (Zhu et al. 2018, arXiv
/// 1802.01886). 1: they say the same; lower: they differ. BLEU of n-grams up to `order` with equal weights
/// and the brevity penalty (Papineni et al. 2002); counts of 0 become ε = 0.1, NLTK's smoothing method 1.
package struct SelfBLEU {
  /// One number a text; 0 of a text without tokens. Fewer than two texts say nothing.
  package static func scores<Token: Hashable>(_ texts: [[Token]], order: Int = 4) -> [Double] {
    guard texts.count > 1 else { return [] }
    let counts = texts.map { text in (1...order).map { grams(text, $0) } }
    // Of each n-gram the two largest counts over all texts: the largest over all but one.
    let largest = (0..<order).map { n in
      var most: [ArraySlice<Token>: (first: Int, text: Int, second: Int)] = [:]
      for (text, grams) in counts.enumerated() {
        for (gram, count) in grams[n] {
          let known = most[gram] ?? (0, -1, 0)
          if count > known.first {
            most[gram] = (count, text, known.first)
          } else if count > known.second {
            most[gram] = (known.first, known.text, count)
          }
        }
      }
      return most
    }
    let lengths = texts.map(\.count)
    return texts.indices.map { text in
      guard lengths[text] > 0 else { return 0 }
      var logs = 0.0
      for n in 0..<order {
        var (matched, all) = (0, 0)
        for (gram, count) in counts[text][n] {
          let known = largest[n][gram] ?? (0, -1, 0)
          matched += min(count, known.text == text ? known.second : known.first)
          all += count
        }
        if n == 0, matched == 0 { return 0 }
        logs += log((matched > 0 ? Double(matched) : 0.1) / Double(max(1, all)))
      }
      return brevity(lengths, text) * exp(logs / Double(order))
    }
  }

  /// exp(1 − r/c) for a text of c tokens shorter than the r of the reference nearest in length, of equally
  /// near ones the shorter; else 1.
  private static func brevity(_ lengths: [Int], _ text: Int) -> Double {
    let own = lengths[text]
    let others = lengths.indices.filter { $0 != text }.map { lengths[$0] }
    let nearest = others.min { (abs($0 - own), $0) < (abs($1 - own), $1) } ?? own
    return own > nearest ? 1 : exp(1 - Double(nearest) / Double(own))
  }

  private static func grams<Token: Hashable>(_ text: [Token], _ n: Int)
    -> [ArraySlice<Token>: Int]
  {
    var counts: [ArraySlice<Token>: Int] = [:]
    guard text.count >= n else { return counts }
    for place in 0...(text.count - n) { counts[text[place..<place + n], default: 0] += 1 }
    return counts
  }
}
