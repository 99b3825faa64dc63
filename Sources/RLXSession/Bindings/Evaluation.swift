import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

/// Adds what says how good answers are to a session.
package func registerEvaluation(_ registry: Registry, core: SessionCore) {
  registry.add(EvaluationMethods.measureType)
  for function in [
    EvaluationMethods.winRate(core), EvaluationMethods.exactMatch(core),
    EvaluationMethods.measures(core), EvaluationMethods.bootstrap(core),
  ] {
    registry.add(function)
  }
}

enum EvaluationMethods {
  static let interval = "a 95 % bootstrap interval (BCa, 2,000 draws of rows)"

  /// The interval of a mean over rows.
  static func mean(_ values: [Double], _ core: SessionCore) -> BootstrapInterval {
    BootstrapInterval(mean: values, draw: core.nextDraw(.evaluation))
  }

  static func bootstrap(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "bootstrap",
      "The mean of some numbers, one a row, with \(interval).",
      parameters: [
        ParameterSpec(
          "values", .listOf(.number), example: "[1, 0, 1, 1]", doc: "a number for each row")
      ], effects: .draws, returns: "Measure", example: "bootstrap([1, 0, 1, 1]).value  #> 0.75"
    ) { [unowned core] call in
      let values = try call.list("values").map { $0.asDouble ?? .nan }
      guard !values.isEmpty, values.allSatisfy(\.isFinite) else {
        throw Fault(
          .value,
          values.isEmpty
            ? "bootstrap: values: expected numbers, got none"
            : "bootstrap: values: expected finite numbers, got nan or an infinity",
          remedy: "bootstrap([1, 0, 1, 1])", parameter: "values")
      }
      return .host(MeasureObject(mean(values, core), unit: "row"))
    }
  }

  static var measureType: HostType {
    func number(
      _ name: String, _ doc: String, _ returns: String, shown: String,
      _ body: @escaping (MeasureObject) -> Value
    ) -> PropertySpec {
      PropertySpec(
        name, doc, returns: returns,
        example: "bootstrap([1, 0, 1, 1]).\(name)  #> \(shown)", of: MeasureObject.self, body: body)
    }
    return HostType(
      MeasureObject.typeName, "A number measured over rows, with its interval.",
      methods: [
        FunctionSpec(
          "plain", "As a map, with everything that was counted.", returns: "map",
          example: "bootstrap([1, 0, 1, 1]).plain()"
        ) { try $0.object(as: MeasureObject.self).plain() ?? .nil }
      ],
      properties: [
        number("value", "The number.", "float", shown: "0.75") { .float($0.interval.value) },
        number(
          "low", "The interval's lower end; nil of fewer than two rows.", "float or nil",
          shown: "0.25"
        ) {
          $0.interval.low.map { .float($0) } ?? .nil
        },
        number("high", "Its upper end.", "float or nil", shown: "1.0") {
          $0.interval.high.map { .float($0) } ?? .nil
        },
        number("rows", "Of how many rows.", "int", shown: "4") { .int($0.interval.rows) },
      ], example: "bootstrap([1, 0, 1, 1])")
  }

  // MARK: What answers are like

  static func measures(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "measures",
      "What answers are like: length; repetition, the share of n-grams that came before in the answer "
        + "(seq-rep-n); distinct-1 and -2 and self-BLEU among the answers to a prompt. Each with "
        + "\(interval), where there are rows to draw.",
      parameters: [
        ParameterSpec(
          "answers", .oneOf([.host(CompletionsObject.typeName), .listOf(.string)]),
          example: "policy.generate(\"Once\", n: 4)",
          doc: "Completions, counted in tokens, or texts, counted in words"),
        ParameterSpec(
          "n", .int, range: .between(1, 64), default: .int(4), doc: "the length of the n-grams"),
      ], effects: .draws, returns: "Table",
      example: "measures([\"a b a b a b\", \"c d\"], n: 2).list()[1].value  #> 0.3"
    ) { [unowned core] call in
      let n = try call.int("n")
      let answers = try GroupedAnswers(call)
      guard !answers.groups.isEmpty else {
        throw Fault(
          .value, "measures: answers: expected answers, got none",
          remedy: "measures(policy.generate(prompts, n: 4))", parameter: "answers")
      }
      return .host(answers.table(n: n, core))
    }
  }
}

/// Answers as sequences of tokens or words, those to one prompt together.
private struct GroupedAnswers {
  var groups: [[[Int]]] = []
  var finished: [Bool]?
  let unit: String

  init(_ call: Call) throws {
    var words: [Text: Int] = [:]
    if case .host(let object as CompletionsObject) = call.value("answers") {
      unit = "tokens"
      var places: [Text: Int] = [:]
      for item in object.items {
        let place = places[Text(item.prompt)] ?? groups.count
        if place == groups.count {
          places[Text(item.prompt)] = place
          groups.append([])
        }
        groups[place].append(item.completion.tokens.map(Int.init))
      }
      finished = object.items.map { $0.completion.finish != .length }
      return
    }
    unit = "words"
    let texts = try call.list("answers").map { value -> [Int] in
      guard case .string(let text) = value else { return [] }
      return text.string.split(whereSeparator: \.isWhitespace).map { word in
        let known = words[Text(String(word))] ?? words.count
        words[Text(String(word))] = known
        return known
      }
    }
    // Texts alone have no prompts: each is a row of its own, and all are one group.
    groups = texts.isEmpty ? [] : [texts]
  }

  func table(n: Int, _ core: SessionCore) -> TableObject {
    let all = groups.flatMap(\.self)
    var rows: [[Value]] = []
    func add(_ name: String, _ values: [Double], of unit: String) {
      guard !values.isEmpty else { return }
      let found = EvaluationMethods.mean(values, core)
      rows.append([
        .string(name), .float(found.value), found.low.map { .float($0) } ?? .nil,
        found.high.map { .float($0) } ?? .nil, .string(NumberText.count(values.count, unit)),
      ])
    }
    add("length in \(unit)", all.map { Double($0.count) }, of: "answer")
    add("repetition of \(n)-grams", all.map { repetition($0, n: n) }, of: "answer")
    if let finished { add("finished", finished.map { $0 ? 1 : 0 }, of: "answer") }
    // With one answer to each prompt it is the prompts' answers that may be alike.
    let sets = groups.allSatisfy { $0.count == 1 } ? [all] : groups
    for size in [1, 2] {
      let counts = sets.map { distinct($0, n: size) }.filter { $0.all > 0 }
      add("distinct-\(size)", counts.map { Double($0.different) / Double($0.all) }, of: "set")
    }
    let alike = sets.filter { $0.count > 1 }.map { RLXTraining.mean(SelfBLEU.scores($0)) }
    add("self-BLEU", alike, of: "set")
    return TableObject(
      columns: ["measure", "value", "low", "high", "over"], rows: rows,
      title: "\(NumberText.count(all.count, "answer")), 95 % bootstrap intervals")
  }
}
