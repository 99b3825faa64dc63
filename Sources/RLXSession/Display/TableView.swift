/// A table fitted to the width of the terminal.
///
/// Numbers are right-aligned and never cut; text is cut with an ellipsis; columns that do not fit
/// and rows beyond the limit are left out, and a footer says how many. In plain mode a row is a
/// block of `column: value` lines.
package struct TableView {
  package enum Cell: Equatable, Sendable {
    case text(String)
    case number(Double)
    case integer(Int)
    case bool(Bool)
    case missing
  }

  package var title: String?
  package var columns: [String]
  package var rowCount: Int
  package var row: (Int) -> [Cell]
  /// Rows shown before the middle is left out.
  package var rowLimit = 20
  /// Whether a first column shows the index of each row.
  package var showsIndex = false
  /// Decimals of every number; nil: each column has what its numbers need.
  package var decimals: Int?

  /// A table of `rowCount` rows; only those shown are asked for. Short rows are filled with
  /// `missing`.
  package init(
    title: String? = nil, columns: [String], rowCount: Int, row: @escaping (Int) -> [Cell]
  ) {
    self.title = title
    self.columns = columns
    self.rowCount = rowCount
    self.row = row
  }

  package init(title: String? = nil, columns: [String], rows: [[Cell]]) {
    self.init(title: title, columns: columns, rowCount: rows.count) { rows[$0] }
  }

  package func text(_ style: ViewStyle) -> String {
    lines(style).joined(separator: "\n")
  }

  package func lines(_ style: ViewStyle) -> [String] {
    let shown = shownRows(style)
    let columns = shownColumns(shown)
    let heading = title.map { Wrap.lines($0, columns: style.columns) } ?? []
    let body =
      style.plain
      ? records(columns, shown, style)
      : TableLayout(columns: columns, style: style).lines(gapAfter: gap(shown))
    return heading.map { style.paint($0, .bold) } + body
      + footer(shown, hidden: style.plain ? [] : TableLayout.hidden(columns, style), style)
  }

  /// Indices of the rows shown: all, or as many from the beginning as from the end.
  private func shownRows(_ style: ViewStyle) -> [Int] {
    guard rowCount > rowLimit, !style.full else { return Array(0..<max(rowCount, 0)) }
    let head = (rowLimit + 1) / 2
    return Array(0..<head) + Array((rowCount - (rowLimit - head))..<rowCount)
  }

  /// How many of the rows shown stand before the rows left out.
  private func gap(_ shown: [Int]) -> Int? {
    shown.count < rowCount ? (rowLimit + 1) / 2 : nil
  }

  private func shownColumns(_ shown: [Int]) -> [TableColumn] {
    let rows = shown.map(row)
    var result = columns.enumerated().map { index, name in
      TableColumn(
        name: name, cells: rows.map { index < $0.count ? $0[index] : .missing },
        decimals: decimals)
    }
    if showsIndex {
      result.insert(TableColumn(name: "", cells: shown.map { .integer($0) }, isIndex: true), at: 0)
    }
    return result
  }

  private func records(_ columns: [TableColumn], _ shown: [Int], _ style: ViewStyle) -> [String] {
    var lines: [String] = []
    for row in shown.indices {
      if row > 0 { lines.append("") }
      for column in columns {
        let name = column.isIndex ? "row" : column.name
        lines += Wrap.lines("\(name): \(column.texts[row])", columns: style.columns)
      }
    }
    return lines
  }

  private func footer(
    _ shown: [Int], hidden: [String], _ style: ViewStyle
  ) -> [String] {
    var facts: [String] = []
    if rowCount == 0 { facts.append("no rows") }
    if shown.count < rowCount {
      facts.append("\(shown.count) of \(NumberText.count(rowCount, "row")) shown")
    }
    if !hidden.isEmpty {
      facts.append(
        "\(NumberText.count(hidden.count, "column")) left out: "
          + hidden.map { TextWidth.visible($0) }.joined(separator: ", "))
    }
    guard !facts.isEmpty else { return [] }
    let line = TextWidth.truncated(
      facts.joined(separator: style.separator), to: style.columns, ellipsis: style.ellipsis)
    return [style.paint(line, .dim)]
  }
}
