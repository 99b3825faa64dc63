import Foundation
import RLXScript
import RLXSession
import Testing

@Suite(.serialized) struct ProcessRewardTests {
  private static let start = """
    m = Model(MODEL)
    rows = [
      {prompt: "the", completions: ["cat sat", "dog ran"], labels: [true, false]},
      {prompt: "a", completions: ["dog"], labels: [1]},
    ]

    """

  @Test(arguments: [
    ("PRM(m).run(rows, steps: 3).len", "3"),
    ("PRM(m).run(Dataset(rows), epochs: 2).len", "2"),
    ("PRM(m).step(rows).has(\"accuracy\")", "true"),
    ("PRM(m).loss(rows).shape", "[]"),
    ("PRM(m).score(\"the\", [\"cat\", \"dog\"]).len", "2"),
    (
      "PRM(m).score(\"the\", \"cat\\ndog\\n\") == PRM(m).score(\"the\", [\"cat\", \"dog\"])",
      "false"
    ),
    (
      "p = PRM(m)\np.score(\"the\", \"cat\\ndog\\n\") == p.score(\"the\", [\"cat\", \"dog\"])",
      "true"
    ),
    ("s = PRM(m).score(\"the\", [\"cat\", \"dog\"])\ns[0] == s.list()[0]", "true"),
    ("s = PRM(m).score(\"the\", [\"cat\", \"dog\"])\ns.product == s[0] * s[1]", "true"),
    ("s = PRM(m).score(\"the\", [\"cat\", \"dog\"])\ns.last == s[-1] and s.min <= s.mean", "true"),
    (
      "PRM(m, step_separator: \" \").score(\"the\", \"cat sat here\").steps",
      #"["cat", "sat", "here"]"#
    ),
    ("p = PRM(m, learning_rate: 0.02)\np.run(rows, steps: 20)\np.accuracy(rows).value", "1.0"),
    ("PRM(m, lr: 0.5, num_train_epochs: 3).settings.epochs", "3"),
    (
      "before = m.logits([1, 5]).list()\nPRM(m, learning_rate: 0.1).run(rows)\n"
        + "m.logits([1, 5]).list() == before", "true"
    ),
  ])
  func gives(expression: String, expected: String) throws {
    #expect(try ObjectBench().shown(Self.start + expression) == expected, "\(expression)")
  }

  @Test(arguments: [
    ("PRM(m, step_separator: 3)", "PRM: step_separator: expected a string, got int 3"),
    ("PRM(m).run([])", "expected rows of labelled steps, got none"),
    (
      "PRM(m).run([{prompt: \"a\", completions: [\"b\"]}])",
      "PRM.run: data[0]: expected a map {prompt, completions, labels}"
    ),
    (
      "PRM(m).run([{prompt: \"a\", completions: [\"b\"], labels: []}])",
      "expected a label for each step, got 1 completions and 0 labels"
    ),
    ("PRM(m).run([{prompt: \"a\", completions: [\"b\"], labels: [0.5]}])", "true or false"),
    (
      "PRM(m).run([{prompt: \"a\", completions: [], labels: []}])",
      "row 0: expected at least one step"
    ),
    ("PRM(m).run(Dataset([{prompt: \"a\"}]))", "labelled steps"),
    (
      "PRM(m).run(Dataset([{prompt: \"a\", completions: [\"b\", \"c\"], labels: [true]}]))",
      "2 completions and 1 labels"
    ),
    ("PRM(m).run(Dataset([{prompt: \"a\", completions: [3], labels: [true]}]))", "strings in"),
    ("PRM(m).score(\"a\", [])", "expected at least one step, got none"),
    ("PRM(m).score(\"a\", \"\")", "expected at least one step, got none"),
    ("PRM(m, max_length: 4).run(rows)", "tokens, at most 4 are read"),
    (
      "PRM(m, max_length: 4, truncation_mode: \"keep_start\").run(rows)",
      "row 0: no judged step ends within the 4 tokens read"
    ),
    ("PRM(\"no/such/folder\")", "missing: PRM: there is no folder"),
    ("PRM(MODEL)", "LlamaForTokenClassification"),
  ])
  func says(script: String, message: String) {
    let error = ObjectBench().error(Self.start + script)
    #expect(error.contains(message), "\(script): \(error)")
  }

  @Test func rowsAreCutAloudWhereThatWasAskedFor() throws {
    let bench = ObjectBench()
    try bench.run(
      Self.start
        + "p = PRM(m, max_length: 6, truncation_mode: \"keep_end\")\np.run(rows, steps: 1)")
    #expect(bench.console.err.contains("longer than 6 tokens; each kept its last 6"))
  }

  @Test func stepsLabelledAllAlikeAreSaid() throws {
    let bench = ObjectBench()
    try bench.run(
      Self.start + """
        right = [{prompt: "the", completions: ["cat", "dog"], labels: [true, true]}]
        PRM(m).run(right, steps: 1)
        """)
    #expect(bench.console.err.contains("PRM.run: all 2 steps are labelled true"))
    let both = ObjectBench()
    try both.run(Self.start + "PRM(m).run(rows, steps: 1)")
    #expect(!both.console.err.contains("labelled"))
  }

  @Test func savedItGoesOnAndIsRead() throws {
    let bench = ObjectBench()
    let folder = NSTemporaryDirectory() + "rlx-prm-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    bench.interpreter.setGlobal("DIR", .string(folder))
    let same = try bench.shown(
      Self.start + """
        p = PRM(m, learning_rate: 0.01)
        p.run(rows, steps: 2, output_dir: DIR)
        q = PRM.resume(DIR)
        r = PRM(DIR)
        a = [p, q, r].map(fn(x) => x.score("the", ["cat", "dog"]).list())
        p.run(rows, steps: 2)
        q.run(rows, steps: 2)
        [a[0] == a[1], a[1] == a[2], p.log[-1] == q.log[-1], q.log.len]
        """)
    #expect(same == "[true, true, true, 4]")
    #expect(bench.error("Model(DIR)").contains("PRM(…) reads a process reward model"))
  }
}
