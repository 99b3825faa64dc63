import Foundation
import RLXScript
import RLXSession
import RLXStore
import Testing

@Suite(.serialized) struct PreferencesObjectTests {
  private static let three = """
    p = Preferences([
      {prompt: "a", chosen: " b", rejected: " c"},
      {prompt: "a", chosen: " bb", rejected: " c", by: "x"},
      {prompt: "d", chosen: " e", rejected: " ff", by: "x"},
    ])

    """

  @Test(arguments: [
    ("p.len", "3"),
    ("len(p)", "3"),
    ("p[0]", "{prompt: \"a\", chosen: \" b\", rejected: \" c\", by: \"given\"}"),
    ("p[-1].by", "\"x\""),
    ("p[0..2].len", "2"),
    ("p.list().map(fn(r) => r.chosen)", "[\" b\", \" bb\", \" e\"]"),
    ("p.summary().winners", "3"),
    ("p.summary().by[\"x\"]", "{winners: 2, ties: 0, skipped: 0}"),
    ("p.split(0.67)[0].len", "2"),
    ("p.split(0.67)[1][0].prompt", "\"d\""),
    ("p.patterns().longer_won.of", "2"),
    ("p.patterns().longer_won.share", "0.5"),
    ("p.add(prompt: \"z\", chosen: \" 1\", rejected: \" 2\").len", "4"),
    ("p.rank(prompt: \"z\", responses: [\" 1\", \" 2\", \" 3\"], order: [2, 0, 1]).len", "6"),
    ("p.rank(prompt: \"z\", responses: [\" 1\", \" 2\"], order: [1, 0])[-1].chosen", "\" 2\""),
    ("p.agreement().items", "0"),
    (
      "Preferences(Dataset([{prompt: \"a\", chosen: \" b\", rejected: \" c\"}]))[0].by",
      "\"dataset\""
    ),
  ])
  func gives(expression: String, expected: String) throws {
    #expect(try ObjectBench().shown(Self.three + expression) == expected, "\(expression)")
  }

  @Test(arguments: [
    ("p[3]", "index: Preferences: index 3 is outside, there are 3"),
    ("p.rank(prompt: \"z\", responses: [\" 1\", \" 2\"], order: [0, 0])", "each index"),
    ("p.add(prompt: \"z\", chosen: \" 1\", rejected: \" 1\")", "expected answers that differ"),
    ("p.add(prompt: \"z\", chosen: \" 1\")", "missing argument rejected"),
    ("Preferences([{prompt: \"a\", chosen: \" b\"}])", "source[0]: expected a map"),
    ("Preferences(Dataset([\"a\"]))", "comparisons"),
    ("p.label(Model(MODEL).generate(\"a\", n: 2, max_tokens: 4))", "there is nobody to ask"),
    (
      "p.label(Model(MODEL).generate(\"a\", n: 2, max_tokens: 4), with: fn(p, a, b) => 7)",
      "with: expected true or 1"
    ),
    (
      "p.label(Model(MODEL).generate(\"a\", n: 2, max_tokens: 4), with: fn(p, a, b) => 1.0)",
      "got float 1.0"
    ),
  ])
  func says(script: String, message: String) {
    let error = ObjectBench().error(Self.three + script)
    #expect(error.contains(message), "\(script): \(error)")
  }

  @Test func aFileThatIsNoDatabaseIsNamedAndLeftAsItWas() throws {
    let scratch = try Scratch()
    let path = try scratch.file("notes.db", "these are notes, no database\n")
    let bench = ObjectBench()
    bench.interpreter.setGlobal("PATH", .string(path))
    let error = bench.error("Preferences(PATH)")
    #expect(error.hasPrefix("file: ") && error.contains("notes.db"), "\(error)")
    #expect(error.contains("no SQLite database"))
    #expect(try scratch.read("notes.db") == "these are notes, no database\n")
  }

  @Test func rowsWhoseAnswersAreTheSameAreLeftOutAloud() throws {
    let bench = ObjectBench()
    try bench.run(
      """
      p = Preferences([
        {prompt: "a", chosen: " b", rejected: " b"}, {prompt: "a", chosen: " b", rejected: " c"},
      ])
      """)
    #expect(try bench.shown("p.len") == "1")
    #expect(bench.console.err.contains("1 of 2 rows left out"))
  }

  @Test func exportsWhatADatasetReadsBack() throws {
    let scratch = try Scratch()
    let bench = ObjectBench()
    bench.interpreter.setGlobal("PATH", .string(scratch.path + "/p.jsonl"))
    let same = try bench.run(
      Self.three + "p.export(PATH)\nq = Preferences(Dataset(PATH))\n"
        + "q.list().map(fn(r) => r.chosen) == p.list().map(fn(r) => r.chosen)")
    #expect(same?.shown == "true")
  }

  // MARK: Labelling

  @Test func aFunctionLabelsEveryPairOfEachPromptsAnswers() throws {
    let bench = ObjectBench()
    let result = try bench.shown(
      """
      answers = Model(MODEL).generate(["the", "a"], n: 3, max_tokens: 12)
      p = Preferences("memory")
      p.label(answers, with: fn(prompt, a, b) => if a.len > b.len then true else 2)
      """)
    // Three pairs for each of two prompts; random answers of a dozen tokens differ.
    #expect(result == "{labelled: 6, ties: 0, skipped: 0, equal: 0}")
    #expect(try bench.shown("p.label(answers, with: fn(prompt, a, b) => 1).labelled") == "0")
    #expect(
      try bench.shown("p.label(answers, with: fn(prompt, a, b) => \"tie\", by: \"b\").ties") == "6")
    #expect(
      try bench.shown("p.label(answers, with: fn(prompt, a, b) => nil, by: \"c\", pairs: 1)")
        == "{labelled: 0, ties: 0, skipped: 2, equal: 0}")
    #expect(
      try bench.shown("p.label(answers, with: fn(prompt, a, b) => 0.7, by: \"d\").labelled") == "6")
  }

  @Test func equalAnswersAreCountedAndNotAsked() throws {
    let result = try ObjectBench().shown(
      """
      answers = Model(MODEL).generate("the", n: 2, max_tokens: 4, temperature: 0)
      Preferences("memory").label(answers, with: fn(prompt, a, b) { fail "asked" })
      """)
    #expect(result == "{labelled: 0, ties: 0, skipped: 0, equal: 1}")
  }

  private static let answers = """
    answers = Model(MODEL).generate(["the", "a", "cat"], n: 2, max_tokens: 12)
    p = Preferences("memory")

    """

  @Test func aPersonLabelsByKeysAndUndoes() throws {
    let bench = ObjectBench(
      answers: [.first, .second, .undo, .tie, .skip], isTerminal: true)
    let result = try bench.shown(Self.answers + "p.label(answers, by: \"a1\")")
    #expect(result == "{labelled: 1, ties: 1, skipped: 1, equal: 0}")
    #expect(bench.console.questions.map(\.number) == [1, 2, 3, 2, 3])
    // The question that was undone is shown in the same places again.
    #expect(bench.console.questions[1] == bench.console.questions[3])
    // The one judgement names the answer that stood left as chosen.
    let left = Value.string(bench.console.questions[0].left).shown
    #expect(try bench.shown("p[0].chosen") == left)
    #expect(try bench.shown("p.summary().withdrawn") == "1")
    #expect(bench.core.record.answers.isEmpty, "each statement has its own record")
  }

  @Test func undoWithNothingToUndoAsksAgain() throws {
    let bench = ObjectBench(answers: [.undo, .quit], isTerminal: true)
    #expect(try bench.shown(Self.answers + "p.label(answers).labelled") == "0")
    #expect(bench.console.questions.map(\.number) == [1, 1])
  }

  @Test func labellingGoesOnWhereItWasLeft() throws {
    let scratch = try Scratch()
    let script = """
      answers = Model(MODEL).generate(["the", "a", "cat"], n: 2, max_tokens: 12)
      Preferences(PATH).label(answers, by: "a1")
      """
    func label(_ answers: [LabelAnswer]) throws -> (TestConsole, String) {
      let bench = ObjectBench(answers: answers, isTerminal: true)
      bench.interpreter.setGlobal("PATH", .string(scratch.path + "/labels.db"))
      return (bench.console, try bench.shown(script))
    }
    let (first, _) = try label([.first, .quit])
    #expect(first.questions.map(\.total) == [3, 3])
    let (second, result) = try label([.second, .second])
    #expect(second.questions.map(\.total) == [2, 2])
    #expect(result == "{labelled: 2, ties: 0, skipped: 0, equal: 0}")
    let (third, _) = try label([])
    #expect(third.questions.isEmpty)
    let store = try PreferenceStore(path: scratch.path + "/labels.db", create: false)
    #expect(try store.summary().winners == 3)
  }

  @Test func whereAnAnswerStandsIsDrawn() throws {
    var lefts: Set<Bool> = []
    for seed in 0..<8 as Range<UInt64> {
      let bench = ObjectBench(answers: [.first], isTerminal: true, seed: 0)
      try bench.run(Self.answers + "seed(\(seed))")
      try bench.run("p.label(answers, pairs: 1)")
      let question = try #require(bench.console.questions.first)
      lefts.insert(try bench.shown("answers[0].text") == Value.string(question.left).shown)
    }
    #expect(lefts == [true, false])
  }

  @Test func aReplayTakesTheRecordedAnswersAndNeverAsks() throws {
    let live = ObjectBench(answers: [.second, .undo, .first, .tie, .quit], isTerminal: true)
    try live.run(Self.answers)
    try live.run("p.label(answers, by: \"a1\")")
    let recorded = live.core.record.answers
    #expect(recorded.map(\.choice) == ["2", "undo", "1", "tie", "quit"])

    func replay(_ answers: [AnswerRecord]) -> (ObjectBench, String) {
      let bench = ObjectBench()
      let statement = "p.label(answers, by: \"a1\")"
      do {
        try bench.run(Self.answers)
        let program = try bench.interpreter.prepare(
          Source(statement, name: "test.rlx"), mode: .prompt)
        bench.core.beginStatement()
        bench.core.recordedAnswers = answers
        return (bench, try bench.interpreter.run(program.statements[0]).value?.shown ?? "")
      } catch let diagnostic as Diagnostic {
        return (bench, "\(diagnostic.kind.rawValue): \(diagnostic.message)")
      } catch {
        return (bench, "\(error)")
      }
    }
    let (same, result) = replay(recorded)
    #expect(result == "{labelled: 1, ties: 1, skipped: 0, equal: 0}")
    #expect(same.core.recordedAnswers?.isEmpty == true)
    #expect(same.core.record.answers == recorded)
    #expect(try same.shown("p.list()") == live.shown("p.list()"))
    #expect(same.console.questions.isEmpty)

    var other = recorded
    other[1].shown = String(repeating: "0", count: 64)
    #expect(replay(other).1.hasPrefix("replay: label: what question 2 shows"))
    #expect(replay(Array(recorded.prefix(2))).1.hasPrefix("replay: label differs"))
    other = recorded
    other[0].by = "somebody"
    #expect(replay(other).1.hasPrefix("replay: label: by"))
  }
}
