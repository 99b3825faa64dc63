import RLXSession
import Testing

/// Expected text of multi-line views, without the first and last line break.
private let style = ViewStyle(width: 40)
private let ascii = ViewStyle(width: 40, unicode: false)

@Suite struct TableViewTests {
  private let rows: [[TableView.Cell]] = [
    [.text("a cat"), .integer(3), .number(0.5)],
    [.text("a\ndog"), .integer(12), .missing],
  ]

  @Test func alignsNumbersRightAndTextLeft() {
    let table = TableView(columns: ["text", "n", "score"], rows: rows)
    #expect(
      table.text(style) == """
        text     n   score
        ──────  ──  ──────
        a cat    3  0.5000
        a\\ndog  12
        """)
  }

  @Test func writesIntsAmongFloatsAsFloats() {
    let table = TableView(columns: ["n"], rows: [[.integer(11)], [.number(2.5)]])
    #expect(table.text(style) == "    n\n─────\n11.00\n 2.50")
  }

  @Test func numbersAmongWordsAreWrittenEachByItself() {
    let cells: [TableView.Cell] = [.number(1.41e-5), .text("linear"), .integer(512), .bool(true)]
    let table = TableView(columns: ["v"], rows: cells.map { [$0] })
    #expect(table.text(style) == "v\n────────\n1.41e-05\nlinear\n512\ntrue")
  }

  @Test func keepsToAsciiWhereAsked() {
    let table = TableView(columns: ["text", "n"], rows: [[.text("x"), .integer(1)]])
    #expect(table.text(ascii) == "text  n\n----  -\nx     1")
  }

  @Test func cutsTextToTheWidth() {
    let text = "a long text that goes on for more than a line"
    let table = TableView(columns: ["text", "n"], rows: [[.text(text), .integer(1)]])
    #expect(
      table.text(ViewStyle(width: 20))
        == """
        text               n
        ─────────────────  -
        a long text that…  1
        """.replacing("-", with: "─"))
  }

  @Test func countsRowsLeftOut() {
    var table = TableView(columns: ["n"], rowCount: 1156) { [.integer($0)] }
    table.rowLimit = 4
    table.showsIndex = true
    #expect(
      table.text(style) == """
                 n
        ────  ────
           0     0
           1     1
           ⋮     ⋮
        1154  1154
        1155  1155
        … 1,152 more rows
        """)
    var atPrompt = style
    atPrompt.hint = ":last shows all"
    #expect(table.lines(atPrompt).last == "… 1,152 more rows · :last shows all")
    #expect(table.lines(ascii).last == "... 1,152 more rows")
  }

  @Test func namesColumnsLeftOut() {
    let names = ["one", "two", "three", "four"]
    let table = TableView(
      columns: names, rows: [names.map { _ in .text("a text of some length") }])
    let lines = table.lines(ViewStyle(width: 26))
    #expect(lines.last == "1 more column: four")
    #expect(lines[2] == "a text … a text … a text …")
    var long = TableView(columns: names, rowCount: 50) { _ in
      names.map { _ in .text("a text of some length") }
    }
    long.rowLimit = 2
    #expect(
      long.lines(ViewStyle(width: 26, hint: "see")).suffix(2) == [
        "… 48 more rows · see", "1 more column: four",
      ])
  }

  @Test func colouredCellsAreAsWideAsOthers() {
    var table = TableView(columns: ["a", "n"], rows: [[.text("x"), .integer(1)]])
    table.ink = { row, column in row == 0 && column == 1 ? .red : nil }
    let lines = table.lines(ViewStyle(width: 40, color: true))
    #expect(lines[2] == "x  \u{1b}[31m1\u{1b}[0m")
    #expect(table.text(style) == "a  n\n─  ─\nx  1")
  }

  @Test func writesFiguresAsTheyAreAndGroupsThousands() {
    var table = TableView(
      columns: ["share", "n"], rows: [[.figure("9.5 %"), .integer(1_234_567)], [.figure("12 %")]])
    table.groupsThousands = true
    #expect(
      table.text(style) == """
        share          n
        ─────  ─────────
        9.5 %  1,234,567
         12 %
        """)
  }

  @Test func isAsWideAsItNeedsWhenFull() {
    let text = String(repeating: "long ", count: 30)
    let table = TableView(
      columns: ["a", "b"], rows: [[.text(text), .text("end")]])
    let lines = table.lines(ViewStyle(width: 40, full: true))
    #expect(lines.count == 3)
    #expect(lines[2] == text + "  end")
  }

  @Test func showsEverythingWhenFull() {
    var full = style
    full.full = true
    let table = TableView(columns: ["n"], rowCount: 100) { [.integer($0)] }
    #expect(table.lines(full).count == 102)
  }

  @Test func isLabelledLinesInPlainMode() {
    let table = TableView(
      columns: ["text", "n"], rows: [[.text("x"), .integer(1)], [.text("y")]])
    #expect(
      table.text(ViewStyle(width: 40, plain: true)) == "text: x\nn: 1\n\ntext: y\nn: ")
  }

  @Test func saysThatThereAreNoRows() {
    #expect(
      TableView(columns: ["a"], rows: []).text(style) == "a\n─\nno rows")
  }
}

@Suite struct TensorViewTests {
  @Test func showsAScalarOnOneLine() {
    #expect(TensorView(shape: [], values: [0.6931472]).text(style) == "tensor 0.693147")
    #expect(TensorView(shape: [], values: [.nan], note: "grad").text(style) == "tensor nan · grad")
  }

  @Test func writesRowsAsTheLanguageWritesLists() {
    #expect(
      TensorView(shape: [2, 3], values: [1, 2, 3, 4, 5, 60]).text(style) == """
        tensor float32 [2, 3]
        [[ 1,  2,  3],
         [ 4,  5, 60]]
        """)
  }

  @Test func alignsElementsAndShowsWhatIsNotFinite() {
    #expect(
      TensorView(shape: [2, 2], values: [0.5, -1.25, .nan, -.infinity]).text(style) == """
        tensor float32 [2, 2]
        [[ 0.5000, -1.2500],
         [    nan,    -inf]]
        """)
  }

  @Test func keepsSmallElementsVisible() {
    #expect(
      TensorView(shape: [2], values: [0.5, 1e-7]).text(style) == """
        tensor float32 [2]
        [0.5000,  1e-07]
        """)
    #expect(
      TensorView(shape: [2], values: [1.5e-6, 2.5e-6]).text(style) == """
        tensor float32 [2]
        [1.5e-06, 2.5e-06]
        """)
  }

  @Test func cutsLongAxesToThreeAtEachEnd() {
    #expect(
      TensorView(shape: [10, 100]) { Float($0 % 7) }.text(style) == """
        tensor float32 [10, 100]
        [[0, 1, 2, …, 6, 0, 1],
         [2, 3, 4, …, 1, 2, 3],
         [4, 5, 6, …, 3, 4, 5],
         …,
         [0, 1, 2, …, 6, 0, 1],
         [2, 3, 4, …, 1, 2, 3],
         [4, 5, 6, …, 3, 4, 5]]
        """)
  }

  @Test func saysHowManyElementsThereAreWhereThereIsRoom() {
    let view = TensorView(shape: [10, 100]) { Float($0 % 7) }
    let wide = ViewStyle(width: 80, hint: ":last shows all")
    #expect(
      view.lines(wide)[0] == "tensor float32 [10, 100] · 1,000 elements · :last shows all")
    #expect(view.lines(ViewStyle(width: 45, hint: ":last shows all"))[0].hasSuffix("elements"))
  }

  @Test func wrapsAVector() {
    #expect(
      TensorView(shape: [12]) { Float($0) * 1000 }.text(style) == """
        tensor float32 [12]
        [    0,  1000,  2000,  3000,  4000,
          5000,  6000,  7000,  8000,  9000,
         10000, 11000]
        """)
  }

  @Test func separatesBlocksOfHigherRank() {
    #expect(
      TensorView(shape: [2, 1, 2], values: [1, 2, 3, 4]).text(style) == """
        tensor float32 [2, 1, 2]
        [[[1, 2]],

         [[3, 4]]]
        """)
  }

  @Test func showsAnEmptyTensorByItsShape() {
    #expect(TensorView(shape: [0, 3], values: []).text(style) == "tensor float32 [0, 3]")
  }
}

@Suite struct KeyValueViewTests {
  @Test func alignsValuesAndWrapsThem() {
    let entries = [
      (name: "lr", value: "1e-05"),
      (name: "profile", value: "trl011 and some words that need a second line"),
    ]
    #expect(
      KeyValueView.text(entries, title: "PPO", style: style) == """
        PPO
          lr       1e-05
          profile  trl011 and some words that
                   need a second line
        """)
    let plain = ViewStyle(width: 60, plain: true)
    #expect(
      KeyValueView.text(entries, style: plain)
        == "lr: 1e-05\nprofile: trl011 and some words that need a second line")
  }
}

@Suite struct LedgerViewTests {
  @Test func showsAColumnForEachQuantityThatIsKnown() {
    let rows: [LedgerView.Row] = [
      .init(token: " a", logProb: -1.25, refLogProb: -1.5, kl: 0.25),
      .init(token: "\n", logProb: -0.0004, refLogProb: -12.0625, kl: 12.0621),
    ]
    #expect(
      LedgerView(rows: rows).text(style) == #"""
        token    logp  ref_logp      kl
        ─────  ──────  ────────  ──────
        " a"   -1.250    -1.500   0.250
        "\n"    0.000   -12.062  12.062
        """#)
  }

  @Test func coloursRepeatTheNumbersAndAreExplained() {
    let rows: [LedgerView.Row] = [
      .init(token: "a", logProb: -0.1, advantage: 1, ratio: 1, isClipped: false),
      .init(token: "b", logProb: -5, advantage: -0.5, ratio: 1.5, isClipped: true),
    ]
    let lines = LedgerView(rows: rows).lines(ViewStyle(width: 80, color: true))
    #expect(lines.count == 5)
    #expect(lines[2].contains("\u{1b}[48;5;27;38;5;231m    1.000\u{1b}[0m"), "far above 0")
    #expect(!lines[2].contains("m-0.100"), "a likely token has no colour")
    #expect(lines[3].contains("\u{1b}[48;5;172;38;5;16m-5.000\u{1b}[0m"), "an unlikely one has")
    #expect(lines[3].contains("\u{1b}[48;5;167;38;5;16m   -0.500\u{1b}[0m"), "below 0")
    #expect(lines[3].contains("\u{1b}[48;5;27;38;5;231m1.500\u{1b}[0m"), "a ratio above 1")
    #expect(lines[3].hasSuffix("\u{1b}[33mclipped\u{1b}[0m"))
    #expect(lines[4].contains("p<.01") && lines[4].contains("far from 0"))
    #expect(LedgerView(rows: rows).lines(ViewStyle(width: 80)).count == 4)
  }

  @Test func fitsEightyColumnsWithEveryQuantity() {
    let row = LedgerView.Row(
      token: " token", logProb: -1.1, refLogProb: -1.2, kl: 0.1, reward: -0.01, value: 0.3,
      advantage: -1.4, returned: 0.5, ratio: 1.01, isClipped: true)
    let lines = LedgerView(rows: [row]).lines(ViewStyle(width: 80))
    #expect(
      lines[0].split(separator: " ") == [
        "token", "logp", "ref_logp", "kl", "reward", "value", "advantage", "return", "ratio",
        "clipped",
      ])
    #expect(lines[2].hasSuffix("clipped"))
  }
}

@Suite struct CompletionsViewTests {
  private let items: [CompletionsView.Item] = [
    .init(
      prompt: "Once", text: ", there was a little girl who loved the sun", finish: "stop",
      tokenCount: 9),
    .init(prompt: "Once", text: " x", finish: "length", tokenCount: 1),
  ]

  @Test func standsAnswersUnderTheirPrompt() {
    #expect(
      CompletionsView(items).text(style) == """
        Once
          0 │, there was a little girl who loved
            │the sun
            ╰ stop · 9 tokens
          1 │ x
            ╰ length · 1 token
        """)
  }

  @Test func tellsPromptAndAnswerApartByWeight() {
    let lines = CompletionsView([items[1]]).lines(ViewStyle(width: 40, color: true))
    #expect(lines[0] == "\u{1b}[2mOnce\u{1b}[0m")
    #expect(lines[1] == "\u{1b}[2m  0 │\u{1b}[0m x")
    #expect(
      lines[2]
        == "\u{1b}[2m    ╰ \u{1b}[0m\u{1b}[33mlength\u{1b}[0m\u{1b}[2m · 1 token\u{1b}[0m")
  }

  @Test func labelsEveryPartInPlainMode() {
    #expect(
      CompletionsView([items[1]]).text(ViewStyle(width: 40, plain: true))
        == "completion: 0\nprompt: Once\nanswer:  x\nfinish: length\ntokens: 1")
  }

  @Test func saysHowManyAreNotShown() {
    let many = CompletionsView(Array(repeating: items[1], count: 30))
    #expect(many.lines(style).last == "… 10 more answers")
  }
}

@Suite struct LayerTableTests {
  private let parts: [LayerTable.Part] = [
    .init(name: "embed.weight", shape: [10, 4]),
    .init(name: "layers.0.q.weight", shape: [4, 4]),
    .init(name: "layers.0.norm.weight", shape: [4]),
    .init(name: "layers.1.q.weight", shape: [4, 4]),
    .init(name: "layers.1.norm.weight", shape: [4]),
  ]

  private func text(_ parts: [LayerTable.Part], _ style: ViewStyle) -> String {
    LayerTable(parts: parts).lines(style).joined(separator: "\n")
  }

  @Test func layersAlikeShareARow() {
    #expect(
      text(parts, ViewStyle(width: 60)) == """
        tensor                  shape       count   share
        ──────────────────────  ──────────  ─────  ──────
        embed.weight            [10, 4]        40  50.0 %
        layers.0…1.q.weight     2 × [4, 4]     32  40.0 %
        layers.0…1.norm.weight  2 × [4]         8  10.0 %
        """)
    #expect(text(parts, ViewStyle(width: 60, unicode: false)).contains("layers.0-1.q.weight"))
  }

  @Test func layersThatDifferHaveRowsOfTheirOwn() {
    var other = parts
    other.append(.init(name: "layers.3.q.weight", shape: [4, 4]))
    other[2].isFrozen = true
    let lines = LayerTable(parts: other).lines(ViewStyle(width: 70))
    #expect(lines[0].hasSuffix("share  trained"))
    #expect(lines.contains { $0.hasPrefix("layers.0…1,3.q.weight  3 × [4, 4]") })
    #expect(lines.contains { $0.hasPrefix("layers.0.norm.weight") && $0.hasSuffix("frozen") })
    #expect(lines.contains { $0.hasPrefix("layers.1.norm.weight") && $0.hasSuffix("yes") })
  }
}
