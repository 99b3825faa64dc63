import RLXData
import RLXScript
import RLXTraining

/// What everything that scores answers has: scores, and what they are worth on comparisons.
enum ScorerMethods {
  static var data: ParameterSpec {
    ParameterSpec(
      "data", TextReader.pairTypes, aliases: ["prefs"],
      doc: "Preferences, a Dataset of pairs, or maps {prompt, chosen, rejected} or "
        + "{prompt, responses}, best first")
  }

  static var answer: [ParameterSpec] {
    [
      ParameterSpec("prompt", ModelMethods.textOrIDs, doc: "a text or ids"),
      ParameterSpec(
        "response", .oneOf([.string, .listOf(.int), .host(CompletionObject.typeName)]),
        doc: "a text that goes on from the prompt, or ids"),
    ]
  }

  /// The answer that `answer` asks for.
  static func sample(_ call: Call, _ object: any ScorerObject) throws -> Sample {
    try ComparisonReader(object.tokenizer, call, "response")
      .sample(prompt: call.value("prompt"), answer: call.value("response"))
  }

  /// `setup` makes one called `rm`; `shown` are other examples, by the function's name.
  static func all<Object: ScorerObject>(
    _ type: Object.Type, _ core: SessionCore, _ setup: String, shown: [String: String] = [:]
  ) -> [FunctionSpec] {
    let rows = setup + "rows = [\(ComparisonReader.example)]\n"
    return [
      FunctionSpec(
        "score", "The score of an answer to a prompt; higher is better.", parameters: answer,
        returns: "float",
        example: setup + (shown["score"] ?? "rm.score(\"Once\", \" upon a time\")")
      ) { [unowned core] call in
        let object = try call.object(as: type)
        return .float(
          try object.scores(
            [try sample(call, object)], by: object.tokenizer, raw: false,
            owner: call.spec.qualifiedName, core)[0])
      },
      FunctionSpec(
        "accuracy",
        "How many pairs it orders as people did, with the 95 % interval of that share.",
        parameters: [
          data,
          ParameterSpec(
            "interval", .string, choices: ["wilson", "bootstrap"], default: .string("wilson"),
            doc: "by Wilson's formula, or by drawing pairs anew, which gives a Measure"),
        ], returns: "Accuracy, or Measure with interval: \"bootstrap\"",
        example: rows + (shown["accuracy"] ?? "rm.accuracy(rows)")
      ) { [unowned core] call in
        let pairs = try ScoredPairs(call, try call.object(as: type), core)
        if try call.string("interval") == "bootstrap" {
          return .host(
            MeasureObject(
              EvaluationMethods.mean(pairs.differences.map { $0 > 0 ? 1 : 0 }, core), unit: "pair"))
        }
        let correct = pairs.differences.filter { $0 > 0 }.count
        return .host(AccuracyObject(Accuracy(correct: correct, total: pairs.differences.count)))
      },
      FunctionSpec(
        "mistakes",
        "The pairs it orders otherwise than people did, equal scores among them, the worst first.",
        parameters: [data], returns: "Dataset", example: "\(rows)rm.mistakes(rows)"
      ) { [unowned core] call in
        try ScoredPairs(call, try call.object(as: type), core).mistakes()
      },
      FunctionSpec(
        "calibration",
        "How often the higher score won where the scores' difference says with what probability: "
          + "bins, and their expected calibration error. plot(…) draws it.",
        parameters: [
          data,
          ParameterSpec(
            "bins", .int, range: .between(1, 100), default: .int(10),
            doc: "how many, equally wide, from probability 0.5 to 1"),
        ], returns: "Calibration", example: "\(rows)rm.calibration(rows, bins: 5)"
      ) { [unowned core] call in
        let pairs = try ScoredPairs(call, try call.object(as: type), core)
        return .host(
          CalibrationObject(Calibration(pairs.differences, bins: try call.int("bins"))))
      },
      FunctionSpec(
        "accuracy_by_length",
        "Accuracy by how much longer the chosen answer is, in tokens (letters, where it reads "
          + "texts), with 95 % intervals: a model that goes by length is right where long answers won.",
        parameters: [
          data,
          ParameterSpec(
            "bins", .int, range: .between(1, 100), default: .int(4),
            doc: "groups of about the same size"),
        ], returns: "Dataset", example: "\(rows)rm.accuracy_by_length(rows)"
      ) { [unowned core] call in
        try ScoredPairs(call, try call.object(as: type), core)
          .byLength(bins: try call.int("bins"))
      },
      FunctionSpec(
        "probes",
        "What changes of the answers do to their scores: another order, others beside them, the prompt "
          + "of another, saying it twice, saying the opposite.",
        parameters: [data], returns: "Dataset", example: "\(rows)rm.probes(rows)"
      ) { [unowned core] call in
        try ScorerProbes(call, try call.object(as: type), core).rows()
      },
    ]
  }
}

/// The pairs in which somebody was preferred, with their scores as trained.
struct ScoredPairs {
  private let pairs: [(chosen: Sample, rejected: Sample)]
  private let scores: [Double]
  private let readsTexts: Bool

  init(_ call: Call, _ object: any ScorerObject, _ core: SessionCore) throws {
    let comparisons = try ComparisonReader(object.tokenizer, call, "data")
      .comparisons(call.value("data")).filter { !$0.isTie }
    guard !comparisons.isEmpty else {
      throw TrainingError.nothing(
        trainer: call.spec.qualifiedName, what: "preference pairs",
        remedy: "label some comparisons; ties and skips say nothing of who is better")
    }
    pairs = comparisons.flatMap { comparison -> [(chosen: Sample, rejected: Sample)] in
      let answers = comparison.answers
      return answers.indices.flatMap { i in
        answers[(i + 1)...].map { (chosen: answers[i], rejected: $0) }
      }
    }
    scores = try object.scores(
      pairs.flatMap { [$0.chosen, $0.rejected] }, by: object.tokenizer, raw: true,
      owner: call.spec.qualifiedName, core)
    readsTexts = object.tokenizer == nil
  }

  /// Chosen minus rejected.
  var differences: [Double] { pairs.indices.map { scores[2 * $0] - scores[2 * $0 + 1] } }

  func mistakes() throws -> Value {
    let differences = differences
    let wrong = pairs.indices.filter { differences[$0] <= 0 }
      .sorted { (differences[$0], $0) < (differences[$1], $1) }
    return try Value(
      Dataset(
        rows: wrong.map { row in
          Row([
            (key: "row", value: .int(row)),
            (key: "prompt", value: .string(pairs[row].chosen.prompt)),
            (key: "chosen", value: .string(pairs[row].chosen.response)),
            (key: "rejected", value: .string(pairs[row].rejected.response)),
            (key: "chosen_score", value: .double(scores[2 * row])),
            (key: "rejected_score", value: .double(scores[2 * row + 1])),
            (key: "margin", value: .double(differences[row])),
          ])
        }))
  }

  func byLength(bins: Int) throws -> Value {
    func length(_ sample: Sample) -> Int {
      readsTexts ? sample.response.unicodeScalars.count : sample.responseTokens.count
    }
    let groups = LengthGroup.groups(
      lengths: pairs.map { length($0.chosen) - length($0.rejected) }, differences: differences,
      count: bins)
    return try Value(
      Dataset(
        rows: groups.map { group in
          Row([
            (key: "longer_from", value: .int(group.from)),
            (key: "longer_to", value: .int(group.to)),
            (key: "pairs", value: .int(group.accuracy.total)),
            (key: "accuracy", value: .double(group.accuracy.value)),
            (key: "low", value: .double(group.accuracy.low)),
            (key: "high", value: .double(group.accuracy.high)),
          ])
        }))
  }
}

/// What changes of answers do to their scores.
struct ScorerProbes {
  private let comparisons: [Comparison<Sample>]
  private let reader: ComparisonReader
  private let score: ([Sample]) throws -> [Double]

  init(_ call: Call, _ object: any ScorerObject, _ core: SessionCore) throws {
    reader = ComparisonReader(object.tokenizer, call, "data")
    comparisons = try reader.comparisons(call.value("data"))
    guard !comparisons.isEmpty else {
      throw TrainingError.nothing(
        trainer: call.spec.qualifiedName, what: "preference pairs",
        remedy: "label some comparisons")
    }
    score = { samples in
      try object.scores(
        samples, by: object.tokenizer, raw: true, owner: call.spec.qualifiedName, core)
    }
  }

  func rows() throws -> Value {
    let answers = comparisons.flatMap(\.answers)
    let scores = try score(answers)
    var rows = [
      row("swap", zip(scores, try score(answers.reversed()).reversed()), "0: the order is nothing"),
      row(
        "padding", zip(scores, try answers.map { try score([$0])[0] }),
        "0: what else is in a batch is nothing"),
    ]
    rows.append(try otherPrompt())
    let best = comparisons.map { $0.answers[0] }
    let bestScores = try score(best)
    for probe in TextProbe.allCases {
      let changed = try best.enumerated().compactMap { place, sample in
        try probe(sample.response).map { (place, try reader.sample(sample.prompt, $0)) }
      }
      let after = try score(changed.map(\.1))
      rows.append(
        row(
          probe.rawValue, zip(changed.map { bestScores[$0.0] }, after),
          probe == .repetition ? "below 0: twice is not better" : "not 0: the opposite was said"))
    }
    return try Value(Dataset(rows: rows))
  }

  /// Each best answer under the prompt of the next comparison that has another prompt.
  private func otherPrompt() throws -> Row {
    let best = comparisons.map { $0.answers[0] }
    let moved = try best.enumerated().compactMap { place, sample -> (Sample, Sample)? in
      let others = best[(place + 1)...] + best[..<place]
      guard let other = others.first(where: { $0.prompt != sample.prompt }) else { return nil }
      return (sample, try reader.sample(other.prompt, sample.response))
    }
    return row(
      "other prompt", zip(try score(moved.map(\.0)), try score(moved.map(\.1))),
      "below 0: it answers something else")
  }

  private func row(
    _ name: String, _ pairs: Zip2Sequence<[Double], [Double]>, _ expected: String
  ) -> Row {
    let changes = pairs.map { $1 - $0 }
    let some = !changes.isEmpty
    return Row([
      (key: "probe", value: .string(name)), (key: "answers", value: .int(changes.count)),
      (key: "mean_change", value: some ? .double(mean(changes)) : .null),
      (
        key: "share_higher",
        value: some ? .double(mean(changes.map { $0 > 0 ? 1.0 : 0 })) : .null
      ),
      (key: "largest_change", value: some ? .double(changes.map { abs($0) }.max() ?? 0) : .null),
      (key: "wanted", value: .string(expected)),
    ])
  }
}

extension ScorerMethods {
  private static let curve =
    "rm = RewardModel(\(ModelMethods.model))\nrows = [\(ComparisonReader.example)]\n"
    + "curve = rm.calibration(rows, bins: 2)\n"

  static var calibrationType: HostType {
    func number(_ name: String, _ doc: String, _ value: @escaping (Calibration) -> Double)
      -> PropertySpec
    {
      PropertySpec(name, doc, returns: "float", of: CalibrationObject.self) {
        .float(value($0.calibration))
      }
    }
    return HostType(
      CalibrationObject.typeName,
      "How often the higher score won, against the probability its lead says (Guo et al. 2017).",
      methods: [
        FunctionSpec(
          "list", "Its bins as maps {from, to, pairs, confidence, accuracy}.",
          returns: "list of map", example: "\(curve)curve.list()"
        ) { .list(try $0.object(as: CalibrationObject.self).rows) },
        FunctionSpec("plain", "As a map.", returns: "map", example: "\(curve)curve.plain()") {
          try $0.object(as: CalibrationObject.self).plain() ?? .nil
        },
      ],
      properties: [
        number("error", "The expected calibration error, 0 to 1.") { $0.error },
        number("brier", "The Brier score: mean (1 - probability of what was chosen)².") {
          $0.brier
        },
        number("loss", "The mean negative log-probability of what was chosen, in nats.") {
          $0.loss
        },
      ], example: curve + "curve")
  }
}
