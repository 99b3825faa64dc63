import RLXData
import RLXModels
import RLXScript
import RLXTraining

extension EvaluationMethods {
  private static let rows = "[{prompt: \"2 + 3 =\", answer: \"5\"}]"

  static func exactMatch(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "exact_match",
      "How often a model's answer says what the row's answer says, with \(interval). Of each text the "
        + "last number counts, after #### where that stands (GSM8K), unless a function says what.",
      parameters: [
        ParameterSpec(
          "policy", .host(ModelObject.typeName), aliases: ["model"], doc: "who answers"),
        ParameterSpec(
          "data", .oneOf([.host(DatasetObject.typeName), .list]), example: rows,
          doc: "rows {prompt, answer} or {question, answer}; {prompt, completion} too"),
        ParameterSpec(
          "answer", .function, optional: true, example: "fn(text) => text.strip()",
          doc: "what a text says, compared as it is; nil: nothing, which is wrong"),
      ] + sampling, effects: .draws, returns: "Measure",
      example: "exact_match(\(ModelMethods.model), \(rows)).rows  #> 1"
    ) { [unowned core] call in
      let policy = try call.host("policy", as: ModelObject.self)
      let (prompts, wanted) = try questions(call, policy)
      let extract = try call.isGiven("answer") ? call.function("answer") : nil
      func said(_ text: String) throws -> Value {
        guard let extract else { return lastNumber(text).map { .string($0) } ?? .nil }
        return try call.call(extract, [.string(text)])
      }
      let references = try wanted.enumerated().map { row, text -> Value in
        let value = try said(text)
        guard !value.isNil else {
          throw Fault(
            .value, "exact_match: data: the answer of row \(row) says nothing: \(brief(text))",
            remedy: extract == nil ? "answer: fn(text) => text.strip()" : nil, parameter: "data")
        }
        return value
      }
      let answers = try ModelMethods.answers(policy, to: prompts, call, core)
      let n = max(1, answers.count / max(1, prompts.count))
      var silent = 0
      let right = try answers.enumerated().map { place, answer -> Double in
        let value = try said(answer.completion.text)
        if value.isNil { silent += 1 }
        return !value.isNil && value.equals(references[place / n]) ? 1 : 0
      }
      let rows = stride(from: 0, to: right.count, by: n).map {
        RLXTraining.mean(right[$0..<$0 + n])
      }
      return .host(
        MeasureObject(
          mean(rows, core), unit: "prompt",
          facts: [
            ("right", .int(right.count { $0 == 1 })), ("without an answer", .int(silent)),
          ]))
    }
  }

  /// As in `generate`, but the likeliest token each time, and more room.
  private static var sampling: [ParameterSpec] {
    ModelMethods.sampling.map { spec in
      switch spec.name {
      case "temperature":
        ParameterSpec(
          "temperature", .number, range: .atLeast(0), default: .float(0),
          doc: "what the logits are divided by; 0: always the likeliest")
      case "max_tokens":
        ParameterSpec(
          "max_tokens", .int, range: .atLeast(0), default: .int(64),
          aliases: ["max_new_tokens", "response_length"], doc: "the most tokens of an answer")
      default: spec
      }
    }
  }

  private static func questions(_ call: Call, _ policy: ModelObject) throws
    -> (prompts: [Prompt], answers: [String])
  {
    let data: Dataset
    if case .host(let object as DatasetObject) = call.value("data") {
      data = object.dataset
    } else {
      data = try DatasetMethods.dataset(of: try call.list("data"))
    }
    func column(_ names: [String], _ what: String) throws -> String {
      if let found = names.first(where: data.columns.contains) { return found }
      throw Fault(
        .key, "exact_match: data: expected a column of \(what): \(names.joined(separator: " or "))",
        remedy: "its columns are \(data.columns.joined(separator: ", "))", parameter: "data")
    }
    let prompt = try column(["prompt", "question"], "what is asked")
    let answer = try column(["answer", "completion", "reference"], "what is right")
    let reader = TextReader(policy, call, "data")
    let asked = prompt == "prompt" ? data : try data.renaming(prompt, to: "prompt")
    let prompts = try reader.prompts(.host(DatasetObject(asked)))
    guard !prompts.isEmpty else {
      throw Fault(
        .value, "exact_match: data: expected rows, got none", remedy: rows, parameter: "data")
    }
    let answers = try (0..<data.count).map { place -> String in
      switch try data.row(place)[answer] {
      case .string(let text): return text
      case .int(let number): return String(number)
      case .double(let number): return String(number)
      case let other:
        throw data.error(
          at: place, found: "\(other?.kind ?? "nothing") in `\(answer)`",
          wanted: "a text or a number")
      }
    }
    return (prompts, answers)
  }

  private static func brief(_ text: String) -> String {
    "\"" + text.prefix(40) + (text.count > 40 ? "…" : "") + "\""
  }
}
