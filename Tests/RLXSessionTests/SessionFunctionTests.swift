import Foundation
import RLXScript
import RLXSession
import Testing

@Suite struct SessionFunctionTests {
  private func temporary(_ name: String) -> String {
    FileManager.default.temporaryDirectory.path + "/rlx-\(UInt64.random(in: 0 ... .max))-" + name
  }

  // MARK: Files

  @Test func readsWhatItWrote() throws {
    let path = temporary("notes.txt")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bench = ScriptBench()
    try bench.run("write(\"\(path)\", \"one\\ntwo é\\n\")")
    #expect(try bench.json("read(\"\(path)\")") == "\"one\\ntwo é\\n\"")
  }

  @Test func saysWhatIsWrongWithAFile() throws {
    let path = temporary("bytes")
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data([0xff, 0xfe]).write(to: URL(fileURLWithPath: path))
    let bench = ScriptBench()
    #expect(
      bench.error("read(\"nowhere.txt\")").hasPrefix("missing: read: no file \"nowhere.txt\""))
    #expect(bench.error("read(\"\(path)\")").contains("expected UTF-8 text"))
    #expect(bench.error("read(\"/\")").contains("a folder"))
    #expect(bench.error("write(\"/nowhere/at/all\", \"x\")").hasPrefix("file: "))
    #expect(bench.error("seed(-1)").contains("seed: n: expected an int ≥ 0"))
  }

  // MARK: Plots and tables

  @Test func plotsNumbersListsMapsAndTensors() throws {
    let bench = ScriptBench()
    let text = try bench.display("plot([3, 2, 1], title: \"loss\", height: 5)", width: 40)
    #expect(text.contains("      loss\n") && text.contains("last 1  min 1  max 3"))
    #expect(try bench.display("plot({a: [1, 2], b: [2, 1]})").contains("• a  last 2"))
    #expect(try bench.display("plot({a: [1, 2], b: [2, 1]}, \"b\")").hasPrefix("      b\n"))
    #expect(try bench.display("plot([[1, 2], [2, 1]], \"x\", \"y\")").contains("× y  last 1"))
    #expect(try bench.display("plot(arange(4))").contains("last 3  min 0  max 3"))
    #expect(try bench.display("plot(arange(4).reshape(2, 2))").contains("× 1  last 3"))
    #expect(try bench.json("plot({a: [1, 2]})") == "{\"a\":[1.0,2.0]}")
    #expect(try bench.json("plot([[1], [2]]).names") == "[\"0\",\"1\"]")
    #expect(try bench.display("plot([1, nil, 2])").contains("1 not finite"))
    #expect(try bench.display("plot([1, 0, 100], log: true)").contains("1 not above 0"))
  }

  @Test(arguments: [
    ("plot(\"a\")", "type: plot: expected numbers, got"),
    ("plot([1, \"a\"])", "type: plot: expected numbers, got"),
    ("plot({a: [1]}, \"b\")", "key: plot: no series \"b\" | there are a"),
    ("plot([1, 2], \"a\", \"b\")", "value: plot: 2 names for 1 series"),
    ("plot([])", "value: plot: expected numbers, got none | plot([3, 2, 1.5])"),
    ("table(3)", "type: table: expected a list of rows, got"),
    ("table([{a: 1}, 2])", "type: table: expected maps only, or lists only"),
    ("table({a: [1, 2], b: [1]})", "value: table: column \"b\": expected 2 values"),
    ("table([{a: 1}], columns: [\"b\"])", "key: table: no column \"b\" | there are a"),
    ("help(\"nothing\")", "name: help: nothing is called \"nothing\""),
    ("explain(tensor(1), \"color\")", "name: explain: a tensor has no part \"color\""),
  ])
  func says(script: String, message: String) {
    let error = ScriptBench().error(script)
    #expect(error.contains(message), "\(script): \(error)")
  }

  @Test func setsRowsInATable() throws {
    let bench = ScriptBench()
    #expect(
      try bench.display("table([{name: \"a\", score: 1}, {name: \"b\", score: 2.5, extra: true}])")
        == """
        name  score  extra
        ────  ─────  ─────
        a     1.000
        b     2.500  true
        """)
    let columns = "table({n: [1, 2], t: [\"x\", \"y\"]}, columns: [\"t\"])"
    #expect(try bench.display(columns) == "t\n─\nx\ny")
    #expect(try bench.display("table([[1, 2], [3]])") == "0  1\n─  ─\n1  2\n3")
    #expect(
      try bench.display("table(Dataset([\"a\"]), title: \"rows\")") == "rows\ntext\n────\na")
    #expect(try bench.json("t = table([[1, 2]])\n[t.len, t.columns]") == "[1,[\"0\",\"1\"]]")
    #expect(try bench.json("help(\"seed\").text.starts(\"seed(n)\")") == "true")
    #expect(try bench.json("table([{a: 1}])") == "[{\"a\":1}]")
  }

  // MARK: Help

  @Test func helpsFromTheTables() throws {
    let bench = ScriptBench()
    #expect(
      try bench.display("help(\"tensor.clamp\")") == """
        tensor.clamp(min?, max?)
          Each element, moved into min...max. The gradient is 0 where it was moved.

        Parameters
          min  a number; the least value
          max  a number; the greatest value

        Returns   tensor

        Example
          tensor([0.5, 1.5]).clamp(min: 0.8, max: 1.2)
        """)
    #expect(
      try bench.display("help(plot)").hasPrefix(
        "plot(what, names…, title?, height: 12, log: false)"))
    #expect(try bench.display("help(Dataset)").contains("Made by\n  Dataset(source, on_error: "))
    #expect(try bench.display("help(tensor(1))").contains("softmax"))
    #expect(try bench.display("help()").contains("Topics"))
  }

  @Test func helpsWithFunctionsOfTheProgram() throws {
    let bench = ScriptBench()
    let page = """
      more(x, y = 1)
        Adds one.

      Defined   test.rlx:2

      Source
        fn more(x, y = 1) => x + y
      """
    let documented = "## Adds one.\nfn more(x, y = 1) => x + y\n"
    #expect(try bench.display(documented + "help(more)") == page)
    #expect(try bench.display(documented + "help(\"more\")") == page)
    #expect(try bench.display("fn bare(x) { return x }\nhelp(bare)").contains("No ## lines"))
  }

  @Test func explainsWhatAnObjectIsNow() throws {
    let bench = ScriptBench()
    #expect(
      try bench.display("explain(tensor([[1, 2, 3], [0, 0, 6]]))") == """
        A tensor of 2 × 3 float32 numbers: 6 elements.

        Elements
          min         0
          max         6
          mean        2
          std         2.082
          zeros       2
          not finite  0
        """)
    #expect(
      try bench.display("explain(Dataset([{prompt: \"ab\", n: 1}, {prompt: \"abcd\"}]))") == """
        2 rows. Prompts: for generate and for PPO.

        Columns
          prompt  2 texts of 2 to 4 characters, mean 3
          n       1 number from 1 to 1; 1 missing
        """)
    let part = try ScriptBench().display("explain(ones(2), \"grad\")")
    #expect(part.hasPrefix("tensor.grad\n"))
  }

  @Test(arguments: [30, 50, 80])
  func wrapsPagesToTheWidth(width: Int) throws {
    let bench = ScriptBench()
    for page in ["help()", "help(\"tensor\")", "help(\"Dataset\")", "help(\"sample\")"] {
      for line in try bench.display(page, width: width).split(separator: "\n") {
        #expect(TextWidth.of(line) <= width, "\(page): \(line)")
      }
    }
  }
}
