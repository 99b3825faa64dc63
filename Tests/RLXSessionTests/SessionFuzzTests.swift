import RLXScript
import RLXSession
import Testing

/// Datasets, plots, tables and help take any value there is, and answer with a value or an error.
@Suite struct SessionFuzzTests {
  private static let values = [
    "nil", "true", "0", "-1", "3", "9223372036854775807", "-9223372036854775807", "0.5", "1e300",
    "\"\"", "\"text\"", "\"a\\n\\u{1b}[31m\"", "[]", "[1, 2]", "[[1], [2, 3]]", "[[]]", "[nil]",
    "[\"a\", 1]", "{}", "{a: 1}", "{a: [1, 2], b: [3]}", "{1: {true: 2}}", "0..4", "4..0",
    "0..9223372036854775807", "print", "fn(x) => x", "fn(x) => nil", "fn() => 1", "tensor(1)",
    "zeros(0)", "zeros(2, 0)", "randn(2, 3)", "randn(2, 2, 2)", "tensor([1.0], grad: true)",
    "Dataset([])", "Dataset([\"a\", \"b\"])", "Dataset([{n: 1}, {m: [1, {x: nil}]}])",
    "plot([1])", "table([[1]])", "help()", "Dataset", "[tensor(1), tensor(2)]", "[[1e300, -1e300]]",
    "try fail \"x\" else 1", "{a: zeros(3), b: ones(3)}",
  ]

  private static let calls = [
    "plot(X)", "plot(X, \"a\")", "plot(X, title: Y)", "plot(X, height: Y)", "table(X)",
    "table(X, columns: Y)", "help(X)", "explain(X)", "explain(X, \"a\")", "json(X)", "str(X)",
    "tensor(X)", "tensor(X, grad: Y)", "Dataset(X)", "seed(X)", "read(X)", "abs(X)", "max(X, Y)",
    "sum(X)", "len(X)", "X == Y", "X in Y", "X + Y", "zeros(X, Y)", "concat(X)", "where(X, Y, X)",
    "arange(X, Y)", "rand(X, low: Y)", "data[X]", "data[X, Y]", "data.take(X)", "data.sample(X)",
    "data.sample(X, replace: Y)", "data.split(X)", "data.filter(X)", "data.map(X)",
    "for x in X { x }", "t[X]", "t[X, Y]", "t[..X]", "full(X, Y)", "eye(X)",
  ]

  @Test(arguments: calls)
  func neverTraps(call: String) throws {
    let bench = ScriptBench()
    try bench.run("data = Dataset([\"a\", \"b\", \"c\"]); t = randn(2, 3)")
    // Going through every number of it would take years: not a trap, and Ctrl-C stops it.
    let endless = "0..9223372036854775807"
    for (index, x) in SessionFuzzTests.values.enumerated() {
      if x == endless, call.hasPrefix("for") { continue }
      for turn in 0..<(call.contains("Y") ? 5 : 1) {
        let place = (index * 7 + turn * 11 + call.utf8.count) % SessionFuzzTests.values.count
        let y = SessionFuzzTests.values[place]
        let text = call.replacing("X", with: "(\(x))").replacing("Y", with: "(\(y))")
        do {
          let value = try bench.run(text)
          _ = value?.display(DisplayStyle(width: 30))
        } catch {
          #expect(error is Diagnostic, "\(text): \(error)")
        }
      }
    }
  }
}
