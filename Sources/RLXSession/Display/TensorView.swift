/// A tensor as text: a header with shape and type, then its elements in aligned columns, written
/// as the language writes lists. Where there are many, the first and last three of each axis.
package struct TensorView {
  private let shape: [Int]
  private let note: String?
  private let element: (Int) -> Float

  /// Elements at each end of an axis that is cut.
  static let edge = 3
  /// Tensors up to this size are shown whole.
  static let wholeCount = 120
  /// Decimals of an element that is no whole number.
  private static let digits = 4

  /// A view of `shape` whose elements are `element(index)`, row-major; `note` ends the header.
  package init(shape: [Int], note: String? = nil, element: @escaping (Int) -> Float) {
    self.shape = shape
    self.note = note
    self.element = element
  }

  package init(shape: [Int], values: [Float], note: String? = nil) {
    self.init(shape: shape, note: note) { values[$0] }
  }

  package func text(_ style: ViewStyle) -> String {
    lines(style).joined(separator: "\n")
  }

  package func lines(_ style: ViewStyle) -> [String] {
    func cut(_ line: String) -> String {
      TextWidth.truncated(line, to: style.columns, ellipsis: style.ellipsis)
    }
    let ending = note.map { style.separator + $0 } ?? ""
    if shape.isEmpty {
      return [cut("tensor " + NumberText.significant(Double(element(0)), digits: 6) + ending)]
    }
    let header = TensorView.header(shape) + ending
    guard !shape.contains(0) else { return [cut(header)] }
    let (body, isWhole) = body(style)
    guard !isWhole else { return [style.paint(cut(header), .dim)] + body }
    // Where the line has no room, how many and how to see them go before what it is.
    var facts = [header, NumberText.count(count, "element")] + (style.hint.map { [$0] } ?? [])
    while facts.count > 1, TextWidth.of(facts.joined(separator: style.separator)) > style.columns {
      facts.removeLast()
    }
    return [style.paint(cut(facts.joined(separator: style.separator)), .dim)] + body
  }

  /// `tensor float32 [2, 3]`: what a tensor is, on part of a line.
  static func header(_ shape: [Int]) -> String {
    "tensor float32 [" + shape.map { String($0) }.joined(separator: ", ") + "]"
  }

  private var count: Int { shape.reduce(1, *) }

  /// The elements, all or with as many at each edge of an axis as fit the line.
  private func body(_ style: ViewStyle) -> (lines: [String], isWhole: Bool) {
    if style.full || count <= TensorView.wholeCount {
      let lines = rows(edge: nil, style)
      if style.full || shape.count == 1 || fits(lines, style) {
        return (wrapped(lines, style), true)
      }
    }
    for edge in stride(from: TensorView.edge, through: 1, by: -1) {
      let lines = rows(edge: edge, style)
      if fits(lines, style) { return (lines, false) }
    }
    return (wrapped(rows(edge: 1, style), style), false)
  }

  private func fits(_ lines: [String], _ style: ViewStyle) -> Bool {
    lines.allSatisfy { TextWidth.of($0) <= style.columns }
  }

  private func wrapped(_ lines: [String], _ style: ViewStyle) -> [String] {
    guard !fits(lines, style) else { return lines }
    let indent = min(shape.count, style.columns / 2)
    let margin = String(repeating: " ", count: indent)
    return lines.flatMap { line -> [String] in
      let opening = line.prefix(indent)
      let parts = TensorView.chunks(
        String(line.dropFirst(indent)), columns: style.columns - indent)
      return parts.enumerated().map { ($0 == 0 ? opening : margin[...]) + $1 }
    }
  }

  /// `line` broken after commas, so that equally wide elements stay in columns.
  private static func chunks(_ line: String, columns: Int) -> [String] {
    var parts: [String] = []
    var current = ""
    for piece in line.split(separator: ", ", omittingEmptySubsequences: false) {
      let next = current.isEmpty ? String(piece) : current + ", " + piece
      if !current.isEmpty, TextWidth.of(next) + 1 > columns {
        parts.append(current + ",")
        current = String(piece)
      } else {
        current = next
      }
    }
    return parts + [current]
  }

  // MARK: Elements

  /// Indices of an axis that are shown; nil stands for those left out.
  private func indices(_ size: Int, edge: Int?) -> [Int?] {
    guard let edge, size > 2 * edge else { return Array(0..<size) }
    return Array(0..<edge) + [nil] + Array((size - edge)..<size)
  }

  private func rows(edge: Int?, _ style: ViewStyle) -> [String] {
    var offsets: [Int] = []
    collect(axis: 0, base: 0, edge: edge, into: &offsets)
    let texts = TensorView.texts(offsets.map { Double(element($0)) })
    let width = texts.lazy.map { TextWidth.of($0) }.max() ?? 0
    var next = texts.makeIterator()
    var lines: [String] = []
    var line = ""
    append(axis: 0, edge: edge, style, &next, width: width, line: &line, lines: &lines)
    return lines + [line]
  }

  /// Row-major places of the elements shown, in order.
  private func collect(axis: Int, base: Int, edge: Int?, into offsets: inout [Int]) {
    for index in indices(shape[axis], edge: edge) {
      guard let index else { continue }
      let offset = base * shape[axis] + index
      if axis + 1 == shape.count {
        offsets.append(offset)
      } else {
        collect(axis: axis + 1, base: offset, edge: edge, into: &offsets)
      }
    }
  }

  private func append(
    axis: Int, edge: Int?, _ style: ViewStyle, _ next: inout IndexingIterator<[String]>,
    width: Int, line: inout String, lines: inout [String]
  ) {
    line += "["
    let isLast = axis + 1 == shape.count
    for (place, index) in indices(shape[axis], edge: edge).enumerated() {
      if place > 0 {
        line += isLast ? ", " : ","
        if !isLast {
          lines.append(line)
          // A blank line between blocks of three axes and more.
          if shape.count - axis > 2 { lines.append("") }
          line = String(repeating: " ", count: axis + 1)
        }
      }
      if index == nil {
        line += style.ellipsis
      } else if isLast {
        line += TextWidth.padded(next.next() ?? "", to: width, .right)
      } else {
        append(axis: axis + 1, edge: edge, style, &next, width: width, line: &line, lines: &lines)
      }
    }
    line += "]"
  }

  /// Whole numbers without a point, else four decimals; what is too small or too large for that
  /// with its power of ten.
  private static func texts(_ values: [Double]) -> [String] {
    let finite = values.filter(\.isFinite)
    let isWhole = finite.allSatisfy { $0 == $0.rounded() && $0.magnitude < 1e7 }
    let largest = finite.map(\.magnitude).max() ?? 0
    if !isWhole, largest >= 1e6 || largest < 1e-3 {
      return values.map { NumberText.scientific($0, digits: digits) }
    }
    return values.map { NumberText.element($0, decimals: isWhole ? 0 : digits) }
  }
}
