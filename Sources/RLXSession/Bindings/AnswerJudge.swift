import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

/// What chooses among answers to a prompt: an outcome, its process, or what most of them say.
indirect enum AnswerJudge {
  case reward(any Reward, of: String)
  case process(PRMObject, StepAggregate)
  case function(FunctionValue)
  case weighted([(judge: AnswerJudge, weight: Double)])
  /// By the share of answers that say the same; the function finds in a text what it says.
  case vote(FunctionValue?)

  static let types: ValueType = .oneOf([
    .host(RewardModelObject.typeName), .host(EnsembleObject.typeName),
    .host(FeatureModelObject.typeName), .host(PRMObject.typeName), .function, .list, .string,
  ])

  static var parameters: [ParameterSpec] {
    [
      ParameterSpec(
        "aggregate", .string, choices: StepAggregate.allCases.map(\.rawValue),
        default: .string(StepAggregate.min.rawValue),
        doc: "what a PRM's steps make of the answer: the weakest, their product, mean, or the last"),
      ParameterSpec(
        "answer", .function, optional: true, example: "fn(text) => text.strip()",
        doc: "what an answer says, for by: \"vote\"; nil: nothing; without it the text, stripped"),
    ]
  }

  /// The judge that `by` names; errors point at it.
  init(_ call: Call, policy: ModelObject, _ core: SessionCore) throws {
    self = try Self.read(call.value("by"), call, policy, core)
    guard call.isGiven("answer") else { return }
    guard case .vote = self else {
      throw Fault(
        .value, "\(call.spec.name): answer: only a vote asks what an answer says",
        remedy: "by: \"vote\"", parameter: "answer")
    }
    self = .vote(try call.function("answer"))
  }

  private static func read(
    _ value: Value, _ call: Call, _ policy: ModelObject, _ core: SessionCore
  ) throws -> AnswerJudge {
    switch value {
    case .string(let word) where word == "vote": return .vote(nil)
    case .function(let function): return .function(function)
    case .host(let object as PRMObject):
      let word = try call.string("aggregate")
      return .process(object, StepAggregate(rawValue: word) ?? .min)
    case .host(let object) where object is any ScorerObject:
      return .reward(
        try ScriptReward.of(value, policy, call, core), of: object.typeName)
    case .list(let list) where list.count > 0:
      return .weighted(
        try list.elements.map { element in
          guard case .list(let pair) = element, pair.count == 2,
            let weight = pair.elements[1].asDouble, weight.isFinite
          else { throw wrong(element, "a list of [judge, weight]", call) }
          let judge = try read(pair.elements[0], call, policy, core)
          if case .vote = judge { throw wrong(pair.elements[0], "what gives a score", call) }
          return (judge, weight)
        })
    default:
      throw wrong(
        value,
        "a RewardModel, an Ensemble, a FeatureModel, a PRM, a function of prompt and response, or \"vote\"",
        call)
    }
  }

  private static func wrong(_ value: Value, _ wanted: String, _ call: Call) -> Fault {
    Fault(
      .type, "\(call.spec.name): by: expected \(wanted), got \(value.described)",
      remedy: "by: fn(prompt, response) => response.len", parameter: "by")
  }

  /// In words, for displays.
  var words: String {
    switch self {
    case .reward(_, let name): (name == EnsembleObject.typeName ? "an " : "a ") + name
    case .process(_, let aggregate): "a PRM, \(aggregate.rawValue) of steps"
    case .function: "a function"
    case .weighted(let parts): NumberText.count(parts.count, "judge")
    case .vote: "vote"
    }
  }

  var isVote: Bool { if case .vote = self { true } else { false } }

  /// One score for each answer, higher is better; answers stand in groups of `n`.
  func scores(_ answers: [CompletionObject], n: Int, _ call: Call, _ core: SessionCore) throws
    -> [Double]
  {
    switch self {
    case .reward(let reward, _):
      let scores = try reward.scores(answers.map(\.sample))
      return try finite(scores, call)
    case .process(let object, let aggregate):
      return try object.scores(
        answers.map { ($0.prompt, $0.completion.text) }, aggregate, call.spec.name, core)
    case .function(let function):
      let scores = try answers.map { answer in
        let value = try call.call(
          function, [.string(answer.prompt), .string(answer.completion.text)])
        if let number = value.asDouble { return number }
        if let tensor = value.tensor, tensor.count == 1 { return Double(tensor.item) }
        throw Fault(
          .type,
          "\(call.spec.name): by: expected a number from the function, got \(value.described)",
          remedy: "by: fn(prompt, response) => response.len", parameter: "by")
      }
      return try finite(scores, call)
    case .weighted(let parts):
      var total = [Double](repeating: 0, count: answers.count)
      for (judge, weight) in parts {
        let scores = try judge.scores(answers, n: n, call, core)
        for (row, score) in scores.enumerated() { total[row] += weight * score }
      }
      return try finite(total, call)
    case .vote(let extract):
      let said = try answers.map { answer -> Said? in
        guard let extract else { return Said(text: answer.completion.text) }
        let value = try call.call(extract, [.string(answer.completion.text)])
        return value.isNil ? nil : try Said(value, call)
      }
      return voteShares(said, n: n)
    }
  }

  private func finite(_ scores: [Double], _ call: Call) throws -> [Double] {
    guard let bad = scores.firstIndex(where: { !$0.isFinite }) else { return scores }
    throw Fault(
      .arithmetic, "\(call.spec.name): by: the score of answer \(bad) is \(scores[bad])",
      remedy: "a judge that gives every answer a number", parameter: "by")
  }
}

/// What an answer says, as it is counted in a vote: 1 and 1.0 are the same.
private enum Said: Hashable {
  case text(Text), number(Double), bool(Bool)

  init(text: String) {
    let letters = text.unicodeScalars
    let isSpace: (Unicode.Scalar) -> Bool = { $0.properties.isWhitespace }
    let start = letters.firstIndex { !isSpace($0) } ?? letters.endIndex
    let end = letters.lastIndex { !isSpace($0) }.map { letters.index(after: $0) } ?? start
    self = .text(Text(String(letters[start..<end])))
  }

  init(_ value: Value, _ call: Call) throws {
    switch value {
    case .string(let text): self = .text(text)
    case .bool(let flag): self = .bool(flag)
    default:
      guard let number = value.asDouble else {
        throw Fault(
          .type,
          "\(call.spec.name): answer: expected a text, a number, true, false or nil from the "
            + "function, got \(value.described)",
          remedy: "answer: fn(text) => text.strip()", parameter: "answer")
      }
      self = .number(number)
    }
  }
}

extension CompletionObject {
  /// The answer as a reward sees it.
  var sample: Sample {
    Sample(
      prompt: prompt, response: completion.text, promptTokens: completion.promptTokens,
      responseTokens: completion.tokens)
  }
}
