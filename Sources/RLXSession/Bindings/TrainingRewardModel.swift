import RLXModels
import RLXScript
import RLXTraining

enum RewardModelMethods {
  private static let example = "RewardModel(\(ModelMethods.model))"
  /// Lines that make a trainer and rows for it.
  private static let setup =
    "rm = \(example)\nrows = [{prompt: \"Once\", chosen: \" upon a time\", rejected: \" more\"}]\n"

  static func type(_ core: SessionCore) -> HostType {
    HostType(
      RewardModelObject.typeName,
      "Scores answers: a copy of a model with a number in place of the next word, trained on "
        + "comparisons (Bradley-Terry).",
      constructor: constructor(core), statics: [resume(core)],
      methods: [fit(core)] + training(core)
        + ScorerMethods.all(RewardModelObject.self, core, "rm = \(example)\n")
        + NormalizeMethods.all(RewardModelObject.self, core, "rm = \(example)\n") + [
          CheckpointMethods.save(
            RewardModelObject.self, core,
            reads:
              "also RewardModel(…) reads it, and transformers, as sequence classification with one "
              + "label.",
            example: "\(example).save(\"my-rm\")"),
          TrainerMethods.plain(RewardModelObject.self, example),
        ],
      properties: TrainerMethods.properties(RewardModelObject.self)
        + [NormalizeMethods.property(RewardModelObject.self)])
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

  private static var heldOut: ParameterSpec {
    ParameterSpec(
      "held_out", TextReader.pairTypes, optional: true, aliases: ["eval_dataset"],
      doc:
        "comparisons that are measured and never trained on: eval_loss, eval_accuracy; the weights "
        + "that are best on them are kept")
  }

  private static func fit(_ core: SessionCore) -> FunctionSpec {
    method(
      "fit", "Trains on comparisons; gives this fit's part of the log.",
      parameters: [ScorerMethods.data, heldOut] + RewardModel.Settings.parameters
        + CheckpointMethods.parameters,
      effects: [.mutates, .writes],
      returns: "TrainLog", example: "\(setup)rm.fit(rows, epochs: 2)"
    ) { [unowned core] object, call in
      let settings = try RewardModel.Settings().applying(call)
      try PreferenceFit.check(call, settings)
      let ranked = settings.rankingLoss == .plackettLuce
      let data = try comparisons(object, call, "data", ranked: ranked, core)
      let held =
        try call.isGiven("held_out")
        ? comparisons(object, call, "held_out", ranked: ranked, core) : []
      let saving = try PeriodicSave(object, call, core)
      let progress = TrainingProgress(
        core: core, trainer: "RewardModel", headlines: ["loss", "accuracy"])
      defer { core.endProgress() }
      let result = try object.model.fit(
        data, settings, heldOut: held, report: saving.after(progress.counting))
      try saving.finish()
      PreferenceFit.tell(result, settings, object.typeName, core)
      return .host(TrainLogObject(result.log, of: object.typeName))
    }
  }

  private static func training(_ core: SessionCore) -> [FunctionSpec] {
    [
      method(
        "loss", "The loss of all comparisons given, as the last fit had it, with gradients.",
        parameters: [ScorerMethods.data], returns: "tensor",
        example: "\(setup)rm.loss(rows).item()"
      ) { [unowned core] object, call in
        Value(try object.model.loss(try batch(object, call, core)).scalar)
      },
      method(
        "step", "One optimizer step on all comparisons given.", parameters: [ScorerMethods.data],
        effects: .mutates, returns: "map", example: "\(setup)rm.step(rows)"
      ) { [unowned core] object, call in
        let batch = try batch(object, call, core)
        try core.point()
        return .metrics(try object.model.step(batch))
      },
    ]
  }

  /// A reward model reads prompt and answer as one; after a cut the answers of a comparison need not
  /// share a prompt any more, so each goes as a whole.
  private static func comparisons(
    _ object: RewardModelObject, _ call: Call, _ parameter: String, ranked: Bool,
    _ core: SessionCore
  ) throws -> [Comparison<[Int32]>] {
    let read = try ComparisonReader(object.tokenizer, call, parameter)
      .comparisons(call.value(parameter), ranked: ranked)
    var rows = try object.rows(
      read.flatMap(\.answers), by: object.tokenizer, owner: call.spec.qualifiedName, core
    ).makeIterator()
    let all = read.map { comparison in comparison.map { _ in rows.next() ?? [] } }
    try PreferenceFit.refuseEqualAnswers(all, read, call, parameter)
    return all
  }

  /// Comparisons as one batch, which must fit into memory.
  private static func batch(_ object: RewardModelObject, _ call: Call, _ core: SessionCore) throws
    -> [Comparison<[Int32]>]
  {
    let ranked = object.model.settings.rankingLoss == .plackettLuce
    let comparisons = try comparisons(object, call, "data", ranked: ranked, core)
    try ModelMemory(model: object.model.model, owner: call.spec.qualifiedName).check(
      tokens: comparisons.reduce(0) { $0 + $1.answers.reduce(0) { $0 + $1.count } },
      recording: true)
    return comparisons
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
