/// Where the rows of a file begin and on which lines: four bytes a row.
struct LineIndex: Sendable {
  private var low: [UInt32] = []
  /// The rows from `row` on begin at `base` plus their `low`; a new block every 4 GB.
  private var blocks: [(row: Int, base: Int)] = []
  /// Lines that are no rows: how many there are before a row, told where that number changes.
  private var skips: [(row: Int, lines: Int)] = []

  var count: Int { low.count }

  mutating func reserveCapacity(_ rows: Int) { low.reserveCapacity(rows) }

  /// Adds the row that begins at byte `place`, behind all that were added.
  mutating func append(_ place: Int) {
    if let base = blocks.last?.base, let offset = UInt32(exactly: place - base) {
      low.append(offset)
    } else {
      blocks.append((low.count, place))
      low.append(0)
    }
  }

  /// Notes lines without a row, behind the rows that were added.
  mutating func skip(_ lines: Int, before row: Int) {
    let total = (skips.last?.lines ?? 0) + lines
    if let last = skips.last, last.row == row {
      skips[skips.count - 1].lines = total
    } else {
      skips.append((row, total))
    }
  }

  /// The byte where a row begins.
  func start(of row: Int) -> Int {
    let block = blocks.last { $0.row <= row }
    return (block?.base ?? 0) + Int(low[row])
  }

  /// The 1-based line of a row.
  func line(of row: Int) -> Int {
    // The last skip at or before the row: by halves.
    var (low, high) = (0, skips.count)
    while low < high {
      let middle = (low + high) / 2
      if skips[middle].row <= row { low = middle + 1 } else { high = middle }
    }
    return row + 1 + (low == 0 ? 0 : skips[low - 1].lines)
  }
}
