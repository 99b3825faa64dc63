/// The lines under a plot: one for each series, with its last, least and greatest value.
struct PlotLegend {
  let plot: LinePlot
  let style: ViewStyle

  func lines(margin: Int) -> [String] {
    let indent = String(repeating: " ", count: margin + 1)
    let names = plot.series.map { TextWidth.visible($0.name) }
    let nameRoom = max(min(names.map { TextWidth.of($0) }.max() ?? 0, style.columns / 2), 1)
    let facts = plot.series.map { factsAbout($0) }
    let widths = (0..<PlotLegend.factCount).map { index in
      facts.map { TextWidth.of($0[index]) }.max() ?? 0
    }
    return plot.series.indices.map { index in
      let name = TextWidth.padded(
        TextWidth.truncated(names[index], to: nameRoom, ellipsis: style.ellipsis), to: nameRoom)
      let values = zip(facts[index], widths).map { TextWidth.padded($0, to: $1) }
      let key = String(sample(index))
      let room = style.columns - TextWidth.of(indent) - TextWidth.of(key) - 1
      var text = ([name] + values).joined(separator: "  ")
      while text.hasSuffix(" ") { text.removeLast() }
      return indent + style.paint(key, LinePlot.ink(index)) + " "
        + TextWidth.truncated(text, to: room, ellipsis: style.ellipsis)
    }
  }

  /// How the series looks in the drawing.
  private func sample(_ index: Int) -> String {
    let dots = style.drawsUnicode && (plot.series.count == 1 || style.color)
    let marks = LinePlot.marks(style)
    return dots ? "⠤⠤" : String(marks[index % marks.count])
  }

  private static let factCount = 4

  private func factsAbout(_ series: LinePlot.Series) -> [String] {
    let drawn = series.values.filter(plot.isDrawn)
    let gaps = series.values.count - drawn.count
    let wanted = plot.isLogarithmic ? "above 0" : "finite"
    guard let least = drawn.min(), let greatest = drawn.max(), let last = series.values.last else {
      return [series.values.isEmpty ? "no values" : "nothing to draw", "", "", ""]
    }
    return [
      "last \(NumberText.significant(last))",
      "min \(NumberText.significant(least))",
      "max \(NumberText.significant(greatest))",
      gaps == 0 ? "" : "\(NumberText.grouped(gaps)) not \(wanted)",
    ]
  }
}
