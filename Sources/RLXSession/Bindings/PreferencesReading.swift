import RLXData
import RLXScript
import RLXStore

extension PreferenceMethods {
  static var reading: [FunctionSpec] {
    [
      method(
        "list", "The comparisons with a winner as maps {prompt, chosen, rejected, by}.",
        returns: "list of map", example: "\(setup)prefs.list()"
      ) { prefs, _ in try prefs.plain() ?? .nil },
      method(
        "plain", "The same as list().", returns: "list of map", example: "\(setup)prefs.plain()"
      ) {
        prefs, _ in try prefs.plain() ?? .nil
      },
      method(
        "summary", "How many comparisons, winners, ties and skips there are, and of whom.",
        returns: "map", example: "\(setup)prefs.summary()"
      ) { prefs, _ in summary(try prefs.store.summary()) },
      method(
        "agreement",
        "How far annotators who judged the same answers agree: percent and Cohen's kappa of each two, "
          + "Krippendorff's alpha of all.",
        returns: "map", example: "\(setup)prefs.agreement()  #> {items: 0, alpha: nil, pairs: []}"
      ) { prefs, _ in agreement(try prefs.store.agreement()) },
      method(
        "patterns",
        "Habits that judgements may owe to something else than the answers' worth: how often the "
          + "longer answer won, and the one shown first.",
        returns: "map", example: "\(setup)prefs.patterns()"
      ) { prefs, _ in
        let (all, each) = try prefs.store.patterns()
        return .map(
          patterns(all)
            + [("by", .map(each.map { ($0.name, .map(patterns($0.patterns))) }))])
      },
    ]
  }

  static func leaving(_ core: SessionCore) -> [FunctionSpec] {
    [
      method(
        "export", "Writes the comparisons with a winner to a .jsonl, .json or .csv file.",
        parameters: [ParameterSpec("path", .string, example: "\"prefs.jsonl\"", doc: "the file")],
        effects: .writes, example: "\(setup)prefs.export(\"prefs.jsonl\")"
      ) { [unowned core] prefs, call in
        let rows = try prefs.store.winners().map { pair in
          Row([
            (key: "prompt", value: .string(pair.prompt)),
            (key: "chosen", value: .string(pair.chosen)),
            (key: "rejected", value: .string(pair.rejected)),
            (key: "by", value: .string(pair.by)),
          ])
        }
        let place = try core.files.output(try call.string("path"))
        try Dataset(rows: rows, name: try call.string("path")).save(to: place)
        return .nil
      },
      method(
        "split",
        "Two Preferences in memory: the first part of the comparisons with a winner, and the rest.",
        parameters: [
          ParameterSpec(
            "fraction", .number, range: .between(0, 1), example: "0.9",
            doc: "of the comparisons in the first part")
        ], returns: "list of two Preferences", example: "\(setup)prefs.split(0.5)"
      ) { prefs, call in
        let winners = try prefs.store.winners()
        let cut = Int((Double(winners.count) * (try call.double("fraction"))).rounded())
        return .list([
          .host(try PreferencesObject(copying: winners[..<cut])),
          .host(try PreferencesObject(copying: winners[cut...])),
        ])
      },
    ]
  }

  private static func summary(_ summary: Summary) -> Value {
    .map([
      ("prompts", .int(summary.prompts)), ("comparisons", .int(summary.comparisons)),
      ("winners", .int(summary.winners)), ("ties", .int(summary.ties)),
      ("skipped", .int(summary.skips)), ("unjudged", .int(summary.unjudged)),
      ("withdrawn", .int(summary.withdrawn)),
      (
        "by",
        .map(
          summary.annotators.map { annotator in
            (
              annotator.name,
              .map([
                ("winners", .int(annotator.winners)), ("ties", .int(annotator.ties)),
                ("skipped", .int(annotator.skips)),
              ])
            )
          })
      ),
    ])
  }

  private static func agreement(_ agreement: Agreement) -> Value {
    .map([
      ("items", .int(agreement.items)),
      ("alpha", agreement.alpha.map { .float($0) } ?? .nil),
      (
        "pairs",
        .list(
          agreement.pairs.map { pair in
            .map([
              ("first", .string(pair.first)), ("second", .string(pair.second)),
              ("items", .int(pair.items)), ("agreed", .int(pair.agreed)),
              ("percent", .float(pair.percent)), ("kappa", pair.kappa.map { .float($0) } ?? .nil),
            ])
          })
      ),
    ])
  }

  private static func patterns(_ patterns: Patterns) -> [(String, Value)] {
    func share(_ share: Patterns.Share) -> Value {
      .map([
        ("share", share.fraction.map { .float($0) } ?? .nil), ("held", .int(share.held)),
        ("of", .int(share.of)),
      ])
    }
    return [("longer_won", share(patterns.longer)), ("left_won", share(patterns.left))]
  }
}

extension PreferencesObject {
  /// A store in memory with some pairs of another, and the ids their answers were sampled as.
  fileprivate convenience init(copying pairs: some Sequence<PairRecord>) throws {
    let store = try PreferenceStore.memory()
    _ = try store.transaction { rows in
      for pair in pairs {
        _ = try rows.addPair(
          prompt: pair.prompt, chosen: Candidate(pair.chosen, tokens: pair.chosenTokens),
          rejected: Candidate(pair.rejected, tokens: pair.rejectedTokens), by: pair.by,
          strength: pair.strength)
      }
    }
    self.init(store, name: "memory")
  }
}
