import RLXScript

/// What the prompt shows of a value.
enum ShownValue {
  /// Rows shown of a list of maps before its middle is left out.
  private static let rowLimit = 20

  /// The value as it displays itself; a list of maps that are alike as a table, where it would take
  /// several lines.
  static func text(_ value: Value, _ style: DisplayStyle) -> String {
    let text = value.display(style)
    guard text.utf8.contains(UInt8(ascii: "\n")), case .list(let list) = value,
      let table = table(of: list.elements)
    else { return text }
    return table.text(ViewStyle(style))
  }

  /// A table of maps that have the same words as keys and hold nothing deeper than flat lists.
  private static func table(of elements: [Value]) -> TableView? {
    let maps = elements.compactMap { if case .map(let map) = $0 { map } else { nil } }
    guard maps.count > 1, maps.count == elements.count else { return nil }
    let keys = maps[0].keys
    let names = keys.compactMap { if case .string(let text) = $0 { text.string } else { nil } }
    let isTable =
      !names.isEmpty && names.count == keys.count
      && maps.allSatisfy { $0.keys == keys && $0.entries.allSatisfy { isCell($0.value) } }
    guard isTable else { return nil }
    var table = TableView(columns: names, rowCount: maps.count) { row in
      maps[row].entries.map { TableView.Cell($0.value) }
    }
    table.rowLimit = rowLimit
    table.showsIndex = true
    return table
  }

  private static func isCell(_ value: Value) -> Bool {
    if case .map = value { return false }
    return value.depth <= 1
  }
}
