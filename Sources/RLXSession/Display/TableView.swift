/// A table fitted to the width of the terminal.
///
/// Numbers are right-aligned and never cut; text is cut with an ellipsis; columns that do not fit
/// and rows beyond the limit are left out, and a footer says how many. A full table is as wide as
/// it needs to be. In plain mode a row is a block of `column: value` lines.
package struct TableView {
  package enum Cell: Equatable, Sendable {
    case text(String)
    case number(Double)
    case integer(Int)
    /// A number as it is to be written.
    case figure(String)
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
  /// Whether ints have their thousands apart.
  package var groupsThousands = false
  /// The colour of a cell, by row and column as they are in the whole table.
  package var ink: ((_ row: Int, _ column: Int) -> Ink?)?

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
    let head = heading.map { style.paint($0, .bold) }
    let left = rowCount - shown.count
    if style.plain {
      return head + records(columns, shown, style) + footer(rows: left, columns: [], style)
    }
    let layout = TableLayout(columns: columns, style: style)
    return head + layout.lines(gapAfter: gap(shown))
      + footer(rows: left, columns: layout.hidden, style)
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
        decimals: decimals, groupsThousands: groupsThousands,
        inks: shown.map { ink?($0, index) })
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

  /// What is left out and how to see it: on one line, or the columns on a line of their own.
  private func footer(rows: Int, columns hidden: [String], _ style: ViewStyle) -> [String] {
    if rowCount == 0 { return [style.paint("no rows", .dim)] }
    var facts: [String] = []
    if rows > 0 { facts.append("\(style.ellipsis) \(NumberText.count(rows, "more row"))") }
    let names = hidden.map { TextWidth.visible($0) }.joined(separator: ", ")
    let columns =
      hidden.isEmpty ? [] : ["\(NumberText.count(hidden.count, "more column")): \(names)"]
    let hint = rows > 0 || !hidden.isEmpty ? style.hint.map { [$0] } ?? [] : []
    let line = (facts + columns + hint).joined(separator: style.separator)
    guard !line.isEmpty else { return [] }
    let lines =
      TextWidth.of(line) <= style.columns
      ? [line] : [(facts + hint).joined(separator: style.separator)] + columns
    return lines.filter { !$0.isEmpty }.map { line in
      style.paint(
        TextWidth.truncated(line, to: style.columns, ellipsis: style.ellipsis), .dim)
    }
  }
}
