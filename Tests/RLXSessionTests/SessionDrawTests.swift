import RLXScript
import RLXSession
import Testing

@Suite struct SessionDrawTests {
  @Test func drawsEvenlyAndWithinItsBounds() throws {
    let bench = ScriptBench()
    let means = try bench.run(
      """
      n = 20_000
      xs = (0..n).map(fn(i) => random())
      ks = (0..n).map(fn(i) => randint(-2, 3))
      cs = (0..n).map(fn(i) => choice(["a", "b", "c"]))
      rs = (0..n).map(fn(i) => choice(5..7))
      [
        xs.min() >= 0 and xs.max() < 1, abs(xs.mean() - 0.5) < 0.01,
        ks.unique().sort() == [-2, -1, 0, 1, 2], abs(ks.mean()) < 0.05,
        abs(cs.count("b") / n - 1 / 3) < 0.015, rs.unique().sort() == [5, 6],
      ]
      """)
    // Five standard errors of each mean are below these bounds.
    #expect(means?.shown == "[true, true, true, true, true, true]")
  }

  @Test func theSameSeedGivesTheSameDraws() throws {
    let draw = "[random(), randint(0, 1000), choice(range(1000)), random()]"
    let again = try ScriptBench().run(
      "seed(7); a = \(draw); seed(7); [a == \(draw), a == \(draw)]"
        .replacing("; ", with: "\n"))
    #expect(again?.shown == "[true, false]")
    #expect(try ScriptBench(seed: 7).json(draw) == ScriptBench().json("seed(7); \(draw)"))
    #expect(try ScriptBench(seed: 8).json(draw) != ScriptBench(seed: 7).json(draw))
  }

  @Test func eachCallTakesOneNumberAndAnErrorNone() throws {
    let bench = ScriptBench()
    try bench.run("random()\nrandint(0, 9)\nchoice([1, 2])\nrandn(2)")
    #expect(bench.core.draws.taken == 4)
    _ = bench.error("choice([])")
    _ = bench.error("randint(3, 3)")
    #expect(bench.core.draws.taken == 4)
  }

  @Test(arguments: [
    ("choice([])", "value: choice: list: expected at least one element, got an empty list"),
    ("choice(3..3)", "value: choice: list: expected at least one element"),
    ("choice(\"abc\")", "type: choice: list: expected a list, got string \"abc\""),
    ("randint(3, 3)", "value: randint: high: expected an int above 3, got 3 | randint(1, 7)"),
    ("randint(0.5, 3)", "type: randint: low: expected an int, got float 0.5"),
    ("randint(3)", "argument: randint: missing argument high"),
    ("randint(-9_223_372_036_854_775_807, 9_000_000_000_000_000_000)", "more numbers than an int"),
    ("random(3)", "argument: random: takes 0 arguments, got 1"),
  ])
  func saysWhatIsWrong(call: String, message: String) {
    let found = ScriptBench().error(call)
    #expect(found.contains(message), "\(found)")
  }
}
