import RLXModels
import RLXScript
import RLXTraining

/// What steps take, counted from shapes before anything runs.
enum CostFunctions {
  private static let example =
    "policy = \(ModelMethods.model)\nppo = PPO(policy, reward: fn(p, r) => r.len)\n"

  static let trainerTypes: ValueType = .oneOf(
    [
      SFTObject.typeName, RewardModelObject.typeName, PRMObject.typeName, DPOObject.typeName,
      PPOObject.typeName,
    ].map { .host($0) })

  private static var sizes: [ParameterSpec] {
    [
      ParameterSpec(
        "prompt_tokens", .int, range: .between(1, 1e9), optional: true, example: "32",
        usual: "16 to 512", unit: "tokens", doc: "the length of a prompt; 32 if nothing says it"),
      ParameterSpec(
        "answer_tokens", .int, range: .between(1, 1e9), optional: true, example: "32",
        usual: "16 to 512", unit: "tokens",
        doc: "the length of an answer; without it PPO's max_tokens, else 32"),
      ParameterSpec(
        "rows", .int, range: .between(1, 1e6), optional: true, example: "8", usual: "8 to 128",
        unit: "rows", doc: "rows of a step; without it each trainer's batch_size"),
    ]
  }

  // MARK: cost

  static func cost(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "cost",
      "What a step of each trainer takes, from shapes: passes, tokens, operations, memory, and the "
        + "operations of a row beside SFT's on the same model. Runs nothing.",
      parameters: [
        ParameterSpec(
          "trainers", .oneOf([trainerTypes, .list]), example: "[sft, rm, ppo]",
          doc: "a trainer or a list of them")
      ] + sizes, returns: "Table",
      example: example + "cost([SFT(policy), ppo]).len  #> 2"
    ) { call in
      let trainers = try trainers(call)
      let size = try size(call, trainers)
      let rows = try call.isGiven("rows") ? call.int("rows") : nil
      let lines = try trainers.map { trainer -> [Value] in
        try check(trainer, size, call)
        let cost = trainer.cost(size, rows: rows)
        return [
          .string(trainer.name), .int(cost.rows), .string(words(cost.passes)),
          .float(cost.tokens), .float(cost.operations), .float(cost.ratio), .float(cost.memory),
        ]
      }
      return .host(
        TableObject(
          columns: ["trainer", "rows", "passes", "tokens", "operations", "× SFT", "bytes"],
          rows: lines,
          title: "one step on prompts of \(size.prompt) and answers of \(size.response) tokens"))
    }
  }

  /// "policy: generate, read, train ×4; reference: read; reward: read".
  private static func words(_ passes: [ModelPass]) -> String {
    var models: [(name: String, passes: [String])] = []
    for pass in passes {
      let times = pass.times * pass.sequences
      let text = pass.work.rawValue + (times > 1 ? " ×\(times)" : "")
      if let place = models.firstIndex(where: { $0.name == pass.model }) {
        models[place].passes.append(text)
      } else {
        models.append((pass.model, [text]))
      }
    }
    return models.map { "\($0.name): \($0.passes.joined(separator: ", "))" }.joined(separator: "; ")
  }

  // MARK: plan

  static func plan(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "plan",
      "What a run of a trainer will take, before it begins: steps, tokens, operations, memory. An "
        + "estimate of the time, by a short measurement on a copy, is shown on standard error.",
      parameters: [
        ParameterSpec("trainer", trainerTypes, example: "ppo", doc: "the trainer that is to run"),
        ParameterSpec(
          "steps", .int, range: .between(1, 1e9), example: "100", usual: "10 to 10000",
          unit: "steps", doc: "how many steps"),
      ] + sizes + [
        ParameterSpec(
          "measure", .bool, default: .bool(true),
          doc: "whether to measure how long a few rows take on this machine")
      ], returns: "Table",
      example: example + "plan(ppo, steps: 100, rows: 4, measure: false).len  #> 6"
    ) { [unowned core] call in
      guard let trainer = PlannedObject(call.value("trainer")) else {
        throw call.wrong("trainer", trainerTypes.description)
      }
      let size = try size(call, [trainer])
      try check(trainer, size, call)
      let cost = trainer.cost(size, rows: try call.isGiven("rows") ? call.int("rows") : nil)
      let steps = try call.int("steps")
      if try call.bool("measure"), !core.isMuted {
        let speed = try StepSpeed(trainer, size)
        let seconds = speed.seconds(cost, size)
        core.note(
          "plan: about \(DurationText.of(seconds * Double(steps))) on this machine, "
            + "\(DurationText.of(seconds)) a step")
      }
      let quantities: [(String, Value)] = [
        ("steps", .int(steps)), ("rows a step", .int(cost.rows)),
        ("tokens", .float(cost.tokens * Double(steps))),
        ("operations a step", .float(cost.operations)),
        ("operations", .float(cost.operations * Double(steps))),
        ("bytes at the peak, about", .float(cost.memory)),
      ]
      return .host(
        TableObject(
          columns: ["quantity", "value"], rows: quantities.map { [.string($0.0), $0.1] },
          title: "\(trainer.name), \(NumberText.count(steps, "step")) on prompts of \(size.prompt) "
            + "and answers of \(size.response) tokens"))
    }
  }

  // MARK: Arguments

  private static func trainers(_ call: Call) throws -> [PlannedObject] {
    let value = call.value("trainers")
    let values = try value.asElements() ?? [value]
    guard !values.isEmpty else {
      throw Fault(
        .value, "cost: trainers: expected at least one trainer, got none",
        remedy: "cost([SFT(policy), DPO(policy)])", parameter: "trainers")
    }
    return try values.map { value in
      guard let trainer = PlannedObject(value) else {
        throw Fault(
          .type, "cost: trainers: expected \(trainerTypes.description), got \(value.described)",
          remedy: "cost([SFT(policy), DPO(policy)])", parameter: "trainers")
      }
      return trainer
    }
  }

  private static func size(_ call: Call, _ trainers: [PlannedObject]) throws -> RowSize {
    let answer =
      try call.isGiven("answer_tokens")
      ? call.int("answer_tokens") : trainers.compactMap(\.answerLength).max() ?? usualLength
    return RowSize(
      prompt: try call.isGiven("prompt_tokens") ? call.int("prompt_tokens") : usualLength,
      response: answer)
  }

  private static let usualLength = 32

  /// A row must fit into what the model reads.
  private static func check(_ trainer: PlannedObject, _ size: RowSize, _ call: Call) throws {
    let context = trainer.trainer.trainedModel.config.context
    guard size.prompt > context - size.response else { return }
    throw Fault(
      .value,
      "\(call.spec.name): a prompt of \(size.prompt) and an answer of \(size.response) tokens are "
        + "longer than the \(context) that the model of \(trainer.name) reads",
      remedy: "prompt_tokens: \(max(1, context / 2)), answer_tokens: \(max(1, context / 2))")
  }
}
