import Foundation
import RLXTestSupport
import Testing

/// `--format json`, read back with Foundation's parser: every line of either stream is one object.
@Suite struct FormatTests {
  private static func lines(_ text: String) throws -> [[String: Any]] {
    try text.split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
      return try #require(object as? [String: Any], "\(line)")
    }
  }

  private static func run(_ code: String, _ options: [String] = []) throws -> (
    output: [[String: Any]], errors: [[String: Any]], code: Int32
  ) {
    let run = try Command.run(["--format", "json"] + options + ["-c", code])
    return (try lines(run.output), try lines(run.errors), run.code)
  }

  /// What each kind of value is written as.
  @Test(arguments: [
    ("1 + 1", #"{"type": "int", "value": 2}"#),
    ("0.1", #"{"type": "float", "value": 0.1}"#),
    ("true", #"{"type": "bool", "value": true}"#),
    ("\"a\\nb \\\"c\\\"\"", #"{"type": "string", "value": "a\nb \"c\""}"#),
    ("[1, nil, {a: [2.5]}]", #"{"type": "list", "value": [1, null, {"a": [2.5]}]}"#),
    (
      "{[3]: 0..4, t: tensor(2)}",
      #"{"type": "map", "value": {"3": {"start": 0, "end": 4}, "t": {"dtype": "float32", "shape": [], "data": [2.0]}}}"#
    ),
    (
      "tensor([[1, 2], [3, 4]])",
      #"{"type": "tensor", "value": {"dtype": "float32", "shape": [2, 2], "data": [1.0, 2.0, 3.0, 4.0]}}"#
    ),
    (
      "tensor([1.0, -1.0, 0.0]) / 0.0",
      #"{"type": "tensor", "value": {"dtype": "float32", "shape": [3], "data": ["Infinity", "-Infinity", "NaN"]}}"#
    ),
    (
      "table([{a: 1, b: \"x\"}, {a: 2}])",
      #"{"type": "Table", "value": [{"a": 1, "b": "x"}, {"a": 2, "b": null}]}"#
    ),
    (
      "plot({loss: [2, nil, 1]}, title: \"t\")",
      #"{"type": "Plot", "value": {"title": "t", "x": "step", "first": 0, "series": [{"name": "loss", "values": [2.0, "NaN", 1.0]}]}}"#
    ),
    ("Dataset([\"a\", \"b\"])", #"{"type": "Dataset", "value": [{"text": "a"}, {"text": "b"}]}"#),
    ("fn f(n, k = 1) => n\nf", #"{"type": "function", "value": "<fn f(n, k)>"}"#),
    ("print(\"two\", 2)", #"{"type": "print", "text": "two 2\n"}"#),
  ])
  func aValueIsOneLine(code: String, line: String) throws {
    let run = try Command.run(["--format", "json", "-c", code])
    #expect(run.output == line + "\n")
    #expect(run.errors == "" && run.code == 0)
    #expect(try Self.lines(run.output).count == 1)
  }

  @Test func nothingIsLeftOut() throws {
    let (output, _, _) = try Self.run("range(1000).list()\nrandn([40, 50])")
    #expect((output[0]["value"] as? [Int])?.count == 1000)
    let tensor = try #require(output[1]["value"] as? [String: Any])
    #expect(tensor["shape"] as? [Int] == [40, 50])
    #expect((tensor["data"] as? [Double])?.count == 2000)
  }

  @Test func anErrorIsALineOnStandardErrorWithItsPlaceAndTrail() throws {
    let (output, errors, code) = try Self.run("1\nfn f(n) => n + \"a\"\nf(3)")
    #expect(output.count == 1 && code == ExitCodes.failed)
    let error = try #require(errors.first)
    #expect(errors.count == 1)
    #expect(error["type"] as? String == "error" && error["kind"] as? String == "type")
    #expect((error["message"] as? String)?.contains("int 3") == true)
    #expect(error["file"] as? String == "<-c>")
    #expect(error["line"] as? Int == 2 && error["column"] as? Int == 12)
    #expect((error["try"] as? String)?.contains("str(x)") == true)
    let trail = try #require(error["trail"] as? [[String: Any]])
    #expect(trail.count == 1 && trail[0]["function"] as? String == "f")
    #expect(trail[0]["line"] as? Int == 3)
  }

  @Test func errorsFoundTogetherAreALineEach() throws {
    let (_, errors, code) = try Self.run("one_name + other_name")
    #expect(code == ExitCodes.failed)
    #expect(errors.compactMap { $0["message"] as? String }.count == 2)
    #expect(errors.allSatisfy { $0["kind"] as? String == "name" && $0["try"] is NSNull })
  }

  @Test func quietLeavesOnlyWhatIsPrinted() throws {
    let (output, _, _) = try Self.run("1\nprint(2)", ["--quiet"])
    #expect(output.compactMap { $0["type"] as? String } == ["print"])
  }

  @Test func aReplaySaysHowItWentInALine() throws {
    let folder = try ScratchFolder()
    let record = folder.file("record.rlx")
    _ = try Command.run(["--record", record, "-c", "1 + 1"])
    let replay = try Command.run(["--format", "json", "replay", record])
    let line = try #require(try Self.lines(replay.output).first)
    #expect(line["type"] as? String == "message")
    #expect((line["text"] as? String)?.contains("replayed 1 statement") == true)
  }

  @Test func whatIsRecordedDoesNotDependOnTheForm() throws {
    let folder = try ScratchFolder()
    let code = "x = randn([30, 30])\nx\ntable([{a: 1}, {a: 2}])\nprint(x[0])"
    let (text, json) = (folder.file("text.rlx"), folder.file("json.rlx"))
    _ = try Command.run(["--record", text, "-c", code])
    _ = try Command.run(
      ["--format", "json", "--record", json, "-c", code], environment: ["COLUMNS": "40"])
    #expect(
      try String(contentsOfFile: text, encoding: .utf8)
        == String(contentsOfFile: json, encoding: .utf8))
  }

  @Test func anotherFormIsWrongUsage() throws {
    let run = try Command.run(["--format", "yaml", "-c", "1"])
    #expect(run.code == ExitCodes.wrongUsage)
    #expect(run.errors.contains("'text' and 'json'"))
  }

  /// What is wrong with the command line, in the form that the command line asks for.
  @Test(arguments: [
    ["--bogus"], ["-c"], ["--seed", "x", "-c", "1"], ["replay"], ["check"], ["fmt", "--root", "a"],
  ])
  func wrongUsageIsAnObjectToo(words: [String]) throws {
    for form in [["--format", "json"], ["--format=json"]] {
      let run = try Command.run(form + words)
      #expect(run.code == ExitCodes.wrongUsage)
      #expect(run.output == "")
      let error = try #require(try Self.lines(run.errors).first, "\(run.errors)")
      #expect(error["type"] as? String == "error")
      #expect(error["kind"] as? String == "usage")
      #expect(error["try"] as? String == "rlx --help")
      #expect(error["line"] is NSNull)
    }
  }

  @Test func checkAndFmtTakeTheFormToo() throws {
    let folder = try ScratchFolder()
    let file = try folder.write("x = lenn\n", to: "wrong.rlx")
    let run = try Command.run(["check", "--format", "json", file])
    let errors = try Self.lines(run.errors + run.output)
    #expect(errors.contains { $0["kind"] as? String == "name" && $0["line"] as? Int == 1 })
    let fmt = try Command.run(["fmt", "--format", "json", folder.file("none.rlx")])
    #expect(try Self.lines(fmt.errors).first?["kind"] as? String == "missing")
  }

  // MARK: Text

  @Test(
    arguments: [
      (["LC_ALL": "C"], false), (["LANG": "POSIX"], false), (["LANG": "en_US.ISO-8859-1"], false),
      (["LANG": "C.UTF-8"], true), (["LANG": "de_DE.utf8@euro"], true), ([:], true),
      (["LC_ALL": "", "LANG": "C"], false), (["LC_ALL": "C.UTF-8", "LANG": "C"], true),
    ] as [([String: String], Bool)])
  func layoutKeepsToWhatTheLocaleShows(environment: [String: String], unicode: Bool) throws {
    let run = try Command.run(
      ["-c", "plot([1, 2])\ntable([{a: 1}])\nrandn([30, 30])"], environment: environment)
    #expect(run.output.unicodeScalars.contains { !$0.isASCII } == unicode)
  }

  @Test func aListOfMapsThatAreAlikeIsATableWhereItTakesMoreThanALine() throws {
    let code = """
      rows = (0..30).list().map(fn(i) => {name: "row \\(i)", square: i * i})
      rows
      rows[0..2]
      rows + [{name: "other"}]
      """
    let run = try Command.run(["-c", code])
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines[0] == "    name    square")
    #expect(lines[2] == " 0  row 0        0")
    #expect(lines[12] == " ⋮  ⋮            ⋮")
    #expect(lines[23] == "… 10 more rows")
    #expect(lines[24] == #"[{name: "row 0", square: 0}, {name: "row 1", square: 1}]"#)
    #expect(lines[25] == "[", "maps that differ stay a list")
  }

  @Test func printWritesAllOfAValue() throws {
    let run = try Command.run(["-c", "x = randn([30, 30])\nprint(x)"])
    #expect(!run.output.contains("…"))
    #expect(run.output.split(separator: ",").count >= 900)
  }

  @Test func colourNeverAppearsWithNoColorPlainOrADumbTerminal() throws {
    let folder = try ScratchFolder()
    for (arguments, variables) in [
      ([], ["NO_COLOR": "1", "TERM": "xterm-256color"]), (["--plain"], ["TERM": "xterm"]),
      ([], ["TERM": "dumb"]), (["--color", "never"], ["TERM": "xterm"]),
    ] {
      let environment = variables.merging(["HOME": folder.path, "LANG": "C.UTF-8"]) { a, _ in a }
      let pty = try Pty(
        Command.rlx, arguments + ["-c", "table([{a: 1}])\nplot([1, 2])\nnope"],
        environment: environment)
      #expect(try pty.exitCode() == 1)
      let shown = pty.rest(for: .milliseconds(200))
      #expect(shown.contains("a") && !shown.contains("\u{1B}["), "\(arguments) \(variables)")
    }
    let pty = try Pty(
      Command.rlx, ["-c", "table([{a: 1}])"], environment: ["NO_COLOR": "", "HOME": folder.path])
    #expect(try pty.exitCode() == 0)
    #expect(pty.rest(for: .milliseconds(200)).contains("\u{1B}["), "an empty NO_COLOR says nothing")
  }
}
