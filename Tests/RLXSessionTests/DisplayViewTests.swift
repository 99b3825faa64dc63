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
        4 of 1,156 rows shown
        """)
  }

  @Test func namesColumnsLeftOut() {
    let names = ["one", "two", "three", "four"]
    let table = TableView(
      columns: names, rows: [names.map { _ in .text("a text of some length") }])
    let lines = table.lines(ViewStyle(width: 26))
    #expect(lines.last == "1 column left out: four")
    #expect(lines[2] == "a text … a text … a text …")
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
    #expect(TensorView(shape: [], values: [.nan], note: "grad").text(style) == "tensor nan, grad")
  }

  @Test func writesRowsAsTheLanguageWritesLists() {
    #expect(
      TensorView(shape: [2, 3], values: [1, 2, 3, 4, 5, 60]).text(style) == """
        tensor [2, 3] float32
        [[ 1,  2,  3],
         [ 4,  5, 60]]
        """)
  }

  @Test func alignsElementsAndShowsWhatIsNotFinite() {
    #expect(
      TensorView(shape: [2, 2], values: [0.5, -1.25, .nan, -.infinity]).text(style) == """
        tensor [2, 2] float32
        [[ 0.5000, -1.2500],
         [    nan,    -inf]]
        """)
  }

  @Test func keepsSmallElementsVisible() {
    #expect(
      TensorView(shape: [2], values: [0.5, 1e-7]).text(style) == """
        tensor [2] float32
        [0.5000,  1e-07]
        """)
    #expect(
      TensorView(shape: [2], values: [1.5e-6, 2.5e-6]).text(style) == """
        tensor [2] float32
        [1.5e-06, 2.5e-06]
        """)
  }

  @Test func cutsLongAxesToThreeAtEachEnd() {
    #expect(
      TensorView(shape: [10, 100]) { Float($0 % 7) }.text(style) == """
        tensor [10, 100] float32
        [[0, 1, 2, …, 6, 0, 1],
         [2, 3, 4, …, 1, 2, 3],
         [4, 5, 6, …, 3, 4, 5],
         …,
         [0, 1, 2, …, 6, 0, 1],
         [2, 3, 4, …, 1, 2, 3],
         [4, 5, 6, …, 3, 4, 5]]
        """)
  }

  @Test func wrapsAVector() {
    #expect(
      TensorView(shape: [12]) { Float($0) * 1000 }.text(style) == """
        tensor [12] float32
        [    0,  1000,  2000,  3000,  4000,
          5000,  6000,  7000,  8000,  9000,
         10000, 11000]
        """)
  }

  @Test func separatesBlocksOfHigherRank() {
    #expect(
      TensorView(shape: [2, 1, 2], values: [1, 2, 3, 4]).text(style) == """
        tensor [2, 1, 2] float32
        [[[1, 2]],

         [[3, 4]]]
        """)
  }

  @Test func showsAnEmptyTensorByItsShape() {
    #expect(TensorView(shape: [0, 3], values: []).text(style) == "tensor [0, 3] float32")
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

  @Test func labelsEveryPartInPlainMode() {
    #expect(
      CompletionsView([items[1]]).text(ViewStyle(width: 40, plain: true))
        == "completion: 0\nprompt: Once\nanswer:  x\nfinish: length\ntokens: 1")
  }

  @Test func saysHowManyAreNotShown() {
    let many = CompletionsView(Array(repeating: items[1], count: 30))
    #expect(many.lines(style).last == "20 of 30 completions shown")
  }
}
