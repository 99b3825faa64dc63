/// A search through all that help knows.
struct Apropos {
  /// What was found, best first.
  let found: [HelpSubject]

  /// Every word must be found in a subject: in its name, its other spellings or what is said of it.
  /// Letter case does not count.
  init(_ question: String, in book: HelpBook) {
    let words = question.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
    let ranked = book.subjects.compactMap { subject -> (subject: HelpSubject, score: Int)? in
      let scores = words.map { Apropos.score($0, subject) }
      guard !scores.isEmpty, !scores.contains(0) else { return nil }
      return (subject, scores.reduce(0, +))
    }
    // Stable: of equals, the order of the book, which begins with topics and ends with commands.
    found = ranked.enumerated().sorted {
      ($1.element.score, $0.offset) < ($0.element.score, $1.offset)
    }.map(\.element.subject)
  }

  /// How well a word fits; 0 where it is not found.
  private static func score(_ word: String, _ subject: HelpSubject) -> Int {
    let name = subject.name.lowercased()
    // A parameter counts less than what it belongs to: many have the same.
    let step = subject.kind == .parameter ? 1 : 2
    if name == word { return 60 * step }
    if name.hasPrefix(word) || name.contains("." + word) { return 40 * step }
    if name.contains(word) { return 30 * step }
    if subject.aliases.contains(where: { $0.lowercased().hasPrefix(word) }) { return 20 * step }
    let line = subject.line.lowercased()
    if line.split(whereSeparator: { !$0.isLetter && $0 != "_" }).contains(word[...]) {
      return 10 * step
    }
    if line.contains(word) { return 5 * step }
    return subject.details.lowercased().contains(word) ? 2 * step : 0
  }

  /// One line each, cut to the width, and how many there are.
  func text(_ question: String, _ style: ViewStyle) -> String {
    guard !found.isEmpty else {
      return "nothing is said about \"\(question)\"; `:help names` lists all there is"
    }
    let shown = style.full ? found[...] : found.prefix(Apropos.mostShown)
    let width = min(shown.map { TextWidth.of($0.name) }.max() ?? 0, 32)
    let lines = shown.map { subject in
      TextWidth.truncated(
        TextWidth.padded(subject.name, to: width) + "  \(subject.kind.rawValue): \(subject.line)",
        to: style.columns, ellipsis: style.ellipsis)
    }
    let count =
      shown.count < found.count
      ? "\(shown.count) of \(NumberText.grouped(found.count)) found; add a word to narrow it"
      : "\(NumberText.count(found.count, "entry", "entries")) found"
    return (lines + [count + "; ?NAME shows one"]).joined(separator: "\n")
  }

  private static let mostShown = 20
}
