import RLXModels
import RLXScript
import RLXTraining

enum RewardModelMethods {
  private static let example = "RewardModel(\(ModelMethods.model))"
  /// Lines that make a trainer and rows for it.
  private static let setup =
    "rm = \(example)\nrows = [{prompt: \"Once\", chosen: \" upon a time\", rejected: \" more\"}]\n"

  private static var data: ParameterSpec {
    ParameterSpec(
      "data", TextReader.pairTypes, aliases: ["prefs"],
      doc: "Preferences, a Dataset of pairs, or maps {prompt, chosen, rejected}")
  }

  static func type(_ core: SessionCore) -> HostType {
    HostType(
      RewardModelObject.typeName,
      "Scores answers: a copy of a model with a number in place of the next word, trained on "
        + "preferences (Bradley-Terry).",
      constructor: constructor(core), statics: [resume(core)],
      methods: [fit(core)] + measuring(core) + [
        CheckpointMethods.save(
          RewardModelObject.self, core, doc: "Also RewardModel(…) reads it.",
          example: "\(example).save(\"my-rm\")"),
        TrainerMethods.plain(RewardModelObject.self, example),
      ],
      properties: TrainerMethods.properties(RewardModelObject.self))
  }

  private static func constructor(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      RewardModelObject.typeName,
      "A reward model with the weights of a model and a fresh head; or one that was saved.",
      parameters: [
        ParameterSpec(
          "policy", .oneOf([.host(ModelObject.typeName), .string]), aliases: ["model"],
          doc: "the model to copy, or the folder of a saved reward model")
      ] + Truncation.parameters, effects: [.draws, .reads], returns: "RewardModel",
      example: example
    ) { [unowned core] call in
      let truncation = try Truncation(call)
      guard case .string(let path) = call.value("policy") else {
        let policy = try TrainerMethods.policy(call)
        let model = try core.drawing { RewardModel(from: policy.model, draws: $0) }
        return .host(RewardModelObject(model, name: policy.name, truncation: truncation))
      }
      let model = try ModelFolder.load(
        path.string, names: ModelMethods.files + ["score.safetensors"], core, for: "RewardModel"
      ) { place in try core.drawing { try RewardModel.load(folder: place, draws: $0) } }
      return .host(
        RewardModelObject(model, name: ModelFolder.name(path.string), truncation: truncation))
    }
  }

  private static func resume(_ core: SessionCore) -> FunctionSpec {
    CheckpointMethods.resume(
      RewardModelObject.typeName, core,
      example: "\(example).save(\"my-rm\")\nRewardModel.resume(\"my-rm\")"
    ) { _, checkpoint in
      .host(
        RewardModelObject(
          try RewardModel.resume(checkpoint), name: checkpoint.model,
          truncation: Truncation(checkpoint.options)))
    }
  }

  private static func method(
    _ name: String, _ doc: String, parameters: [ParameterSpec], effects: FunctionEffects = [],
    returns: String, example: String, _ body: @escaping (RewardModelObject, Call) throws -> Value
  ) -> FunctionSpec {
    FunctionSpec(
      name, doc, parameters: parameters, effects: effects, returns: returns, example: example
    ) { call in
      try body(call.object(as: RewardModelObject.self), call)
    }
  }

  private static func fit(_ core: SessionCore) -> FunctionSpec {
    method(
      "fit", "Trains on comparisons; gives this fit's part of the log.",
      parameters: [data] + RewardModel.Settings.parameters
        + TrainingRun.parameters(held: data, samples: []),
      effects: [.mutates, .writes],
      returns: "TrainLog", example: "\(setup)rm.fit(rows, epochs: 2)"
    ) { [unowned core] object, call in
      let settings = try RewardModel.Settings().applying(call)
      let pairs = try pairs(object, call, core)
      var work = TrainingRun.Work()
      if call.isGiven("eval") {
        let held = try Self.pairs(object, call, core, from: "eval")
        work.evaluate = { try object.model.evaluate(held, report: $0) }
      }
      let run = try TrainingRun(object, call, core, work)
      let progress = TrainingProgress(
        core: core, trainer: "RewardModel", headlines: ["loss", "accuracy", "eval_accuracy"])
      let before = object.model.log.count
      try run.perform(progress.counting) { try object.model.fit(pairs, settings, report: $0) }
      return .host(TrainLogObject(object.model.log.since(before), of: object.typeName))
    }
  }

  private static func measuring(_ core: SessionCore) -> [FunctionSpec] {
    [
      method(
        "score", "The score of an answer to a prompt; higher is better.",
        parameters: [
          ParameterSpec("prompt", ModelMethods.textOrIDs, doc: "a text or ids"),
          ParameterSpec(
            "response", .oneOf([.string, .listOf(.int), .host(CompletionObject.typeName)]),
            doc: "a text that goes on from the prompt, or ids"),
        ], returns: "float", example: "rm = \(example)\nrm.score(\"Once\", \" upon a time\")"
      ) { [unowned core] object, call in
        let tokenizer = object.model.model.tokenizer
        let prompt = try TextReader(tokenizer, call, "prompt").prompt(call.value("prompt"))
        let response = try TextReader(tokenizer, call, "response")
          .response(call.value("response"), to: prompt)
        let row = try rows(
          object, [(prompt.tokens, response.tokens)], call.spec.qualifiedName, core)[0]
        return .float(Double(try object.model.score(row)))
      },
      method(
        "accuracy",
        "How many comparisons it orders as people did, with the 95 % interval of that share.",
        parameters: [data], returns: "Accuracy", example: "\(setup)rm.accuracy(rows)"
      ) { [unowned core] object, call in
        .host(AccuracyObject(try object.model.accuracy(try pairs(object, call, core))))
      },
      method(
        "evaluate",
        "The loss on comparisons that are not trained on, as eval_loss, with what the scores say; "
          + "nothing is changed.", parameters: [data], returns: "map",
        example: "\(setup)rm.evaluate(rows).len  #> 6"
      ) { [unowned core] object, call in
        defer { core.endProgress() }
        return .metrics(
          try object.model.evaluate(
            try pairs(object, call, core),
            report: TrainingProgress(core: core, trainer: "RewardModel", headlines: []).counting))
      },
      method(
        "loss", "The Bradley-Terry loss of all comparisons given, with gradients.",
        parameters: [data], returns: "tensor", example: "\(setup)rm.loss(rows).item()"
      ) { [unowned core] object, call in
        Value(try object.model.loss(try batch(object, call, core)).scalar)
      },
      method(
        "step", "One optimizer step on all comparisons given.", parameters: [data],
        effects: .mutates, returns: "map", example: "\(setup)rm.step(rows)"
      ) { [unowned core] object, call in
        let pairs = try batch(object, call, core)
        try core.point()
        return .metrics(try object.model.step(pairs))
      },
    ]
  }

  /// Prompt and answer as one row of ids each, cut to length if that was asked for.
  static func rows(
    _ object: RewardModelObject, _ answers: [(prompt: [Int32], answer: [Int32])], _ owner: String,
    _ core: SessionCore
  ) throws -> [[Int32]] {
    var cut = Truncation.Cutter(
      object.truncation, context: object.model.model.config.context,
      owner: owner)
    let rows = try answers.enumerated().map { row, given in
      let (prompt, answer) = try cut(given.prompt, given.answer, row: row)
      return prompt + answer
    }
    object.truncation.report(cut, "answer", core)
    return rows
  }

  /// A reward model reads prompt and answer as one; after a cut the two answers of a pair need not
  /// share a prompt any more, so each goes as a whole.
  private static func pairs(
    _ object: RewardModelObject, _ call: Call, _ core: SessionCore,
    from parameter: String = "data"
  ) throws -> [PreferencePair] {
    let all = try TextReader(object.model.model.tokenizer, call, parameter)
      .pairs(call.value(parameter))
    let rows = try rows(
      object, all.flatMap { [($0.prompt, $0.chosen), ($0.prompt, $0.rejected)] },
      call.spec.qualifiedName, core)
    return all.indices.map {
      PreferencePair(prompt: [], chosen: rows[2 * $0], rejected: rows[2 * $0 + 1])
    }
  }

  /// Comparisons as one batch, which must fit into memory.
  private static func batch(_ object: RewardModelObject, _ call: Call, _ core: SessionCore) throws
    -> [PreferencePair]
  {
    let pairs = try pairs(object, call, core)
    try ModelMemory(model: object.model.model, owner: call.spec.qualifiedName)
      .check(pairs, recording: true)
    return pairs
  }

  static var accuracyType: HostType {
    HostType(
      AccuracyObject.typeName,
      "The share of comparisons ordered as people did, with its 95 % interval (Wilson 1927).",
      methods: [
        FunctionSpec(
          "plain", "As a map.", returns: "map", example: "\(setup)rm.accuracy(rows).plain()"
        ) { try $0.object(as: AccuracyObject.self).plain() ?? .nil }
      ],
      properties: [
        accuracy("value", "The share.", "float") { .float($0.value) },
        accuracy("correct", "How many were ordered so.", "int") { .int($0.correct) },
        accuracy("total", "Of how many.", "int") { .int($0.total) },
        accuracy("low", "The interval's lower end.", "float") { .float($0.low) },
        accuracy("high", "Its upper end.", "float") { .float($0.high) },
      ], example: "\(setup)rm.accuracy(rows)")
  }

  private static func accuracy(
    _ name: String, _ doc: String, _ returns: String, _ body: @escaping (Accuracy) -> Value
  ) -> PropertySpec {
    PropertySpec(name, doc, returns: returns, of: AccuracyObject.self) { body($0.accuracy) }
  }
}
