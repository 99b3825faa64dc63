/// A grid of terminal cells that lines are drawn on.
///
/// With `dots` a cell has two by four dots (Unicode braille); without, a cell is one dot and shows
/// the mark of the series that crossed it last.
struct PlotCanvas {
  let columns: Int
  let rows: Int
  private let dots: Bool
  private var masks: [UInt8]
  private var owners: [Int?]
  /// Cells that hold a point with no neighbour to draw a line to.
  private var spots: Set<Int> = []

  init(columns: Int, rows: Int, dots: Bool) {
    self.columns = columns
    self.rows = rows
    self.dots = dots
    masks = Array(repeating: 0, count: columns * rows)
    owners = Array(repeating: nil, count: columns * rows)
  }

  /// Dots from left to right and from top to bottom.
  var dotColumns: Int { columns * (dots ? 2 : 1) }
  var dotRows: Int { rows * dotsDown }
  /// Dots of one cell from top to bottom.
  var dotsDown: Int { dots ? 4 : 1 }

  /// Bits of a braille cell, by row and column of its dots (Unicode 6.0, chapter 15.11).
  private static let bits: [[UInt8]] = [
    [0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80],
  ]

  /// Sets one dot; x from the left, y from the top.
  mutating func dot(_ x: Int, _ y: Int, series: Int) {
    guard (0..<dotColumns).contains(x), (0..<dotRows).contains(y) else { return }
    let cell = dots ? y / 4 * columns + x / 2 : y * columns + x
    masks[cell] |= dots ? PlotCanvas.bits[y % 4][x % 2] : 1
    owners[cell] = series
  }

  /// Marks a point that stands alone: one dot would hardly be seen.
  mutating func spot(_ x: Int, _ y: Int, series: Int) {
    dot(x, y, series: series)
    if dots { spots.insert(y / 4 * columns + x / 2) }
  }

  /// Sets the dots between two places (Bresenham's line).
  mutating func line(from: (x: Int, y: Int), to: (x: Int, y: Int), series: Int) {
    let width = abs(to.x - from.x)
    let height = abs(to.y - from.y)
    let stepX = from.x < to.x ? 1 : -1
    let stepY = from.y < to.y ? 1 : -1
    var (x, y) = from
    var error = width - height
    while true {
      dot(x, y, series: series)
      if x == to.x, y == to.y { return }
      let doubled = 2 * error
      if doubled > -height {
        error -= height
        x += stepX
      }
      if doubled < width {
        error += width
        y += stepY
      }
    }
  }

  /// The character of a cell and the series it belongs to; nil where nothing was drawn.
  func cell(_ column: Int, _ row: Int, marks: [Character]) -> (character: Character, series: Int)? {
    let index = row * columns + column
    guard let series = owners[index] else { return nil }
    guard dots else { return (marks[series % marks.count], series) }
    if spots.contains(index) { return ("•", series) }
    let scalar = Unicode.Scalar(0x2800 + UInt32(masks[index])) ?? " "
    return (Character(scalar), series)
  }
}
