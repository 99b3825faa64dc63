import RLXSession
import Testing

private let style = ViewStyle(width: 30)

@Suite struct LinePlotTests {
  @Test func drawsALineBetweenNamedValues() {
    let plot = LinePlot(title: "loss", series: [.init("loss", [0, 1, 2])], height: 5)
    #expect(
      plot.text(style) == """
              loss
           2 ┤                    ⣀⡠⠤⠒
             │              ⢀⣀⠤⠔⠊⠉
           1 ┤        ⢀⣀⠤⠔⠒⠉⠁
             │  ⢀⣀⠤⠔⠒⠉⠁
           0 ┤⠒⠉⠁
             └┬───────────┬──────────┬
        step  0           1          2
              ⠤⠤ loss  last 2  min 0 …
        """)
  }

  @Test func keepsToAsciiWhereAsked() {
    let plot = LinePlot(series: [.init("a", [0, 2])], height: 3)
    let text = plot.text(ViewStyle(width: 30, unicode: false))
    #expect(text.unicodeScalars.allSatisfy { $0.isASCII })
    #expect(
      text.hasPrefix("   2 +                  ******\n   1 +      ************\n   0 +******\n"))
    #expect(text.hasSuffix("* a  last 2  min 0  m..."))
    #expect(plot.text(ViewStyle(width: 30, plain: true)) == text)
  }

  @Test func leavesGapsWhereValuesAreNotFinite() {
    let plot = LinePlot(series: [.init("a", [1, .nan, 3, .infinity])], height: 5)
    let text = plot.text(ViewStyle(width: 60))
    #expect(text.filter { $0 == "•" }.count == 2, "two points stand alone")
    #expect(!text.contains("⠒"), "no line joins them")
    #expect(text.contains("2 not finite"))
    #expect(text.contains("last inf"))
  }

  @Test func showsOnePointAndAConstantSeries() {
    let one = LinePlot(series: [.init("a", [0.69])]).text(style)
    #expect(one.contains("•"))
    #expect(one.contains("0.70 ┤"))
    let constant = LinePlot(series: [.init("a", [2, 2, 2])]).lines(style)
    let row = constant.first { $0.hasPrefix(" 2.0 ┤") }
    #expect(row?.hasSuffix("⠒⠒⠒⠒") == true)
  }

  @Test(
    arguments: [
      ([], "loss: nothing to plot, no values yet"),
      ([.nan, .nan], "loss: nothing to plot, none of 2 values is finite"),
    ] as [([Double], String)])
  func saysWhyThereIsNothingToSee(values: [Double], message: String) {
    #expect(
      LinePlot(series: [.init("loss", values)]).text(ViewStyle(width: 80)) == message)
    #expect(
      LinePlot(series: []).text(ViewStyle(width: 80)) == "nothing to plot, no values yet")
  }

  @Test func tellsSeriesApartByMarkOrColour() {
    let plot = LinePlot(series: [.init("a", [0, 1]), .init("b", [1, 0])], height: 5)
    let marks = plot.text(ViewStyle(width: 40))
    #expect(marks.contains("• a  last 1") && marks.contains("× b  last 0"))
    let colours = plot.text(ViewStyle(width: 40, color: true))
    #expect(colours.contains("\u{1b}[36m⠤⠤\u{1b}[0m a") && colours.contains("\u{1b}[33m⠤⠤"))
  }

  @Test func givesSeriesOfOtherScaleAPlotEach() {
    let plot = LinePlot(series: [.init("kl", [0, 40]), .init("score", [0.5, 1])], height: 9)
    let text = plot.text(ViewStyle(width: 40))
    #expect(text.split(separator: "\n").filter { $0.contains("└") }.count == 2)
    #expect(text.contains("40 ┤") && text.contains("1.00 ┤"))
  }

  /// Ticks of an axis are round, at least two, and enclose the data.
  @Test(
    arguments: [
      (0.0, 1.0), (0.52, 0.69), (-3.2, 17), (1e-9, 2e-9), (-1e12, 1e12), (5, 5), (0, 0),
      (1e15, 1e15 + 1), (-1e299, 1e299), (0, .leastNonzeroMagnitude), (16_777_216, 16_777_217),
    ] as [(Double, Double)])
  func drawsAnyRange(low: Double, high: Double) {
    let lines = LinePlot(series: [.init("a", [low, high])]).lines(ViewStyle(width: 80))
    #expect(lines.count > 8)
    let ratios = LinePlot(series: [.init("a", [low, high])], isLogarithmic: true)
    #expect(ratios.lines(ViewStyle(width: 80)).allSatisfy { TextWidth.of($0) <= 80 })
    let labels = lines.filter { $0.contains("┤") }
    #expect((2...9).contains(labels.count), "\(labels)")
    #expect(Set(labels.map { $0.prefix { $0 != "┤" } }).count == labels.count, "labels differ")
  }

  @Test func showsRatiosOnALogarithmicAxis() {
    let plot = LinePlot(
      series: [.init("a", [0.01, 1, 100])], height: 5, isLogarithmic: true)
    let ticks = plot.lines(style).filter { $0.contains("┤") }
    #expect(ticks.count == 3 && ticks[0].hasPrefix(" 100 ┤") && ticks[2].hasPrefix("0.01 ┤"))
    #expect(ticks[1].hasPrefix("   1 ┤"))
    let middle = plot.lines(style).first { $0.hasPrefix("   1 ┤") }
    #expect(middle?.contains("⠔") == true, "equal ratios are equal heights: \(ticks)")
    let none = LinePlot(series: [.init("a", [0, -1])], isLogarithmic: true)
    #expect(
      none.text(ViewStyle(width: 80)) == "a: nothing to plot, none of 2 values is above 0")
  }

  @Test func countsStepsFromTheFirst() {
    let plot = LinePlot(series: [.init("a", [1, 2, 3])], firstStep: 8)
    #expect(plot.text(style).contains("step  8"))
  }
}

@Suite struct SparklineTests {
  @Test func goesFromTheLeastToTheGreatest() {
    #expect(Sparkline.text([0, 1, 2, 3, 4, 5, 6, 7], columns: 8, style: style) == "▁▂▃▄▅▆▇█")
    #expect(Sparkline.text([1, .nan, 1], columns: 8, style: style) == "▄ ▄")
    #expect(Sparkline.text([], columns: 8, style: style) == "")
    #expect(Sparkline.text([0, 0, 4, 4], columns: 2, style: style) == "▁█")
    let ascii = ViewStyle(width: 30, unicode: false)
    #expect(Sparkline.text([0, .infinity, 7], columns: 8, style: ascii) == "_?#")
  }
}
