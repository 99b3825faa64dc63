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
      constructor: constructor(core), statics: [resume(core), FeatureModelMethods.make(core)],
      methods: [
        fit(core),
        WarmupMethods.warmup(
          RewardModelObject.self, core, "rm = \(example)\n", spoil: TextCorruption.allCases),
        FittedMethods.evaluate(RewardModelObject.self, core, "rm = \(example)\n"),
      ] + training(core)
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
          doc: "the model to copy, or the folder or hub name of a saved reward model")
      ] + Truncation.parameters + HubChoice.parameters, effects: [.draws, .reads],
      returns: "RewardModel",
      example: example
    ) { [unowned core] call in
      let truncation = try Truncation(call)
      guard case .string(let path) = call.value("policy") else {
        let policy = try TrainerMethods.policy(call)
        let model = try core.drawing { RewardModel(from: policy.model, draws: $0) }
        return .host(RewardModelObject(model, name: policy.name, truncation: truncation))
      }
      let model = try ModelFolder.load(
        path.string, names: ModelMethods.files + ["score.safetensors"], core, for: "RewardModel",
        hub: HubChoice(call)
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
      "fit",
      "Trains on comparisons; gives this fit's part of the log. With eval it ends with the weights that "
        + "were best there.",
      parameters: [ScorerMethods.data] + RewardModel.Settings.parameters
        + TrainingRun.parameters(held: ScorerMethods.data, samples: []),
      effects: [.mutates, .writes],
      returns: "TrainLog", example: "\(setup)rm.fit(rows, epochs: 2)"
    ) { [unowned core] object, call in
      let settings = try RewardModel.Settings().applying(call)
      try PreferenceFit.check(call, settings)
      let ranked = settings.rankingLoss == .plackettLuce
      let data = try object.comparisons(call, "data", ranked: ranked, core)
      var work = TrainingRun.Work()
      var watch: HeldOutWatch?
      if call.isGiven("eval") {
        let held = try TrainingRun.require(
          object.comparisons(call, "eval", ranked: ranked, core), "eval", call)
        watch = PreferenceFit.watch(held, object.model, settings, &work)
      }
      let run = try TrainingRun(object, call, core, work)
      let progress = TrainingProgress(
        core: core, trainer: "RewardModel", headlines: ["loss", "accuracy", "eval_accuracy"])
      let before = object.model.log.count
      try run.perform(progress.counting) { try object.model.fit(data, settings, report: $0) }
      if let watch { PreferenceFit.tell(watch, settings, object, core) }
      return .host(TrainLogObject(object.model.log.since(before), of: object.typeName))
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

  /// Comparisons as one batch, which must fit into memory.
  private static func batch(_ object: RewardModelObject, _ call: Call, _ core: SessionCore) throws
    -> [Comparison<[Int32]>]
  {
    let ranked = object.model.settings.rankingLoss == .plackettLuce
    let comparisons = try object.comparisons(call, "data", ranked: ranked, core)
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
