import RLXData
import RLXScript

extension DatasetObject: Explaining {
  /// What it is for, and what its columns hold.
  package func explanation(of name: String?) throws -> String {
    let columns = name.map { [$0] } ?? dataset.columns
    for column in columns where !dataset.columns.contains(where: { $0.isExactly(column) }) {
      throw Fault(
        .key, "explain: no column \"\(column)\"",
        remedy: "its columns are \(dataset.columns.joined(separator: ", "))")
    }
    // Of rows that are not in memory the first will do.
    let part = dataset.isLazy ? dataset.take(Self.explainedRows) : dataset
    let rows = try part.allRows()
    let facts = columns.map { column in
      (TextWidth.visible(column), DatasetObject.describe(rows.map { $0[column] ?? .null }))
    }
    if name != nil { return "Column\n" + HelpText.columns(facts) }
    let source = dataset.name.isEmpty ? "" : " from \(dataset.name)"
    let isPart = !dataset.isCounted || rows.count < dataset.count
    let size = dataset.isCounted ? NumberText.count(dataset.count, "row") : "Rows not counted yet"
    return "\(size)\(source). \(purpose)\n\nColumns"
      + (isPart ? " (of the first \(NumberText.count(rows.count, "row")))" : "") + "\n"
      + HelpText.columns(facts)
  }

  private static let explainedRows = 10_000

  private var purpose: String {
    switch dataset.type {
    case .languageModeling: "Texts to learn from: for SFT, or as prompts."
    case .promptOnly: "Prompts: for generate and for PPO."
    case .promptCompletion: "Prompts with an answer to imitate: for SFT."
    case .preference: "Pairs of answers with a choice: for RewardModel, DPO and Preferences."
    case .unpairedPreference: "Answers that were found good or bad."
    case .stepwise: "Answers in steps, each found good or bad."
    case nil: "Its columns make no type that a trainer knows: rename them with map."
    }
  }

  /// How many values of each kind a column has, and how long its texts are.
  private static func describe(_ values: [JSON]) -> String {
    var texts: [Int] = []
    var numbers: [Double] = []
    var others = 0
    var missing = 0
    for value in values {
      switch value {
      case .null: missing += 1
      case .string(let text): texts.append(text.unicodeScalars.count)
      case .int, .double: numbers.append(value.doubleValue ?? .nan)
      case .bool, .array, .object: others += 1
      }
    }
    var facts: [String] = []
    if let shortest = texts.min(), let longest = texts.max() {
      let mean = NumberText.fixed(Double(texts.reduce(0, +)) / Double(texts.count), digits: 0)
      facts.append(
        "\(NumberText.count(texts.count, "text")) of \(shortest) to \(longest) characters, mean \(mean)"
      )
    }
    if let low = numbers.min(), let high = numbers.max() {
      facts.append(
        "\(NumberText.count(numbers.count, "number")) from \(NumberText.significant(low)) to "
          + NumberText.significant(high))
    }
    if others > 0 { facts.append(NumberText.count(others, "other value")) }
    if missing > 0 { facts.append("\(NumberText.grouped(missing)) missing") }
    return facts.isEmpty ? "no values" : facts.joined(separator: "; ")
  }
}
