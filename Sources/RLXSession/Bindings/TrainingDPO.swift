import RLXModels
import RLXScript
import RLXTraining

enum DPOMethods {
  private static let example = "DPO(\(ModelMethods.model), beta: 0.1)"
  /// Lines that make a trainer and rows for it.
  private static let setup =
    "dpo = \(example)\nrows = [{prompt: \"Once\", chosen: \" upon a time\", rejected: \" more\"}]\n"

  private static var data: ParameterSpec {
    ParameterSpec(
      "data", TextReader.pairTypes, aliases: ["pairs"],
      doc: "Preferences, a Dataset of pairs, or maps {prompt, chosen, rejected}")
  }

  static func type(_ core: SessionCore) -> HostType {
    HostType(
      DPOObject.typeName,
      "Direct preference optimisation: learns from comparisons without a reward model (Rafailov et "
        + "al. 2023).",
      constructor: constructor(core), statics: [resume(core)],
      methods: methods(core) + [
        CheckpointMethods.save(DPOObject.self, core, example: "\(example).save(\"my-dpo\")"),
        TrainerMethods.plain(DPOObject.self, example),
      ],
      properties: TrainerMethods.properties(DPOObject.self) + [
        PropertySpec("policy", "The model it trains.", returns: "Model", of: DPOObject.self) {
          .host($0.policy)
        },
        PropertySpec(
          "reference", "The model it stays near.", returns: "Model", of: DPOObject.self
        ) {
          .host($0.reference.object)
        },
      ])
  }

  private static func constructor(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      DPOObject.typeName, "A DPO trainer of a model.",
      parameters: [TrainerMethods.policy, TrainerMethods.reference] + DPO.Settings.parameters,
      effects: .draws, returns: "DPO", example: example
    ) { [unowned core] call in
      let policy = try TrainerMethods.policy(call)
      let reference = try TrainerMethods.reference(call, for: policy)
      let settings = try DPO.Settings().applying(call)
      let trainer = try core.drawing {
        try DPO(
          policy: policy.model, reference: reference?.model, settings: settings, draws: $0)
      }
      return .host(DPOObject(trainer, policy: policy, reference: reference))
    }
  }

  private static func resume(_ core: SessionCore) -> FunctionSpec {
    CheckpointMethods.resume(
      DPOObject.typeName, core, parameters: [CheckpointMethods.reference],
      example: "\(example).save(\"my-dpo\")\nDPO.resume(\"my-dpo\")"
    ) { call, checkpoint in
      let policy = ModelObject(try checkpoint.loadModel(), name: checkpoint.model)
      let reference = try TrainerMethods.reference(call, for: policy)
      let trainer = try DPO.resume(checkpoint, policy.model, reference: reference?.model)
      return .host(DPOObject(trainer, policy: policy, reference: reference))
    }
  }

  private static func method(
    _ name: String, _ doc: String, parameters: [ParameterSpec], effects: FunctionEffects = [],
    returns: String, example: String, _ body: @escaping (DPOObject, Call) throws -> Value
  ) -> FunctionSpec {
    FunctionSpec(
      name, doc, parameters: parameters, effects: effects, returns: returns, example: example
    ) { call in
      try body(call.object(as: DPOObject.self), call)
    }
  }

  private static func methods(_ core: SessionCore) -> [FunctionSpec] {
    [
      method(
        "loss", "The mean loss of the pairs, with gradients; nothing is changed.",
        parameters: [data], returns: "tensor", example: "\(setup)dpo.loss(rows).item()"
      ) { object, call in
        Value(try object.trainer.loss(try batch(object, call)).scalar)
      },
      method(
        "step", "One optimizer step on all pairs given.", parameters: [data], effects: .mutates,
        returns: "map", example: "\(setup)dpo.step(rows)"
      ) { [unowned core] object, call in
        let pairs = try batch(object, call)
        core.touch(object.policy)
        try core.point()
        return .metrics(try object.trainer.step(pairs))
      },
      method(
        "run", "Trains over the pairs in seeded passes; by steps, or by epochs.",
        parameters: [data, TrainerMethods.steps, TrainerMethods.epochs]
          + TrainingRun.parameters(
            held: data, samples: TrainingRun.samples + [TrainingRun.sampleTokens]),
        effects: [.mutates, .writes],
        returns: "TrainLog", example: "\(setup)dpo.run(rows, steps: 2)"
      ) { [unowned core] object, call in
        let pairs = try pairs(object, call)
        var work = TrainingRun.Work()
        if call.isGiven("eval") {
          let held = try TrainingRun.require(
            try Self.pairs(object, call, from: "eval"), "eval", call)
          work.evaluate = { try object.trainer.evaluate(held, report: $0) }
        }
        work.sample = try TrainingRun.sampling(
          object, object.policy.model, call,
          GenerationSettings(maxTokens: try call.int("sample_tokens")))
        let run = try TrainingRun(object, call, core, work)
        let progress = TrainingProgress(
          core: core, trainer: "DPO", headlines: ["loss", "rewards/accuracies", "eval_loss"])
        core.touch(object.policy)
        try run.perform(progress.counting) { report in
          try object.trainer.run(
            pairs, steps: try TrainerMethods.optionalInt(call, "steps"),
            epochs: try TrainerMethods.optionalInt(call, "epochs"), report: report)
        }
        return .host(object.logObject)
      },
      method(
        "evaluate",
        "The loss on pairs that are not trained on, as eval_loss, with the implicit rewards; nothing is "
          + "changed.", parameters: [data], returns: "map",
        example: "\(setup)round(dpo.evaluate(rows).eval_loss, 6)  #> 0.693147"
      ) { [unowned core] object, call in
        defer { core.endProgress() }
        return .metrics(
          try object.trainer.evaluate(
            try pairs(object, call),
            report: TrainingProgress(core: core, trainer: "DPO", headlines: []).counting))
      },
    ]
  }

  /// Pairs as one batch, which must fit into memory.
  private static func batch(_ object: DPOObject, _ call: Call) throws -> [PreferencePair] {
    let pairs = try pairs(object, call)
    try ModelMemory(model: object.policy.model, owner: call.spec.qualifiedName)
      .check(pairs, recording: true)
    return pairs
  }

  /// Rows longer than the model reads are an error that names the row.
  static func pairs(
    _ object: DPOObject, _ call: Call, from parameter: String = "data"
  ) throws -> [PreferencePair] {
    let model = object.policy.model
    let pairs = try TextReader(model.tokenizer, call, parameter).pairs(call.value(parameter))
    var check = Truncation.Cutter(
      Truncation(), context: model.config.context, owner: call.spec.qualifiedName)
    for (row, pair) in pairs.enumerated() {
      _ = try check(pair.prompt, pair.chosen, row: row)
      _ = try check(pair.prompt, pair.rejected, row: row)
    }
    return pairs
  }
}
