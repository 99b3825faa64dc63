/// Changes of an answer whose effect on its score says what a reward model goes by.
package enum TextProbe: String, CaseIterable, Sendable {
  /// The answer said twice.
  case repetition
  /// The first statement turned into its opposite: "is" to "is not", "isn't" to "is".
  case negation

  /// The changed answer; nil where there is nothing to change.
  package func callAsFunction(_ answer: String) -> String? {
    switch self {
    case .repetition:
      let hasSpace = answer.utf8.first == UInt8(ascii: " ")
      return answer.isEmpty ? nil : answer + (hasSpace ? "" : " ") + answer
    case .negation: return Self.negated(answer)
    }
  }

  private static let auxiliaries: Set<String> = [
    "am", "are", "can", "could", "did", "do", "does", "had", "has", "have", "is", "may", "might",
    "must", "shall", "should", "was", "were", "will", "would",
  ]
  /// Short forms whose long form is not the word without "n't".
  private static let irregular = ["can't": "can", "won't": "will", "shan't": "shall"]

  private static func negated(_ text: String) -> String? {
    var words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    for (place, word) in words.enumerated() {
      let plain = word.lowercased()
      if let long = irregular[plain] {
        words[place] = long
      } else if plain.hasSuffix("n't"), auxiliaries.contains(String(plain.dropLast(3))) {
        words[place] = String(word.dropLast(3))
      } else if auxiliaries.contains(plain) {
        if place + 1 < words.count, words[place + 1].lowercased() == "not" {
          words.remove(at: place + 1)
        } else {
          words.insert("not", at: place + 1)
        }
      } else {
        continue
      }
      return words.joined(separator: " ")
    }
    return nil
  }
}
