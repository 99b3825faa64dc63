import Foundation
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

/// What a function makes of rows when they are asked for.
@Suite struct LazyDatasetTests {
  private let rows = "data = Dataset([\"a\", \"b\", \"c\", \"d\"])\n"

  @Test(arguments: [
    (
      "data.map(fn(r) => {prompt: r.text}, lazy: true).list()",
      "[{\"prompt\":\"a\"},{\"prompt\":\"b\"},{\"prompt\":\"c\"},{\"prompt\":\"d\"}]"
    ),
    ("data.map(fn(r) => r.text + \"!\", lazy: true)[\"text\"]", "[\"a!\",\"b!\",\"c!\",\"d!\"]"),
    ("data.map(fn(r) => {prompt: r.text}, lazy: true).columns", "[\"prompt\"]"),
    ("data.map(fn(r) => {prompt: r.text}, lazy: true).kind", "\"prompt-only\""),
    ("data.filter(fn(r) => r.text > \"a\", lazy: true)[\"text\"]", "[\"b\",\"c\",\"d\"]"),
    ("data.filter(fn(r) => r.text > \"a\", lazy: true).len", "3"),
    ("len(data.filter(fn(r) => r.text > \"a\", lazy: true))", "3"),
    ("data.filter(fn(r) => r.text > \"a\", lazy: true).take(1)[\"text\"]", "[\"b\"]"),
    ("data.filter(fn(r) => r.text > \"a\", lazy: true)[-1].text", "\"d\""),
    ("data.filter(fn(r) => r.text > \"a\", lazy: true).split(0.34)[1][\"text\"]", "[\"c\",\"d\"]"),
    ("data.map(fn(r) => r.text, lazy: true).lazy", "true"),
    ("data.map(fn(r) => r.text).lazy", "false"),
    ("data.filter(fn(r) => false, lazy: true).map(fn(r) => r.nothing).len", "0"),
  ])
  func gives(expression: String, expected: String) throws {
    #expect(try ObjectBench().json(rows + expression) == expected)
  }

  @Test func namesAreSeenAsTheyWereWhenItWasMade() throws {
    let script =
      rows + """
        mark = "!"
        fn shout(text) => text + mark
        lazy = data.map(fn(r) => shout(r.text), lazy: true)
        mark = "?"
        now = data.map(fn(r) => shout(r.text))
        [lazy[0].text, now[0].text, mark]
        """
    #expect(try ObjectBench().json(script) == "[\"a!\",\"a?\",\"?\"]")
  }

  @Test func itRunsOnlyForRowsThatAreAskedFor() throws {
    // The function fails on the third row: only who reads it learns of it.
    let bench = ObjectBench()
    try bench.run(
      rows + "m = data.map(fn(r) => if r.text == \"c\" then r.nothing else r.text, lazy: true)")
    #expect(try bench.json("m.take(2)[\"text\"]") == "[\"a\",\"b\"]")
    #expect(bench.error("m[2]").contains("nothing"))
    try bench.run(
      "f = data.filter(fn(r) => if r.text == \"c\" then r.nothing else true, lazy: true)")
    #expect(try bench.json("f.take(2)[\"text\"]") == "[\"a\",\"b\"]")
    #expect(bench.error("f.len").contains("nothing"))
    #expect(bench.error("f.list()").contains("nothing"))
  }

  @Test(arguments: [
    "data.map(fn(r) => {x: randn(2).list()}, lazy: true)",
    "data.filter(fn(r) { print(r.text); return true }, lazy: true).len",
    "prefs = Preferences(\"memory\"); data.filter(fn(r) { prefs.add(r.text, \"a\", \"b\"); return true }, lazy: true).len",
    "data.map(fn(r) => {n: Dataset(\"nano/text\").len}, lazy: true)",
  ])
  func itMayOnlyCompute(script: String) {
    let error = ObjectBench().error(rows + script)
    #expect(error.contains("a function that runs later"), "\(error)")
    #expect(error.contains("lazy: false"), "\(error)")
  }

  @Test func brokenRowsAreLeftOutOnlyWhenAsked() throws {
    let folder = try TemporaryFolder()
    let path = folder.file(
      "a b.jsonl", "{\"prompt\": \"x\"}\n{\"prompt\": \n[1]\n{\"prompt\": \"y\"}\n")
    let bench = ObjectBench()
    let error = bench.error("Dataset(\"\(path)\")")
    #expect(error.contains(":2:"), "\(error)")
    #expect(error.contains("on_error: \"skip\") leaves out all 2 broken lines (2, 3)"), "\(error)")
    try bench.run("data = Dataset(\"\(path)\", on_error: \"skip\")")
    #expect(try bench.json("data.skipped") == "[2,3]")
    #expect(try bench.json("data[\"prompt\"]") == "[\"x\",\"y\"]")
    #expect(try bench.json("data.take(1).skipped") == "[2,3]")
  }

  @Test func aLargeFileIsReadWhenAskedAndMappedLazily() throws {
    let folder = try TemporaryFolder()
    let line = "{\"prompt\": \"\(String(repeating: "x", count: 2000))\", \"n\": "
    var bytes: [UInt8] = []
    for n in 0..<17_000 { bytes += (line + "\(n)}\n").utf8 }
    let path = folder.file("big.jsonl", bytes)
    let bench = ObjectBench()
    try bench.run("data = Dataset(\"\(path)\"); seed(1); some = data.shuffle().take(3)")
    #expect(try bench.json("[data.lazy, data.len, data[-1].n]") == "[true,17000,16999]")
    #expect(
      try bench.json("data.map(fn(r) => {prompt: r.prompt[..2], n: r.n * 2})[7]")
        == "{\"prompt\":\"xx\",\"n\":14}")
    #expect(try bench.json("data.filter(fn(r) => r.n % 1000 == 999).len") == "17")
    #expect(try bench.json("some.lazy") == "true")
    #expect(try bench.json("seed(1)\ndata.shuffle().take(3)[\"n\"]") == bench.json("some[\"n\"]"))
    #expect(try bench.shown("data.filter(fn(r) => r.n > 15).take(1)").contains("1 row"))
  }
}
