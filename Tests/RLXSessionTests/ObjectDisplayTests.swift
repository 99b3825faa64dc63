import RLXScript
import RLXSession
import Testing

/// How the session's objects show themselves.
@Suite(.serialized) struct ObjectDisplayTests {
  private let bench = ObjectBench()

  private func lines(_ script: String, _ style: DisplayStyle = DisplayStyle()) throws -> [String] {
    let text = try bench.run(script)?.display(style) ?? ""
    return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private static let demos = "demos = [{prompt: \"the\", completion: \" cat sat\"}]\n"

  @Test func aModelIsWhatItIsAndATableOfItsTensors() throws {
    let shown = try lines("m = Model(MODEL)\nm", DisplayStyle(width: 120))
    #expect(shown[0].hasPrefix("Model rlx-small-model-") && shown[0].contains(" · llama · "))
    #expect(shown[1].hasPrefix("  2 layers of width 32, 4 heads (2 of keys and values)"))
    #expect(
      shown.contains { line in
        line.hasPrefix("model.layers.0…1.self_attn.q_proj.weight") && line.contains("2 × [32, 32]")
          && line.contains("2,048")
      }, "2 × 32 × 32 numbers: \(shown)")
    #expect(shown.allSatisfy { TextWidth.of($0) <= 120 })
    #expect(shown.count < 20, "two layers, one row for each of their tensors")
    #expect(try lines("m.copy().freeze()", DisplayStyle(width: 120))[0].hasSuffix("frozen"))
    #expect(try bench.run("[m]")?.shown.hasPrefix("[<Model rlx-small-model-") == true)
  }

  @Test func aTrainerNamesWhatWasSetAndShowsTheCourseOfItsHeadlines() throws {
    let script = Self.demos + "s = SFT(Model(MODEL), batch_size: 1, learning_rate: 0.01)\n"
    #expect(try lines(script + "s").count == 2)
    #expect(try lines("s")[1] == "  0 steps · learning_rate: 0.01, batch_size: 1")
    let shown = try lines("s.run(demos, steps: 6)\ns")
    #expect(shown[1] == "  6 steps · learning_rate: 0.01, batch_size: 1")
    #expect(shown.count == 4)
    let words = shown[2].split(separator: " ").map(String.init)
    let last = try #require(try bench.run("s.log[\"loss\"][-1]")?.asDouble)
    #expect(words[0] == "loss" && words[1] == NumberText.significant(last))
    #expect(words[2].count == 6 && words[2].hasPrefix("█") && words[2].hasSuffix("▁"))
    let plain = try lines("s", DisplayStyle(isPlain: true))
    #expect(plain[2] == "  loss: \(NumberText.significant(last))")
  }

  @Test func aLogIsATableWithTheCourseOfEachNumber() throws {
    let script = Self.demos + "s = SFT(Model(MODEL))\ns.run(demos, steps: 3)\n"
    let shown = try lines(script + "s.log")
    #expect(shown[0] == "SFT log · 3 steps")
    #expect(shown[1].split(separator: " ") == ["name", "first", "last", "course"])
    let tokens = try #require(shown.first { $0.hasPrefix("num_tokens") })
    #expect(tokens.hasSuffix("▁▄█") || tokens.hasSuffix("▁▅█"), "it grows evenly: \(tokens)")
    let plain = try lines("s.log", DisplayStyle(isPlain: true))
    #expect(plain.contains("name: loss") && !plain.contains { $0.hasPrefix("course") })
  }

  @Test func anEmptyLogCannotBePlotted() {
    #expect(
      bench.error("plot(SFT(Model(MODEL)).log)")
        == "value: plot: the TrainLog has no steps yet | run some steps first")
  }

  @Test func anOptimizerNamesWhatIsNotAtItsDefault() throws {
    #expect(
      try lines("AdamW(Model(MODEL), learning_rate: 1e-4)")[0]
        .hasSuffix(" tensors, learning_rate 0.0001, 0 steps"))
    #expect(
      try lines("AdamW(Model(MODEL), learning_rate: 1e-4, beta2: 0.95, weight_decay: 0.1)")[0]
        .hasSuffix("learning_rate 0.0001, beta2 0.95, weight_decay 0.1, 0 steps"))
  }

  @Test func aLedgerIsColouredAndSaysTheSameWithout() throws {
    let script = """
      ppo = PPO(Model(MODEL), reward: fn(p, r) => r.len - 3, max_tokens: 6)
      b = ppo.rollout(["the"])
      ppo.score(b)
      ppo.advantages(b)
      b[0]
      """
    let plain = try lines(script)
    let coloured = try lines("b[0]", DisplayStyle(usesColor: true))
    #expect(coloured.count == plain.count + 1)
    #expect(coloured.contains { $0.contains("\u{1b}[48;5;") })
    let stripped = coloured.dropLast().map { $0.replacing(#/\u{1b}\[[0-9;]+m/#, with: "") }
    #expect(stripped == plain)
  }

  @Test func tensorsAmongOtherValuesAreNamedByTypeAndShape() throws {
    #expect(
      try bench.run("[tensor([1, 2]), zeros([2, 3]), tensor(0.5)]")?.shown
        == "[tensor float32 [2], tensor float32 [2, 3], tensor 0.5]")
  }
}
