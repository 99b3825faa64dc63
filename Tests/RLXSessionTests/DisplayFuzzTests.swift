import RLXSession
import Testing

/// Whatever the values, no line of any view is wider than asked (but for full tables), and without
/// colour no escape sequence is written.
@Suite struct DisplayFuzzTests {
  /// A small generator, so that a failure names its seed.
  private struct Source {
    var state: UInt64
    mutating func below(_ n: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % n
    }
    mutating func number() -> Double {
      let special: [Double] = [.nan, .infinity, -.infinity, 0, 1e300, -1e-300, 1e16, 0.1]
      if below(6) == 0 { return special[below(special.count)] }
      return Double(below(2_000_001) - 1_000_000) / [1, 10, 1e4, 1e9, 1e-6][below(5)]
    }
    mutating func text() -> String {
      let parts = [
        "a", "word", " ", "日本", "👨‍👩‍👧", "e\u{301}", "\n", "\t", "\u{1b}[31m", "é", "❤️", "longerword",
        "\u{202e}", "नि", "", "\u{0}",
      ]
      return (0..<below(14)).map { _ in parts[below(parts.count)] }.joined()
    }
  }

  private func views(_ source: inout Source, _ style: ViewStyle) -> [[String]] {
    let texts = (0..<6).map { _ in source.text() }
    let numbers = (0..<source.below(40)).map { _ in source.number() }
    let others = (0..<source.below(40)).map { _ in source.number() }
    let rows: [[TableView.Cell]] = (0..<source.below(30)).map { row in
      (0..<source.below(9)).map { column in
        switch (column + row / 20) % 4 {
        case 0: .text(source.text())
        case 1: .number(source.number())
        case 2: .integer(source.below(100_000))
        default: source.below(2) == 0 ? .missing : .bool(true)
        }
      }
    }
    var table = TableView(title: texts[0], columns: texts, rows: rows)
    table.showsIndex = source.below(2) == 0
    let shape = (0..<source.below(4)).map { _ in source.below(9) }
    var elements: [Float] = []
    for _ in 0..<shape.reduce(1, *) { elements.append(Float(source.number())) }
    let ledger = numbers.map { number in
      LedgerView.Row(
        token: source.text(), logProb: number, value: source.number(), advantage: number,
        isClipped: source.below(2) == 0)
    }
    return [
      table.lines(style),
      TensorView(shape: shape, values: elements, note: "grad").lines(style),
      LinePlot(
        title: texts[1], series: [.init(texts[2], numbers), .init(texts[3], others)],
        firstStep: source.below(3) * 1_000_000, height: source.below(20)
      ).lines(style),
      LinePlot(series: [.init(texts[2], numbers)]).lines(style),
      LedgerView(title: texts[4], rows: ledger).lines(style),
      KeyValueView.lines(
        texts.map { (name: $0, value: texts[0] + $0) }, title: texts[5], style: style),
      CompletionsView(
        texts.map { .init(prompt: texts[0], text: $0, finish: texts[1], tokenCount: 3) }
      ).lines(style),
      Wrap.lines(texts.joined(separator: " "), columns: style.width),
      [Sparkline.text(numbers, columns: style.width, style: style)],
    ]
  }

  private static let names = [
    "table", "tensor", "plot of two", "plot", "ledger", "settings", "completions", "wrap",
    "sparkline",
  ]

  @Test(arguments: 0..<150)
  func noLineIsWiderThanAsked(seed: Int) {
    var source = Source(state: UInt64(seed))
    var style = ViewStyle(width: [20, 27, 40, 80, 132][seed % 5])
    style.plain = source.below(3) == 0
    style.unicode = source.below(3) != 0
    style.full = source.below(4) == 0
    for (name, lines) in zip(DisplayFuzzTests.names, views(&source, style)) {
      for line in lines {
        let isFitted = !(style.full && ["table", "ledger"].contains(name))
        #expect(
          !isFitted || TextWidth.of(line) <= style.width, "\(name), seed \(seed): \(line)")
        #expect(
          !line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f },
          "\(name), seed \(seed): a control character in \(line.debugDescription)")
      }
    }
  }

  @Test(arguments: 0..<50)
  func colourAddsEscapesAndNothingElse(seed: Int) {
    var style = ViewStyle(width: 60)
    var source = Source(state: UInt64(seed))
    let plain = views(&source, style)
    style.color = true
    source = Source(state: UInt64(seed))
    let coloured = views(&source, style)
    for (index, name) in DisplayFuzzTests.names.enumerated() where name != "plot of two" {
      // What the colours of a ledger mean is said where there are some.
      let legend = name == "ledger" ? 1 : 0
      let stripped = coloured[index].dropLast(legend).map {
        $0.replacing(#/\u{1b}\[[0-9;]+m/#, with: "")
      }
      #expect(
        stripped.map(trimmed) == plain[index].map(trimmed), "\(name), seed \(seed)")
    }
  }

  private func trimmed(_ line: String) -> String {
    var line = line
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }
}
