import RLXSession

/// What a person sees of one comparison, and what the keys mean.
struct LabelPage {
  /// Below this many columns for each answer they are read more easily one above the other.
  private static let columnsSideBySide = 45
  private static let gap = 3

  private let question: LabelQuestion
  private let facts: TerminalFacts

  init(_ question: LabelQuestion, facts: TerminalFacts) {
    self.question = question
    self.facts = facts
  }

  var text: String {
    var lines = ["", heading, ""]
    lines += Wrap.indented(question.prompt, by: 2, columns: width)
    lines.append("")
    lines += isSideBySide ? sideBySide : stacked
    lines += ["", "1 first · 2 second · t tie · s skip · u undo · q quit"]
    return (drawsUnicode ? lines : lines.map(Self.plain)).joined(separator: "\n") + "\n"
  }

  /// Which answer a key gives; nil for a key that gives none.
  static func answer(for key: UInt8) -> LabelAnswer? {
    switch Character(Unicode.Scalar(key)) {
    case "1": .first
    case "2": .second
    case "t", "T": .tie
    case "s", "S": .skip
    case "u", "U": .undo
    // Ctrl-D ends here as it does at the prompt.
    case "q", "Q", "\u{4}": .quit
    default: nil
    }
  }

  /// The line that confirms an answer.
  static func echo(of answer: LabelAnswer) -> String {
    switch answer {
    case .first: "-> 1\n"
    case .second: "-> 2\n"
    case .tie: "-> tie\n"
    case .skip: "-> skipped\n"
    case .undo: "-> undo the last\n"
    case .quit: "-> quit\n"
    }
  }

  private var width: Int { max(facts.width - 1, 20) }

  private var heading: String {
    let title = "\(question.number)/\(question.total)  which answer is better?  by \(question.by)"
    return facts.usesColor
      ? "\u{1B}[1m\(TextWidth.visible(title))\u{1B}[0m" : TextWidth.visible(title)
  }

  private var drawsUnicode: Bool { facts.usesUnicode && !facts.isPlain }

  private var columnWidth: Int { (width - Self.gap) / 2 }

  private var isSideBySide: Bool { !facts.isPlain && columnWidth >= Self.columnsSideBySide }

  private var stacked: [String] {
    ["1"] + Wrap.indented(question.left, by: 2, columns: width)
      + ["", "2"] + Wrap.indented(question.right, by: 2, columns: width)
  }

  private var sideBySide: [String] {
    let left = ["1"] + Wrap.lines(question.left, columns: columnWidth)
    let right = ["2"] + Wrap.lines(question.right, columns: columnWidth)
    return (0..<max(left.count, right.count)).map { row in
      let first = row < left.count ? left[row] : ""
      let second = row < right.count ? right[row] : ""
      let padding = String(repeating: " ", count: max(0, columnWidth - TextWidth.of(first)))
      let bar = drawsUnicode ? " │" : " |"
      return first + padding + (second.isEmpty ? bar : bar + " " + second)
    }
  }

  private static func plain(_ line: String) -> String {
    line.replacing("·", with: ",")
  }
}
