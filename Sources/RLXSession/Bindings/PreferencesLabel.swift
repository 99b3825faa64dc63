import RLXScript
import RLXStore
import RLXTensor

extension PreferenceMethods {
  static func label(_ core: SessionCore) -> FunctionSpec {
    method(
      "label",
      "Asks which answer of each pair is better: 1, 2, tie, skip, undo, quit; or asks a function. "
        + "What this annotator has judged already is not asked again.",
      parameters: [
        ParameterSpec(
          "completions",
          .oneOf([
            .host(CompletionsObject.typeName), .listOf(.host(CompletionObject.typeName)),
          ]), optional: true,
          doc: "the answers to compare; without them, comparisons not yet judged"),
        by,
        ParameterSpec(
          "with", .function, optional: true, example: "fn(prompt, a, b) => a.len > b.len",
          doc:
            "says which is better instead of a person: true or 1, false or 2, \"tie\", nil, or a "
            + "probability"),
        ParameterSpec(
          "pairs", .int, range: .atLeast(1), optional: true, example: "1",
          doc: "at most so many pairs of each prompt's answers"),
      ], effects: [.mutates, .asks, .draws], returns: "map {labelled, ties, skipped, equal}",
      example: "answers = \(ModelMethods.model).generate(\"Once\", n: 2, max_tokens: 8)\n"
        + "prefs = Preferences(\"memory\")\n"
        + "prefs.label(answers, with: fn(prompt, a, b) => a.len > b.len)"
    ) { [unowned core] prefs, call in
      let by = try call.string("by")
      guard !by.isEmpty else {
        throw Fault(
          .value, "Preferences.label: by: expected a name, got an empty string",
          remedy: "by: \"a1\"", parameter: "by")
      }
      var tally = LabelTally()
      let pending = try comparisons(prefs.store, call, by: by, &tally)
      if call.isGiven("with") {
        let labeller = FunctionLabeller(judge: try call.function("with"), call: call)
        for (place, comparison) in pending.enumerated() {
          try core.progress("label", place, of: pending.count)
          let verdict = try labeller.verdict(on: comparison)
          try prefs.store.judge(comparison.id, verdict, by: by)
          tally.count(verdict.choice)
        }
        core.endProgress()
      } else if !pending.isEmpty {
        try PersonLabeller.requireSomebody(core)
        let labeller = PersonLabeller(
          core: core, store: prefs.store, by: by, draw: core.nextDraw(.label))
        try labeller.run(pending, into: &tally)
      }
      return tally.value
    }
  }

  /// What is to be judged, in order: comparisons without a standing judgement of this annotator.
  private static func comparisons(
    _ store: PreferenceStore, _ call: Call, by: String, _ tally: inout LabelTally
  ) throws -> [ComparisonRecord] {
    guard call.isGiven("completions") else { return try store.pending(by: by) }
    let limit = try call.isGiven("pairs") ? call.int("pairs") : nil
    let pairs = LabelPairs(try completions(call.value("completions")), limit: limit)
    tally.equal = pairs.equal
    let ids = try store.transaction { rows in
      try pairs.pairs.map { try rows.findOrAddComparison(prompt: $0.prompt, a: $0.a, b: $0.b) }
    }
    let pending = Dictionary(
      try store.pending(by: by).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var seen: Set<ComparisonID> = []
    return ids.compactMap { id in seen.insert(id).inserted ? pending[id] : nil }
  }

  private static func completions(_ value: Value) throws -> [CompletionObject] {
    if case .host(let object) = value, let answers = object as? CompletionsObject {
      return answers.items
    }
    return try (value.asElements() ?? []).compactMap { element in
      if case .host(let object) = element { object as? CompletionObject } else { nil }
    }
  }
}
