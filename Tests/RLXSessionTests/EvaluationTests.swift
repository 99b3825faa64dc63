import Foundation
import RLXScript
import RLXSession
import RLXTestSupport
import Testing

@Suite struct EvaluationTests {
  private let models =
    "a = Model(\"nano\"); b = a.copy()\nprompts = [\"Once upon a time\", \"One day\"]\n"

  @Test func aModelAgainstItselfIsHalf() throws {
    let bench = ObjectBench()
    try bench.run(models)
    #expect(
      try bench.json(
        "win_rate(a, b, fn(p, r) => r.len, prompts, temperature: 0, max_tokens: 6).plain()"
      ).contains("\"value\":0.5"))
  }

  @Test func answersAreComparedPromptByPromptAndTiesCountHalf() throws {
    let bench = ObjectBench()
    try bench.run(
      models
        + "x = a.generate(prompts, n: 2, max_tokens: 4)\ny = a.generate(prompts, n: 2, max_tokens: 9)"
    )
    // Longer is better: what may have 9 tokens wins or ties against what has 4.
    #expect(try bench.json("win_rate(y, x, fn(p, r) => r.len).value >= 0.5") == "true")
    #expect(try bench.json("win_rate(y, x, fn(p, r) => r.len).rows") == "2")
    #expect(
      try bench.json(
        "win_rate(y, x, fn(p, r) => r.len).value + win_rate(x, y, fn(p, r) => r.len).value")
        == "1.0")
    // A judge that always takes the first changes its mind with the order: ties.
    let first = try bench.json("win_rate(y, x, fn(p, a, b) => true).plain()")
    #expect(first.contains("\"value\":0.5") && first.contains("\"changed by order\":4"), "\(first)")
    #expect(try bench.json("win_rate(y, x, fn(p, a, b) => a.len >= b.len).value >= 0.5") == "true")
    #expect(try bench.json("win_rate(x, x, fn(p, a, b) => \"tie\").value") == "0.5")
  }

  @Test(arguments: [
    (
      "win_rate(a, b, fn(p, r) => r.len)",
      "win_rate: prompts: expected what the model a is to answer"
    ),
    (
      "win_rate(a.generate(\"A\", max_tokens: 2), a.generate(\"B\", max_tokens: 2), fn(p, r) => 1)",
      "expected answers to the same prompts"
    ),
    (
      "win_rate(a, b, fn(p, r) => \"x\", prompts, max_tokens: 2)",
      "expected a number from the function"
    ),
    ("win_rate(a, b, fn(p, x, y) => 7, prompts, max_tokens: 2)", "expected true or 1, false or 2"),
    ("exact_match(a, [{prompt: \"x\"}])", "expected a column of what is right"),
    ("exact_match(a, [{prompt: \"x\", answer: \"none\"}])", "says nothing"),
    ("exact_match(a, [])", "expected"),
    ("bootstrap([])", "expected numbers, got none"),
    ("bootstrap([1, 1.0e308 * 10])", "finite"),
    ("measures([])", "expected answers, got none"),
  ])
  func says(script: String, message: String) {
    let error = ObjectBench().error(models + script)
    #expect(error.contains(message), "\(script): \(error)")
  }

  @Test func anExactMatchComparesWhatIsSaid() throws {
    let bench = ObjectBench()
    try bench.run(models)
    try bench.run("rows = [{question: \"One day\", answer: \"so 3\\n#### 1,000\"}]")
    #expect(try bench.json("exact_match(a, rows, max_tokens: 4).value") == "0.0")
    // A function that says the same of all: everything is right.
    #expect(
      try bench.json(
        "exact_match(a, rows, answer: fn(t) => 1, max_tokens: 4, n: 3, temperature: 1).value")
        == "1.0")
    #expect(
      try bench.json(
        "exact_match(a, rows, answer: fn(t) => if t.find(\"#\") == nil then nil else 1, max_tokens: 4).plain()"
      ).contains("\"without an answer\":1"))
  }

  @Test func measuresOfCompletionsGoByPrompt() throws {
    let bench = ObjectBench()
    try bench.run(models + "m = measures(a.generate(prompts, n: 3, max_tokens: 8))")
    #expect(
      try bench.json("m.list().map(fn(r) => r.measure)")
        == "[\"length in tokens\",\"repetition of 4-grams\",\"finished\",\"distinct-1\",\"distinct-2\",\"self-BLEU\"]"
    )
    #expect(try bench.json("m.list()[3].over") == "\"2 sets\"")
  }

  @Test func perplexityAndAccuracyHaveIntervals() throws {
    let bench = ObjectBench()
    try bench.run(models + "rows = [\"Once upon a time there was a dog\", \"The end\", \"A cat\"]")
    let pair = try bench.json("[a.perplexity(rows, interval: true).value, a.perplexity(rows)]")
    let values = pair.dropFirst().dropLast().split(separator: ",").compactMap { Double($0) }
    // Summed in another order.
    #expect(values.count == 2 && abs(values[0] - values[1]) < 1e-9 * values[1])
    try bench.run(
      "rm = RewardModel(a); p = [{prompt: \"A\", chosen: \" b\", rejected: \" c\"}, {prompt: \"D\", chosen: \" e\", rejected: \" f\"}]"
    )
    #expect(try bench.json("rm.accuracy(p, interval: \"bootstrap\").rows") == "2")
  }

  @Test func drawsAreTheSeeds() throws {
    let bench = ObjectBench()
    let script = "seed(4)\nbootstrap([1, 2, 3, 4, 9.5]).plain()"
    #expect(try bench.json(script) == bench.json(script))
    let many = "bootstrap((0..40).map(fn(x) => sqrt(x))).low"
    #expect(try bench.json("seed(5)\n\(many)") != bench.json("seed(4)\n\(many)"))
  }

  @Test func theExampleComparesAModelBeforeAndAfterTraining() async throws {
    let console = TestConsole()
    var options = SessionOptions()
    options.arguments = ["2", "3"]
    let session = try Session(options: options, console: console)
    let path = Repository.root.appendingPathComponent("examples/evaluation.rlx").path
    #expect(await session.runFile(path) == .done, "\(console.err)")
    for words in ["perplexity before: ", "perplexity after: ", "3 prompts", "self-BLEU"] {
      #expect(console.out.contains(words), "\(words) is missing in \(console.out)")
    }
  }
}
