import Glibc

/// What a reader can count in an answer.
package enum TextFeature: String, CaseIterable, Sendable {
  /// log (1 + words).
  case length
  /// Flesch's reading ease over 100: (206.835 − 1.015 · words/sentences − 84.6 · syllables/words) / 100
  /// (Flesch 1948, A new readability yardstick). Syllables are counted as groups of vowels, a last
  /// silent e left out; 0 of no words.
  case readability
  /// (good words − bad words) / words, in −1…1. A word counts for its opposite where one of the two
  /// before it is "not", "no", "never", "without", "cannot" or ends in "n't" (opinion words and their
  /// negation: Hu and Liu 2004, Mining and summarizing customer reviews, with a small lexicon of our
  /// own).
  case sentiment
  /// The share of three-word sequences that came before in the answer; 0 of fewer than three words
  /// (1 − distinct-3, Li et al. 2016, arXiv 1510.03055).
  case repetition

  package func callAsFunction(_ text: String) -> Double {
    let text = ReadableText(text)
    return switch self {
    case .length: log1p(Double(text.words.count))
    case .readability: text.readingEase / 100
    case .sentiment: text.sentiment
    case .repetition: text.repetition
    }
  }
}

/// A text as words in lower case and sentences.
struct ReadableText {
  private(set) var words: [String] = []
  /// Ends of sentences with words before them; at least 1 where there are words.
  private(set) var sentences = 0

  init(_ text: String) {
    var word = ""
    var wordsSinceEnd = 0
    func isLetter(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
    for scalar in text.unicodeScalars {
      if isLetter(scalar) || (!word.isEmpty && (scalar == "'" || scalar == "’")) {
        word.unicodeScalars.append(scalar == "’" ? "'" : scalar)
        continue
      }
      if add(&word) { wordsSinceEnd += 1 }
      if [".", "!", "?"].contains(scalar), wordsSinceEnd > 0 {
        sentences += 1
        wordsSinceEnd = 0
      }
    }
    if add(&word) { wordsSinceEnd += 1 }
    if wordsSinceEnd > 0 { sentences += 1 }
  }

  private mutating func add(_ word: inout String) -> Bool {
    while word.hasSuffix("'") { word.removeLast() }
    defer { word = "" }
    if !word.isEmpty { words.append(word.lowercased()) }
    return !word.isEmpty
  }

  var readingEase: Double {
    guard !words.isEmpty else { return 0 }
    let count = Double(words.count)
    let syllables = words.reduce(0) { $0 + Self.syllables($1) }
    return 206.835 - 1.015 * count / Double(sentences) - 84.6 * Double(syllables) / count
  }

  /// Groups of vowels, without a last silent e ("came", not "table" or "be"); at least 1.
  static func syllables(_ word: String) -> Int {
    let letters = Array(word.unicodeScalars.filter { $0.properties.isAlphabetic })
    let vowels = Set("aeiouyäöüáéíóúàèìòùâêîôû".unicodeScalars)
    var count = 0
    for (place, letter) in letters.enumerated() where vowels.contains(letter) {
      if place == 0 || !vowels.contains(letters[place - 1]) { count += 1 }
    }
    if count > 1, letters.last == "e", let before = letters.dropLast().last,
      !vowels.contains(before), before != "l"
    {
      count -= 1
    }
    return max(1, count)
  }

  var sentiment: Double {
    guard !words.isEmpty else { return 0 }
    var sum = 0
    for (place, word) in words.enumerated() {
      let value = Sentiment.good.contains(word) ? 1 : Sentiment.bad.contains(word) ? -1 : 0
      let turned = words[max(0, place - 2)..<place].contains {
        Sentiment.turns.contains($0) || $0.hasSuffix("n't")
      }
      sum += turned ? -value : value
    }
    return Double(sum) / Double(words.count)
  }

  var repetition: Double {
    guard words.count >= 3 else { return 0 }
    let triples = (0...words.count - 3).map { Array(words[$0..<$0 + 3]) }
    return 1 - Double(Set(triples).count) / Double(triples.count)
  }
}

/// A small lexicon of our own.
private enum Sentiment {
  static let good: Set<String> = words(
    """
    amazing awesome beautiful best better bright brave calm careful caring cheerful clean clear clever
    cool delicious delighted easy enjoy enjoyed excellent excited fair fantastic fine free fresh friend
    friendly friends fun funny gentle glad good grateful great happily happy healthy help helped helpful
    honest hope hug joy kind laugh laughed like liked love loved lovely lucky nice peace perfect play
    pleasant pleased polite pretty proud right safe share shared shiny smart smile smiled smiling soft
    special strong sweet thank thankful thanked thanks warm welcome well win won wonderful yes
    """)
  static let bad: Set<String> = words(
    """
    afraid alone angry annoyed awful bad bored boring broke broken cold cried cruel cry crying damage
    danger dangerous dark dead die died dirty disgusting evil fail failed fear fell fight fighting fought
    greedy hard harm hate hated horrible hungry hurt ill jealous lazy lie lied lonely lose lost mad mean
    mess nasty naughty pain painful poor rude sad sadly scared scary scream selfish shout shouted sick
    sorry stole stolen stupid tears terrible tired trouble ugly unhappy upset weak worried worry worse
    worst wrong yell yelled
    """)
  static let turns: Set<String> = ["not", "no", "never", "without", "cannot"]

  private static func words(_ text: String) -> Set<String> {
    Set(text.split { $0 == " " || $0 == "\n" }.map(String.init))
  }
}
