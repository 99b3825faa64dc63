// What can be said of answers without knowing what a good one is. Tokens are whatever is compared:
// a model's ids, or words.

/// The n-grams of a text that came before in it, as a share: 1 − different / all, 0 of texts shorter than
/// n (seq-rep-n: Welleck et al. 2019, arXiv 1908.04319, section 6.1).
package func repetition<Token: Hashable>(_ tokens: [Token], n: Int) -> Double {
  let all = tokens.count - n + 1
  guard all > 0 else { return 0 }
  return 1 - Double(Set(ngrams(tokens, n)).count) / Double(all)
}

/// Different n-grams and all n-grams of some texts together: their quotient is distinct-n (Li et al. 2016,
/// arXiv 1510.03055).
package func distinct<Token: Hashable>(_ texts: [[Token]], n: Int) -> (different: Int, all: Int) {
  var seen: Set<ArraySlice<Token>> = []
  var all = 0
  for tokens in texts where tokens.count >= n {
    seen.formUnion(ngrams(tokens, n))
    all += tokens.count - n + 1
  }
  return (seen.count, all)
}

private func ngrams<Token>(_ tokens: [Token], _ n: Int) -> [ArraySlice<Token>] {
  guard n > 0, tokens.count >= n else { return [] }
  return (0...(tokens.count - n)).map { tokens[$0..<$0 + n] }
}

/// The last number of a text as it is compared: without separators of thousands, signs of currency and
/// zeros behind the point. After `####`, where there is one (the answers of GSM8K: Cobbe et al. 2021,
/// arXiv 2110.14168); nil where there is none.
package func lastNumber(_ text: String) -> String? {
  var bytes = Array(text.utf8)
  if let mark = lastMark(bytes) { bytes = Array(bytes[mark...]) }
  func isDigit(_ place: Int) -> Bool {
    bytes.indices.contains(place) && (0x30...0x39).contains(bytes[place])
  }
  guard let last = bytes.indices.last(where: { isDigit($0) }) else { return nil }
  var start = last
  // Back over digits, and over separators that stand between digits.
  func isBetweenDigits(_ place: Int) -> Bool {
    (bytes[place] == 0x2C || bytes[place] == 0x2E) && isDigit(place - 1)
  }
  while start > 0, isDigit(start - 1) || isBetweenDigits(start - 1) {
    start -= 1
  }
  var digits = bytes[start...last].filter { $0 != 0x2C }
  // Of several points, as in a date or a version, only the part after the one before last is a number.
  let points = digits.indices.filter { digits[$0] == 0x2E }
  if points.count > 1 { digits = Array(digits[(points[points.count - 2] + 1)...]) }
  if start > 0, bytes[start - 1] == 0x2E, points.isEmpty, !isDigit(start - 2) {
    digits = [0x30, 0x2E] + digits
  }
  if digits.contains(0x2E) {
    while digits.last == 0x30 { digits.removeLast() }
    if digits.last == 0x2E { digits.removeLast() }
  }
  while digits.count > 1, digits[0] == 0x30, digits[1] != 0x2E { digits.removeFirst() }
  let number = String(decoding: digits, as: UTF8.self)
  return isNegative(bytes, before: start) && number != "0" ? "-" + number : number
}

/// A minus belongs to the number where no word or number stands before it: `-3`, `$-3`, `-$3`, not `5-3`.
private func isNegative(_ bytes: [UInt8], before start: Int) -> Bool {
  var place = start - 1
  while place >= 0, bytes[place] == UInt8(ascii: "$") { place -= 1 }
  guard place >= 0, bytes[place] == UInt8(ascii: "-") else { return false }
  while place > 0, bytes[place - 1] == UInt8(ascii: "$") { place -= 1 }
  guard place > 0 else { return true }
  let before = bytes[place - 1]
  return before == 0x20 || before == 0x0A || before == 0x09 || before == UInt8(ascii: "=")
    || before == UInt8(ascii: "(") || before == UInt8(ascii: ":") || before == UInt8(ascii: "#")
}

private func lastMark(_ bytes: [UInt8]) -> Int? {
  guard bytes.count >= 4 else { return nil }
  return (0...(bytes.count - 4)).last { place in
    bytes[place..<place + 4].allSatisfy { $0 == UInt8(ascii: "#") }
  }.map { $0 + 4 }
}
