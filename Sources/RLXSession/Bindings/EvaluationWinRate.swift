import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

extension EvaluationMethods {
  private static let example =
    "policy = \(ModelMethods.model)\nby = fn(prompt, response) => response.len\n"

  private static func side(_ name: String, _ doc: String) -> ParameterSpec {
    ParameterSpec(
      name, .oneOf([.host(ModelObject.typeName), .host(CompletionsObject.typeName)]),
      example: "policy", doc: doc)
  }

  static func winRate(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "win_rate",
      "How often the answers of one model are better than another's to the same prompts, ties counted "
        + "half, with \(interval). A function of prompt and two answers judges both orders: if it "
        + "changes its mind with the order, that is a tie.",
      parameters: [
        side("a", "the model of interest, or its answers"),
        side("b", "the one to compare with, or its answers"),
        ParameterSpec(
          "by", .oneOf(judges), aliases: ["judge"],
          example: "fn(prompt, response) => response.len",
          doc: "what scores an answer: a RewardModel, an Ensemble, fn(prompt, response); "
            + "or fn(prompt, a, b), which gives true or 1 for a, false or 2 for b, \"tie\", or the "
            + "probability of a as a float"),
        ParameterSpec(
          "prompts", TextReader.promptTypes, optional: true, example: "[\"Once\"]",
          doc: "what models are to answer: texts or a Dataset"),
      ] + ModelMethods.sampling, effects: .draws, returns: "Measure",
      example: example + "win_rate(policy, policy, by, [\"Once\"], temperature: 0).value  #> 0.5"
    ) { [unowned core] call in
      let (a, b) = (try answers("a", call, core), try answers("b", call, core))
      guard a.map({ Text($0.prompt) }) == b.map({ Text($0.prompt) }), !a.isEmpty else {
        throw Fault(
          .value,
          "win_rate: b: expected answers to the same prompts as a's, got \(a.count) and \(b.count)"
            + (a.count == b.count ? " to others" : ""),
          remedy: "generate both from one list of prompts", parameter: "b")
      }
      let pairs = zip(a, b).map { (prompt: $0.prompt, a: $0, b: $1) }
      var wins: [Double] = []
      var changed = 0
      defer { core.endProgress() }
      if case .function(let judge) = call.value("by"), judge.parameterNames.count == 3 {
        for (place, pair) in pairs.enumerated() {
          let first = try verdict(judge, pair.prompt, pair.a, pair.b, call)
          let second = 1 - (try verdict(judge, pair.prompt, pair.b, pair.a, call))
          if (first - 0.5) * (second - 0.5) < 0 { changed += 1 }
          wins.append((first + second) / 2)
          try core.progress("win_rate", place + 1, of: pairs.count)
        }
      } else {
        let scores = try scores(a + b, call, core)
        wins = pairs.indices.map { place in
          let (first, second) = (scores[place], scores[place + pairs.count])
          return first > second ? 1 : first == second ? 0.5 : 0
        }
      }
      // Several answers to a prompt are one row: they are not independent.
      let rows = byPrompt(zip(a.map(\.prompt), wins).map { ($0, $1) })
      return .host(
        MeasureObject(
          mean(rows, core), unit: "prompt",
          facts: [
            ("wins", .int(wins.count { $0 > 0.5 })), ("ties", .int(wins.count { $0 == 0.5 })),
            ("losses", .int(wins.count { $0 < 0.5 })), ("changed by order", .int(changed)),
          ].filter { $0.0 != "changed by order" || changed > 0 }))
    }
  }

  private static var judges: [ValueType] {
    [RewardModelObject.typeName, EnsembleObject.typeName, FeatureModelObject.typeName].map {
      .host($0)
    } + [.function]
  }

  /// The mean over each prompt's values, prompts in the order they first come.
  static func byPrompt(_ values: [(prompt: String, value: Double)]) -> [Double] {
    var places: [Text: Int] = [:]
    var groups: [[Double]] = []
    for (prompt, value) in values {
      let place = places[Text(prompt)] ?? groups.count
      if place == groups.count {
        places[Text(prompt)] = place
        groups.append([])
      }
      groups[place].append(value)
    }
    return groups.map { RLXTraining.mean($0) }
  }

  private static func answers(_ side: String, _ call: Call, _ core: SessionCore) throws
    -> [CompletionObject]
  {
    if case .host(let object as CompletionsObject) = call.value(side) { return object.items }
    let model = try call.host(side, as: ModelObject.self)
    guard call.isGiven("prompts") else {
      throw Fault(
        .argument, "win_rate: prompts: expected what the model \(side) is to answer, got nothing",
        remedy: "win_rate(policy, reference, rm, prompts)", parameter: side)
    }
    let prompts = try TextReader(model, call, "prompts").prompts(call.value("prompts"))
    return try ModelMethods.answers(model, to: prompts, call, core)
  }

  private static func scores(_ answers: [CompletionObject], _ call: Call, _ core: SessionCore)
    throws -> [Double]
  {
    let found: [Double]
    switch call.value("by") {
    case .host(let object as any ScorerObject):
      // Ids count where both models share the scorer's tokenizer; texts otherwise.
      let tokenizer = answers.first?.tokenizer
      let isShared = tokenizer.map { one in answers.allSatisfy { $0.tokenizer.isSame(as: one) } }
      found = try object.scores(
        answers.map(\.sample), by: isShared == true ? tokenizer : nil, raw: false,
        owner: call.spec.qualifiedName, core)
    case .function(let function):
      found = try answers.map { answer in
        let value = try call.call(
          function, [.string(answer.prompt), .string(answer.completion.text)])
        if let number = value.asDouble { return number }
        if let tensor = value.tensor, tensor.count == 1 { return Double(tensor.item) }
        throw Fault(
          .type, "win_rate: by: expected a number from the function, got \(value.described)",
          remedy: "by: fn(prompt, response) => response.len", parameter: "by")
      }
    default: throw call.wrong("by", "a RewardModel or a function")
    }
    guard let bad = found.firstIndex(where: { $0.isNaN }) else { return found }
    throw Fault(
      .arithmetic, "win_rate: by: the score of answer \(bad) is nan", parameter: "by")
  }

  /// The probability that the first of two answers is the better one.
  private static func verdict(
    _ judge: FunctionValue, _ prompt: String, _ a: CompletionObject, _ b: CompletionObject,
    _ call: Call
  ) throws -> Double {
    let said = try call.call(
      judge, [.string(prompt), .string(a.completion.text), .string(b.completion.text)])
    switch said {
    case .bool(true), .int(1): return 1
    case .bool(false), .int(2): return 0
    case .nil: return 0.5
    case .string(let word) where word == "tie": return 0.5
    case .float(let share) where (0...1).contains(share): return share
    default:
      throw Fault(
        .value,
        "win_rate: by: expected true or 1, false or 2, \"tie\", nil, or a float between 0 and 1 from "
          + "the function, got \(said.described)",
        remedy: "by: fn(prompt, a, b) => a.len > b.len", parameter: "by")
    }
  }
}
