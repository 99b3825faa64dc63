/// One row a token of a rollout: what was sampled, how likely it was, and what it earned.
///
/// Log-probabilities and the KL term are in nats. A quantity not computed yet is nil; a column
/// without any value is left out.
package struct LedgerView {
  package struct Row: Equatable, Sendable {
    package var token: String
    package var logProb: Double?
    package var refLogProb: Double?
    package var kl: Double?
    package var reward: Double?
    package var value: Double?
    package var advantage: Double?
    package var returned: Double?
    package var ratio: Double?
    package var isClipped: Bool?

    package init(
      token: String, logProb: Double? = nil, refLogProb: Double? = nil, kl: Double? = nil,
      reward: Double? = nil, value: Double? = nil, advantage: Double? = nil,
      returned: Double? = nil, ratio: Double? = nil, isClipped: Bool? = nil
    ) {
      self.token = token
      self.logProb = logProb
      self.refLogProb = refLogProb
      self.kl = kl
      self.reward = reward
      self.value = value
      self.advantage = advantage
      self.returned = returned
      self.ratio = ratio
      self.isClipped = isClipped
    }
  }

  package var title: String?
  package var rows: [Row]

  package init(title: String? = nil, rows: [Row]) {
    self.title = title
    self.rows = rows
  }

  package func text(_ style: ViewStyle) -> String {
    lines(style).joined(separator: "\n")
  }

  package func lines(_ style: ViewStyle) -> [String] {
    let present = LedgerView.columns.filter { column in
      rows.contains { column.value($0) != nil }
    }
    let showsClipped = rows.contains { $0.isClipped != nil }
    let heats = present.map { column in
      Heat(column.scale, of: rows.compactMap { column.value($0) })
    }
    var table = TableView(
      title: title,
      columns: ["token"] + present.map(\.name) + (showsClipped ? ["clipped"] : []),
      rows: rows.map { row in
        [.text(LedgerView.quoted(row.token))]
          + present.map { number in
            number.value(row).map { .number($0) } ?? .missing
          }
          + (showsClipped ? [LedgerView.clipped(row.isClipped)] : [])
      })
    table.rowLimit = 64
    table.decimals = style.columns < 100 ? 3 : 4
    table.ink = { row, column in
      guard present.indices.contains(column - 1) else { return column == 0 ? nil : .yellow }
      return present[column - 1].value(rows[row]).flatMap { heats[column - 1].ink($0) }
    }
    return table.lines(style) + (style.color && !style.plain ? [Heat.legend(style)] : [])
  }

  private struct Column {
    let name: String
    let scale: Heat.Scale
    let value: (Row) -> Double?
  }

  /// Colours repeat what the numbers say: nothing is said by colour alone.
  private static var columns: [Column] {
    [
      Column(name: "logp", scale: .probability) { $0.logProb },
      Column(name: "ref_logp", scale: .probability) { $0.refLogProb },
      Column(name: "kl", scale: .from(0)) { $0.kl },
      Column(name: "reward", scale: .from(0)) { $0.reward },
      Column(name: "value", scale: .from(0)) { $0.value },
      Column(name: "advantage", scale: .from(0)) { $0.advantage },
      Column(name: "return", scale: .from(0)) { $0.returned },
      Column(name: "ratio", scale: .from(1)) { $0.ratio },
    ]
  }

  private static func clipped(_ isClipped: Bool?) -> TableView.Cell {
    isClipped.map { .text($0 ? "clipped" : "") } ?? .missing
  }

  /// In quotes, so that spaces before and after can be seen.
  private static func quoted(_ token: String) -> String { "\"\(TextWidth.visible(token))\"" }
}
