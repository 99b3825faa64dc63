/// One column of a table: its name and the text of each row shown.
struct TableColumn {
  let name: String
  let texts: [String]
  let isNumeric: Bool
  let isIndex: Bool
  /// Colours of its cells; empty where there are none.
  let inks: [Ink?]
  /// Columns of its widest text.
  private let textWidth: Int

  init(
    name: String, cells: [TableView.Cell], isIndex: Bool = false, decimals: Int? = nil,
    groupsThousands: Bool = false, inks: [Ink?] = []
  ) {
    self.name = TextWidth.visible(name)
    self.isIndex = isIndex
    self.inks = inks
    isNumeric =
      cells.contains { $0.isNumeric } && cells.allSatisfy { $0.isNumeric || $0 == .missing }
    // Ints among floats are written as these are, so that they can be compared; not among words.
    let hasFloats =
      isNumeric
      && cells.contains { if case .number = $0 { true } else { false } }
    let cells = hasFloats ? cells.map(\.asFloat) : cells
    let numbers = isNumeric ? cells.compactMap(\.asNumber) : []
    let texts =
      decimals.map { places in numbers.map { TableColumn.fixed($0, decimals: places) } }
      ?? NumberText.column(numbers)
    var next = texts.makeIterator()
    self.texts = cells.map { cell in
      switch cell {
      case .text(let text), .figure(let text): TextWidth.visible(text)
      case .bool(let bool): bool ? "true" : "false"
      case .integer(let n): groupsThousands ? NumberText.grouped(n) : String(n)
      case .number(let x): next.next() ?? NumberText.significant(x)
      case .missing: ""
      }
    }
    textWidth = self.texts.lazy.map { TextWidth.of($0) }.max() ?? 0
  }

  private static func fixed(_ x: Double, decimals: Int) -> String {
    x.magnitude < 1e6
      ? NumberText.fixed(x, digits: decimals) : NumberText.significant(x, digits: 4)
  }

  func ink(_ row: Int) -> Ink? { inks.indices.contains(row) ? inks[row] : nil }

  /// Columns of its widest text or name.
  var naturalWidth: Int { max(TextWidth.of(name), textWidth) }

  /// The narrowest it may become: numbers are never cut, text keeps some letters.
  var minimumWidth: Int {
    isNumeric ? max(textWidth, min(naturalWidth, 12)) : min(naturalWidth, 8)
  }
}

extension TableView.Cell {
  fileprivate var isNumeric: Bool {
    switch self {
    case .number, .integer, .figure: true
    case .text, .bool, .missing: false
    }
  }

  /// An int as the float it is near; any other cell as it is.
  fileprivate var asFloat: TableView.Cell {
    if case .integer(let n) = self { .number(Double(n)) } else { self }
  }

  /// The value of a cell written as its column's floats are.
  fileprivate var asNumber: Double? { if case .number(let x) = self { x } else { nil } }
}

/// Widths given to columns, and the rows set in them.
struct TableLayout {
  let columns: [TableColumn]
  let widths: [Int]
  let style: ViewStyle
  /// Names of the columns that do not fit, in order.
  let hidden: [String]
  private let gap: Int

  init(columns: [TableColumn], style: ViewStyle) {
    // A full table is not fitted: a pager moves sideways.
    let room = style.full ? TableLayout.endless : style.columns
    gap = TableLayout.gap(columns, room: room)
    let count = TableLayout.fitting(columns, gap: gap, room: room)
    self.columns = Array(columns.prefix(count))
    self.style = style
    hidden = columns.dropFirst(count).map(\.name)
    widths = TableLayout.widths(self.columns, gap: gap, room: room)
  }

  /// More columns than any table has, and far from overflow.
  private static let endless = Int.max / 4

  /// Spaces between columns: two, or one where that saves a column from being left out.
  private static func gap(_ columns: [TableColumn], room: Int) -> Int {
    let least = columns.reduce(0) { $0 + $1.minimumWidth }
    return least + 2 * (columns.count - 1) <= room ? 2 : 1
  }

  /// How many columns fit at their narrowest; at least one that is not the index.
  private static func fitting(_ columns: [TableColumn], gap: Int, room: Int) -> Int {
    var used = -gap
    var count = 0
    let least = columns.first?.isIndex == true ? 2 : 1
    for column in columns {
      used += gap + column.minimumWidth
      if used > room, count >= least { break }
      count += 1
    }
    return count
  }

  /// Natural widths, the widest text columns narrowed until all fit in `room`; should even the
  /// narrowest not fit, the last columns give way.
  private static func widths(_ columns: [TableColumn], gap: Int, room: Int) -> [Int] {
    var widths = columns.map { min($0.naturalWidth, room) }
    var excess = widths.reduce(0, +) + gap * max(columns.count - 1, 0) - room
    while excess > 0 {
      let open = columns.indices.filter { widths[$0] > columns[$0].minimumWidth }
      guard let widest = open.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    for index in columns.indices.reversed() where excess > 0 {
      let cut = min(excess, widths[index] - 1)
      widths[index] -= cut
      excess -= cut
    }
    return widths
  }

  /// Header, rule and rows; a row of ellipses stands after `gapAfter` rows.
  func lines(gapAfter: Int?) -> [String] {
    guard !columns.isEmpty else { return [] }
    let rule = widths.map { String(repeating: style.drawsUnicode ? "─" : "-", count: $0) }
    var lines = [
      join(columns.indices.map { style.paint(aligned(columns[$0].name, $0), .bold) }),
      style.paint(rule.joined(separator: separator), .dim),
    ]
    for row in 0..<(columns.first?.texts.count ?? 0) {
      if row == gapAfter { lines.append(style.paint(gapLine, .dim)) }
      lines.append(
        join(
          columns.indices.map { index in
            let column = columns[index]
            let text = aligned(column.texts[row], index)
            return style.paint(text, column.isIndex ? .dim : column.ink(row))
          }))
    }
    return lines
  }

  private var separator: String { String(repeating: " ", count: gap) }

  private var gapLine: String {
    let mark = style.drawsUnicode ? "⋮" : ":"
    return join(columns.indices.map { aligned(mark, $0) })
  }

  private func aligned(_ text: String, _ index: Int) -> String {
    let width = widths[index]
    let cut = TextWidth.truncated(text, to: width, ellipsis: style.ellipsis)
    return TextWidth.padded(cut, to: width, columns[index].isNumeric ? .right : .left)
  }

  private func join(_ cells: [String]) -> String {
    trimmed(cells.joined(separator: separator))
  }

  private func trimmed(_ line: String) -> String {
    var line = line
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }
}
