import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

enum SFTMethods {
  private static let example = "SFT(\(ModelMethods.model), learning_rate: 1e-4)"
  /// Lines that make a trainer and rows for it.
  private static let setup =
    "sft = \(example)\nrows = [{prompt: \"Once\", completion: \" upon a time.\"}]\n"

  private static var data: ParameterSpec {
    ParameterSpec(
      "data", TextReader.exampleTypes,
      doc: "a Dataset, Preferences (their chosen answers), or texts or maps {prompt, completion}")
  }

  static func type(_ core: SessionCore) -> HostType {
    HostType(
      SFTObject.typeName,
      "Supervised fine-tuning: makes given completions likelier. The loss is the mean over the "
        + "completions' tokens.",
      constructor: constructor(core), statics: [resume(core)],
      methods: methods(core) + [
        boundary(setup),
        CheckpointMethods.save(SFTObject.self, core, example: "\(example).save(\"my-sft\")"),
        TrainerMethods.plain(SFTObject.self, example),
      ],
      properties: TrainerMethods.properties(SFTObject.self) + [
        PropertySpec("policy", "The model it trains.", returns: "Model", of: SFTObject.self) {
          .host($0.policy)
        }
      ])
  }

  private static func constructor(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      SFTObject.typeName, "A supervised trainer of a model.",
      parameters: [TrainerMethods.policy] + SFT.Settings.parameters + Truncation.parameters,
      effects: .draws, returns: "SFT", example: example
    ) { [unowned core] call in
      let policy = try TrainerMethods.policy(call)
      let settings = try SFT.Settings().applying(call)
      try settings.check()
      let trainer = try core.drawing { try SFT(policy.model, settings, draws: $0) }
      return .host(SFTObject(trainer, policy: policy, truncation: try Truncation(call)))
    }
  }

  private static func resume(_ core: SessionCore) -> FunctionSpec {
    CheckpointMethods.resume(
      SFTObject.typeName, core, example: "\(example).save(\"my-sft\")\nSFT.resume(\"my-sft\")"
    ) { _, checkpoint in
      let policy = ModelObject(try checkpoint.loadModel(), name: checkpoint.model)
      return .host(
        SFTObject(
          try SFT.resume(checkpoint, policy.model), policy: policy,
          truncation: Truncation(checkpoint.options)))
    }
  }

  private static func method(
    _ name: String, _ doc: String, parameters: [ParameterSpec], effects: FunctionEffects = [],
    returns: String, example: String, _ body: @escaping (SFTObject, Call) throws -> Value
  ) -> FunctionSpec {
    FunctionSpec(
      name, doc, parameters: parameters, effects: effects, returns: returns, example: example
    ) { call in
      try body(call.object(as: SFTObject.self), call)
    }
  }

  private static func methods(_ core: SessionCore) -> [FunctionSpec] {
    [
      method(
        "run", "Trains over the data in seeded passes; by steps, or by epochs.",
        parameters: [data, TrainerMethods.steps, TrainerMethods.epochs]
          + TrainingRun.parameters(
            held: data, samples: TrainingRun.samples + [TrainingRun.sampleTokens]),
        effects: [.mutates, .writes],
        returns: "TrainLog", example: "\(setup)sft.run(rows, steps: 2)"
      ) { [unowned core] object, call in
        let settings = object.trainer.settings
        let examples = try examples(
          object, call, core, whole: settings.packing && settings.packingStrategy == .wrapped)
        var work = TrainingRun.Work()
        if call.isGiven("eval") {
          let held = try TrainingRun.require(
            try Self.examples(object, call, core, from: "eval"), "eval", call)
          work.evaluate = { try object.trainer.evaluate(held, report: $0) }
        }
        work.sample = try TrainingRun.sampling(
          object, object.policy.model, call,
          GenerationSettings(maxTokens: try call.int("sample_tokens")))
        let run = try TrainingRun(object, call, core, work)
        let progress = TrainingProgress(
          core: core, trainer: "SFT", headlines: ["loss", "eval_loss"])
        core.touch(object.policy)
        try run.perform(progress.counting) { report in
          try object.trainer.run(
            examples, steps: try TrainerMethods.optionalInt(call, "steps"),
            epochs: try TrainerMethods.optionalInt(call, "epochs"),
            blockLength: object.truncation.maxLength, report: report)
        }
        return .host(object.logObject)
      },
      method(
        "evaluate",
        "The loss on data that are not trained on, as eval_loss, with accuracy and entropy; nothing is "
          + "changed.", parameters: [data], returns: "map",
        example: "\(setup)sft.evaluate(rows).len  #> 3"
      ) { [unowned core] object, call in
        defer { core.endProgress() }
        return .metrics(
          try object.trainer.evaluate(
            try examples(object, call, core),
            report: TrainingProgress(core: core, trainer: "SFT", headlines: []).counting))
      },
      method(
        "step", "One optimizer step on all of the data given.", parameters: [data],
        effects: .mutates, returns: "map", example: "\(setup)sft.step(rows)"
      ) { [unowned core] object, call in
        let examples = try batch(object, call, core)
        core.touch(object.policy)
        try core.point()
        return .metrics(try object.trainer.step(examples))
      },
      method(
        "loss", "The loss of all of the data given, with gradients; nothing is changed.",
        parameters: [data], returns: "tensor", example: "\(setup)sft.loss(rows).item()"
      ) { [unowned core] object, call in
        Value(try object.trainer.loss(try batch(object, call, core)).scalar)
      },
    ]
  }

  /// The data as one batch, which must fit into memory.
  private static func batch(_ object: SFTObject, _ call: Call, _ core: SessionCore) throws
    -> [SFT.Example]
  {
    let examples = try examples(object, call, core)
    try ModelMemory(model: object.policy.model, owner: call.spec.qualifiedName).check(
      tokens: examples.reduce(0) { $0 + $1.prompt.count + $1.completion.count }, recording: true)
    return examples
  }

  /// The data as ids, cut to length if that was asked for; `whole` where packing cuts them anyway.
  static func examples(
    _ object: SFTObject, _ call: Call, _ core: SessionCore, from parameter: String = "data",
    whole: Bool = false
  ) throws -> [SFT.Example] {
    let model = object.policy.model
    let all = try TextReader(model.tokenizer, call, parameter)
      .examples(call.value(parameter))
    if whole { return all }
    var cut = Truncation.Cutter(
      object.truncation, context: model.config.context,
      reserve: object.trainer.settings.appendEos ? 1 : 0, owner: call.spec.qualifiedName)
    let kept = try all.enumerated().map { row, example in
      let (prompt, answer) = try cut(example.prompt, example.completion, row: row)
      return SFT.Example(prompt: prompt, completion: answer, isWhole: example.isWhole)
    }
    object.truncation.report(cut, "row", core)
    return kept
  }
}

extension Tensor {
  /// A tensor of one number as a scalar.
  var scalar: Tensor { rank == 0 ? self : reshape([]) }
}
