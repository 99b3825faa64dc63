/// A line plot in characters: a y axis with its values, an x axis with the steps, a title, and a
/// legend that gives the last, least and greatest value of each series.
///
/// Braille dots where the terminal shows them; with several series and no colour, and in ASCII,
/// each series has a mark of its own. Values that are not finite are gaps in the line.
package struct LinePlot {
  package struct Series: Equatable, Sendable {
    package var name: String
    package var values: [Double]

    package init(_ name: String, _ values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  package var title: String?
  package var series: [Series]
  /// What the x axis counts.
  package var xLabel: String
  /// The place of the first value on the x axis.
  package var firstStep: Int
  /// Rows of the drawing itself, 3...60.
  package var height: Int
  /// Whether the y axis shows ratios; values that are not above 0 are then left out.
  package var isLogarithmic: Bool

  package init(
    title: String? = nil, series: [Series], xLabel: String = "step", firstStep: Int = 0,
    height: Int = 12, isLogarithmic: Bool = false
  ) {
    self.isLogarithmic = isLogarithmic
    self.title = title
    self.series = series
    self.xLabel = xLabel
    self.firstStep = firstStep
    self.height = min(max(height, 3), 60)
  }

  package func text(_ style: ViewStyle) -> String {
    lines(style).joined(separator: "\n")
  }

  package func lines(_ style: ViewStyle) -> [String] {
    let drawn = finite
    guard !drawn.isEmpty else { return [emptyMessage(style)] }
    if needsPanels { return panels.flatMap { $0.lines(style) } }
    let width = min(style.columns, LinePlot.widest)
    let (low, high) = (drawn.min() ?? 0, drawn.max() ?? 0)
    let ticks = max(height / 3, 2) + 1
    let yAxis =
      isLogarithmic
      ? PlotAxis.logarithmic(low: low, high: high, count: ticks)
      : PlotAxis.rounded(low: low, high: high, count: ticks)
    let rows = self.rows(yAxis)
    let margin = max(yAxis.labels.map { TextWidth.of($0) }.max() ?? 0, xLabel.count) + 1
    let columns = max(width - margin - 1, 4)
    let xAxis = self.xAxis(columns: columns)
    let canvas = draw(columns: columns, rows: rows, x: xAxis, y: yAxis, style)
    return heading(style, margin: margin)
      + body(canvas, y: yAxis, margin: margin, style)
      + foot(xAxis, columns: columns, margin: margin, style)
      + PlotLegend(plot: self, style: style).lines(margin: margin)
  }

  /// Wider plots are no clearer.
  static let widest = 100

  /// Values that can be drawn: finite, and small enough that differences are finite too.
  static func isDrawn(_ value: Double) -> Bool { value.magnitude < 1e300 }

  /// Values that this plot can draw.
  func isDrawn(_ value: Double) -> Bool {
    LinePlot.isDrawn(value) && (!isLogarithmic || value > 1e-300)
  }

  private var finite: [Double] { series.flatMap { $0.values.filter(isDrawn) } }

  /// Whether one axis would press a series flat: it covers less than a sixth of what all cover.
  private var needsPanels: Bool {
    if isLogarithmic { return false }
    let spans = series.compactMap { one -> ClosedRange<Double>? in
      let drawn = one.values.filter(LinePlot.isDrawn)
      guard let low = drawn.min(), let high = drawn.max() else { return nil }
      return low...high
    }
    guard spans.count > 1, let low = spans.map(\.lowerBound).min(),
      let high = spans.map(\.upperBound).max()
    else { return false }
    return spans.contains { span in
      let size = span.upperBound - span.lowerBound
      return size > 0 && size * 6 < high - low
    }
  }

  /// Each series by itself, one plot below the other.
  private var panels: [LinePlot] {
    series.enumerated().map { index, one in
      LinePlot(
        title: index == 0 ? title ?? one.name : one.name, series: [one], xLabel: xLabel,
        firstStep: firstStep,
        height: max(height * 2 / 3, 5))
    }
  }

  /// Rows near `height` at which every value named on the axis has a row exactly.
  private func rows(_ y: PlotAxis) -> Int {
    let spans = max(y.ticks.count - 1, 1)
    return max((height - 1 + spans / 2) / spans, 1) * spans + 1
  }

  private func emptyMessage(_ style: ViewStyle) -> String {
    let names = (title.map { [$0] } ?? series.map(\.name)).joined(separator: ", ")
    let subject = names.isEmpty ? "nothing to plot" : "\(names): nothing to plot"
    let count = series.reduce(0) { $0 + $1.values.count }
    let wanted = isLogarithmic ? "above 0" : "finite"
    let reason =
      count == 0 ? "no values yet" : "none of \(NumberText.count(count, "value")) is \(wanted)"
    return TextWidth.truncated(
      TextWidth.visible("\(subject), \(reason)"), to: style.columns, ellipsis: style.ellipsis)
  }

  private func xAxis(columns: Int) -> PlotAxis {
    let last = firstStep + max((series.map(\.values.count).max() ?? 1) - 1, 0)
    let widest = max(String(last).count, String(firstStep).count)
    let count = max(min(columns / (widest + 6), 10), 1)
    return .exact(low: Double(firstStep), high: Double(last), count: count, whole: true)
  }

  // MARK: Drawing

  private func draw(
    columns: Int, rows: Int, x: PlotAxis, y: PlotAxis, _ style: ViewStyle
  ) -> PlotCanvas {
    let dots = style.drawsUnicode && (series.count == 1 || style.color)
    var canvas = PlotCanvas(columns: columns, rows: rows, dots: dots)
    for index in series.indices {
      var previous: (x: Int, y: Int)?
      let values = series[index].values
      for (step, value) in values.enumerated() {
        guard isDrawn(value) else {
          previous = nil
          continue
        }
        let across = x.position(Double(firstStep + step)) * Double(canvas.dotColumns - 1)
        // Both ends lie in the middle of their rows, so that the named values do too.
        let down = (1 - y.position(value)) * Double((rows - 1) * canvas.dotsDown)
        let place = (x: Int(across.rounded()), y: Int(down.rounded()) + canvas.dotsDown / 4)
        if let previous {
          canvas.line(from: previous, to: place, series: index)
        } else if step + 1 == values.count || !isDrawn(values[step + 1]) {
          canvas.spot(place.x, place.y, series: index)
        }
        previous = place
      }
    }
    return canvas
  }

  private func heading(_ style: ViewStyle, margin: Int) -> [String] {
    guard let title, !title.isEmpty else { return [] }
    let text = TextWidth.truncated(
      TextWidth.visible(title), to: style.columns - margin - 1, ellipsis: style.ellipsis)
    return [String(repeating: " ", count: margin + 1) + style.paint(text, .bold)]
  }

  private func body(
    _ canvas: PlotCanvas, y: PlotAxis, margin: Int, _ style: ViewStyle
  ) -> [String] {
    var labels: [Int: String] = [:]
    for (tick, label) in zip(y.ticks, y.labels) {
      labels[Int(((1 - y.position(tick)) * Double(canvas.rows - 1)).rounded())] = label
    }
    let marks = LinePlot.marks(style)
    return (0..<canvas.rows).map { row in
      let label = TextWidth.padded(labels[row] ?? "", to: margin - 1, .right)
      let axis =
        style.drawsUnicode ? (labels[row] == nil ? "│" : "┤") : (labels[row] == nil ? "|" : "+")
      var line = style.paint("\(label) \(axis)", .dim)
      var run = (text: "", series: -1)
      for column in 0..<canvas.columns {
        let cell = canvas.cell(column, row, marks: marks)
        let owner = cell?.series ?? -1
        if owner != run.series {
          line += style.paint(run.text, LinePlot.ink(run.series))
          run = ("", owner)
        }
        run.text.append(cell?.character ?? " ")
      }
      if run.series >= 0 { line += style.paint(run.text, LinePlot.ink(run.series)) }
      return line
    }
  }

  private func foot(
    _ x: PlotAxis, columns: Int, margin: Int, _ style: ViewStyle
  ) -> [String] {
    let unicode = style.drawsUnicode
    var rule = Array(repeating: unicode ? "─" : "-", count: columns)
    var labels = Array(repeating: Character(" "), count: margin + 1 + columns)
    let name = TextWidth.padded(xLabel, to: margin - 1, .right)
    labels.replaceSubrange(0..<(margin - 1), with: name)
    var free = margin
    for (tick, label) in zip(x.ticks, x.labels) {
      let column = Int((x.position(tick) * Double(columns - 1)).rounded())
      guard rule.indices.contains(column) else { continue }
      rule[column] = unicode ? "┬" : "+"
      let centred = margin + 1 + column - label.count / 2
      let start = min(max(centred, margin), labels.count - label.count)
      guard start >= free else { continue }
      labels.replaceSubrange(start..<(start + label.count), with: label)
      free = start + label.count + 1
    }
    let corner = String(repeating: " ", count: margin) + (unicode ? "└" : "+")
    var text = String(labels)
    while text.hasSuffix(" ") { text.removeLast() }
    return [style.paint(corner + rule.joined(), .dim), style.paint(text, .dim)]
  }

  // MARK: Telling series apart

  static func marks(_ style: ViewStyle) -> [Character] {
    style.drawsUnicode ? ["•", "×", "+", "○", "▪", "△"] : ["*", "x", "o", "+", "#", "@"]
  }

  static func ink(_ series: Int) -> Ink? {
    let inks: [Ink] = [.cyan, .yellow, .magenta, .green, .blue, .red]
    return series < 0 ? nil : inks[series % inks.count]
  }
}
