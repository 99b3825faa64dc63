import Foundation
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

@Suite struct DatasetScriptTests {
  private let rows = "data = Dataset([\"a\", \"b\", \"c\", \"d\"])\n"

  @Test(arguments: [
    ("data.columns", "[\"text\"]"),
    ("data.len", "4"),
    ("len(data)", "4"),
    ("data.kind", "\"language modeling\""),
    ("data[0]", "{\"text\":\"a\"}"),
    ("data[-1].text", "\"d\""),
    ("data[1..3].list()", "[{\"text\":\"b\"},{\"text\":\"c\"}]"),
    ("data[\"text\"]", "[\"a\",\"b\",\"c\",\"d\"]"),
    ("data.take(2)[\"text\"]", "[\"a\",\"b\"]"),
    ("data.take(9).len", "4"),
    ("data.split(0.75)[0][\"text\"]", "[\"a\",\"b\",\"c\"]"),
    ("data.split(0.75)[1][\"text\"]", "[\"d\"]"),
    ("data.filter(fn(r) => r.text > \"b\")[\"text\"]", "[\"c\",\"d\"]"),
    ("data.map(fn(r) => {prompt: r.text + \"!\"})[0]", "{\"prompt\":\"a!\"}"),
    ("data.map(fn(r) => r.text + \"!\")[0]", "{\"text\":\"a!\"}"),
    ("Dataset([{prompt: \"x\", n: 1}, {prompt: \"y\"}]).columns", "[\"prompt\",\"n\"]"),
    ("data.shuffle()[\"text\"].sort()", "[\"a\",\"b\",\"c\",\"d\"]"),
    ("data.sample(3)[\"text\"].unique().len", "3"),
    ("data.sample(9, replace: true).len", "9"),
  ])
  func gives(expression: String, expected: String) throws {
    #expect(try ScriptBench().json(rows + expression) == expected)
  }

  @Test(arguments: [
    ("data[4]", "index: Dataset: row 4 of 4 rows does not exist | rows go from 0 to 3"),
    ("data[\"prompt\"]", "key: Dataset: no column \"prompt\" | its columns are text"),
    ("data.sample(5)", "value: sample: n: asked for 5 of 4 rows"),
    ("data.split(1.5)", "split: fraction: expected a number from 0 to 1"),
    ("data.filter(fn(r) => 3)", "type: filter: expected true or false from the function"),
    ("Dataset([1, 2])", "expected strings, or maps"),
    ("Dataset(\"nowhere.jsonl\")", "missing: "),
    ("Dataset(\"nowhere.xyz\")", "nowhere.xyz"),
    ("data.map(fn(r) => print)", "expected plain data"),
  ])
  func says(script: String, message: String) {
    let error = ScriptBench().error(rows + script)
    #expect(error.contains(message), "\(script): \(error)")
  }

  @Test func drawsTheSameRowsFromTheSameSeed() throws {
    let bench = ScriptBench()
    try bench.run(rows)
    let first = try bench.json("seed(3); data.shuffle()[\"text\"]")
    #expect(try bench.json("seed(3); data.shuffle()[\"text\"]") == first)
    let next = try (0..<8).map { _ in try bench.json("data.shuffle()[\"text\"]") }
    #expect(next.contains { $0 != first }, "each call draws anew")
  }

  @Test func goesThroughItsRows() throws {
    #expect(
      try ScriptBench().json(rows + "s = \"\"\nfor r in data { s += r.text }\ns") == "\"abcd\"")
  }

  @Test func savesAndOpens() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let path = folder + "/rlx-dataset-\(UInt64.random(in: 0 ... .max)).jsonl.gz"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bench = ScriptBench()
    try bench.run("Dataset([{prompt: \"x\\n\", n: 1.5}, {prompt: \"y\"}]).save(\"\(path)\")")
    #expect(
      try bench.json("Dataset(\"\(path)\").list()")
        == #"[{"prompt":"x\n","n":1.5},{"prompt":"y"}]"#)
  }

  @Test func takesDialoguesApart() throws {
    let bench = ScriptBench()
    let shared = #"\n\nHuman: Hi\n\nAssistant:"#
    try bench.run(
      "data = Dataset([{chosen: \"\(shared) Hello\", rejected: \"\(shared) Go away\"}])")
    #expect(try bench.json("data.columns") == #"["prompt","chosen","rejected"]"#)
    #expect(try bench.json("data[0].rejected") == "\" Go away\"")
  }

  /// Counted with another JSON reader: 1,156 rows, in each the dialogues share an assistant's turn.
  @Test(.enabled(if: Repository.shared("data/hh-harmless.jsonl.gz") != nil))
  func opensTheRealComparisons() throws {
    let path = try #require(Repository.shared("data/hh-harmless.jsonl.gz")).path
    let bench = ScriptBench()
    try bench.run("data = Dataset(\"\(path)\")")
    #expect(try bench.json("data.len") == "1156")
    #expect(try bench.json("data.columns") == #"["prompt","chosen","rejected"]"#)
    let ends = "data.filter(fn(r) => r.prompt.ends(\"\\n\\nAssistant:\")).len"
    #expect(try bench.json(ends) == "1156")
  }

  @Test func showsItselfAsATable() throws {
    #expect(
      try ScriptBench().display(rows + "data.take(2)") == """
        Dataset · 2 rows · language modeling
           text
        ─  ────
        0  a
        1  b
        """)
  }
}
