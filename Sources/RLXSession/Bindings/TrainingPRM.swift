import RLXModels
import RLXScript
import RLXTraining

enum PRMMethods {
  static let example = "PRM(\(ModelMethods.model))"
  /// Lines that make a trainer and rows for it.
  private static let setup =
    "prm = \(example)\n"
    + "rows = [{prompt: \"1 + 1\", completions: [\"1, 2\", \"so 3\"], labels: [true, false]}]\n"

  private static var data: ParameterSpec {
    ParameterSpec(
      "data", TextReader.stepTypes,
      doc: "a Dataset of labelled steps, or maps {prompt, completions, labels}")
  }

  static func type(_ core: SessionCore) -> HostType {
    HostType(
      PRMObject.typeName,
      "Judges each step of an answer: a copy of a model with two classes, wrong and right, trained "
        + "on labelled steps (Uesato et al. 2022).",
      constructor: constructor(core), statics: [resume(core)],
      methods: training(core) + judging(core) + [
        CheckpointMethods.save(
          PRMObject.self, core,
          reads: "also PRM(…) reads it, and transformers, as token classification.",
          example: "\(example).save(\"my-rm\")"),
        TrainerMethods.plain(PRMObject.self, example),
      ],
      properties: TrainerMethods.properties(PRMObject.self))
  }

  private static func constructor(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      PRMObject.typeName,
      "A process reward model with the weights of a model and a fresh head; or one that was saved.",
      parameters: [
        ParameterSpec(
          "policy", .oneOf([.host(ModelObject.typeName), .string]), aliases: ["model"],
          doc: "the model to copy, or the folder of a saved process reward model")
      ] + PRM.Settings.parameters + Truncation.parameters, effects: [.draws, .reads],
      returns: "PRM", example: example
    ) { [unowned core] call in
      let truncation = try Truncation(call)
      let settings = try PRM.Settings().applying(call)
      guard case .string(let path) = call.value("policy") else {
        let policy = try TrainerMethods.policy(call)
        let trainer = try core.drawing {
          try PRM(from: policy.model, settings: settings, draws: $0)
        }
        return .host(PRMObject(trainer, name: policy.name, truncation: truncation))
      }
      let trainer = try ModelFolder.load(
        path.string, names: ModelMethods.files, core, for: PRMObject.typeName
      ) { place in
        try core.drawing { try PRM.load(folder: place, settings: settings, draws: $0) }
      }
      return .host(PRMObject(trainer, name: ModelFolder.name(path.string), truncation: truncation))
    }
  }

  private static func resume(_ core: SessionCore) -> FunctionSpec {
    CheckpointMethods.resume(
      PRMObject.typeName, core, example: "\(example).save(\"my-rm\")\nPRM.resume(\"my-rm\")"
    ) { _, checkpoint in
      .host(
        PRMObject(
          try PRM.resume(checkpoint), name: checkpoint.model,
          truncation: Truncation(checkpoint.options)))
    }
  }

  private static func method(
    _ name: String, _ doc: String, parameters: [ParameterSpec], effects: FunctionEffects = [],
    returns: String, example: String, _ body: @escaping (PRMObject, Call) throws -> Value
  ) -> FunctionSpec {
    FunctionSpec(
      name, doc, parameters: parameters, effects: effects, returns: returns, example: example
    ) { call in
      try body(call.object(as: PRMObject.self), call)
    }
  }

  private static func training(_ core: SessionCore) -> [FunctionSpec] {
    [
      method(
        "run", "Trains over the rows in seeded passes; by steps, or by epochs.",
        parameters: [data, TrainerMethods.steps, TrainerMethods.epochs]
          + TrainingRun.parameters(held: data, samples: []), effects: [.mutates, .writes],
        returns: "TrainLog", example: "\(setup)prm.run(rows, steps: 2)"
      ) { [unowned core] object, call in
        let rows = try rows(object, call, core, training: true)
        var work = TrainingRun.Work()
        if call.isGiven("eval") {
          let held = try Self.rows(object, call, core, from: "eval", training: false)
          work.evaluate = { try object.trainer.evaluate(held, report: $0) }
        }
        warnOfOneSide(rows, call, core)
        let run = try TrainingRun(object, call, core, work)
        let progress = TrainingProgress(
          core: core, trainer: PRMObject.typeName,
          headlines: ["loss", "accuracy", "eval_accuracy"])
        try run.perform(progress.counting) { report in
          try object.trainer.run(
            rows, steps: try TrainerMethods.optionalInt(call, "steps"),
            epochs: try TrainerMethods.optionalInt(call, "epochs"), report: report)
        }
        return .host(object.logObject)
      },
      method(
        "step", "One optimizer step on all rows given.", parameters: [data], effects: .mutates,
        returns: "map", example: "\(setup)prm.step(rows)"
      ) { [unowned core] object, call in
        let rows = try batch(object, call, core)
        try core.point()
        return .metrics(try object.trainer.step(rows))
      },
      method(
        "loss", "The mean cross-entropy of the rows' steps, with gradients; nothing is changed.",
        parameters: [data], returns: "tensor", example: "\(setup)prm.loss(rows).item()"
      ) { [unowned core] object, call in
        Value(try object.trainer.loss(try batch(object, call, core)).scalar)
      },
    ]
  }

  private static func judging(_ core: SessionCore) -> [FunctionSpec] {
    [
      method(
        "score", "The probability that each step of an answer is right.",
        parameters: [
          ParameterSpec("prompt", .oneOf([.string, .listOf(.int)]), doc: "a text or ids"),
          ParameterSpec(
            "steps", .oneOf([.string, .listOf(.string), .host(CompletionObject.typeName)]),
            example: "[\"2 + 2 = 4\", \"so 4\"]",
            doc: "the steps; or an answer, which step_separator cuts into them"),
        ], returns: "StepScores",
        example: "prm = \(example)\nprm.score(\"1 + 1\", [\"2\", \"so 3\"])"
      ) { [unowned core] object, call in
        let (example, steps) = try example(object, call)
        let rows = try object.rows([example], call.spec.qualifiedName, core)
        guard rows[0].places.count == steps.count else {
          throw Fault(
            .value,
            "PRM.score: only \(rows[0].places.count) of \(steps.count) steps fit into max_length",
            remedy: "a larger max_length, or fewer steps", parameter: "steps")
        }
        let scores = try object.trainer.probabilities(rows)[0]
        return .host(StepScoresObject(steps: steps, scores: scores))
      },
      method(
        "accuracy",
        "How many steps it judges as people did, with the 95 % interval of that share.",
        parameters: [data], returns: "Accuracy", example: "\(setup)prm.accuracy(rows)"
      ) { [unowned core] object, call in
        let rows = try rows(object, call, core, training: false)
        try core.point()
        return .host(AccuracyObject(try object.trainer.accuracy(rows)))
      },
      method(
        "evaluate",
        "The loss on steps that are not trained on, as eval_loss, and the share judged as labelled; "
          + "nothing is changed.", parameters: [data], returns: "map",
        example: "\(setup)prm.evaluate(rows).len  #> 2"
      ) { [unowned core] object, call in
        defer { core.endProgress() }
        return .metrics(
          try object.trainer.evaluate(
            try rows(object, call, core, training: false),
            report: TrainingProgress(
              core: core, trainer: PRMObject.typeName, headlines: []
            ).counting))
      },
    ]
  }

  /// Says so where every step is labelled alike: judging all so is then all there is to learn.
  private static func warnOfOneSide(_ rows: [PRM.Row], _ call: Call, _ core: SessionCore) {
    let labels = rows.flatMap(\.labels)
    guard labels.count > 1, let first = labels.first, labels.allSatisfy({ $0 == first }) else {
      return
    }
    core.warn(
      "\(call.spec.qualifiedName): all \(labels.count) steps are labelled \(first): "
        + "all that can be learned from them is to judge every step so")
  }

  /// A prompt and the steps to be judged, and these as texts.
  private static func example(_ object: PRMObject, _ call: Call) throws -> (PRM.Example, [String]) {
    let reader = StepReader(object.trainer, call, "prompt")
    let prompt = try reader.prompt(call.value("prompt"))
    let steps: [String]
    switch call.value("steps") {
    case .string(let text): steps = object.trainer.steps(of: text.string)
    case .host(let answer as CompletionObject):
      steps = object.trainer.steps(of: answer.completion.text)
    default:
      steps = try call.list("steps").compactMap {
        if case .string(let text) = $0 { text.string } else { nil }
      }
    }
    guard !steps.isEmpty else {
      throw Fault(
        .value, "PRM.score: steps: expected at least one step, got none",
        remedy: "prm.score(\"1 + 1\", [\"1 + 1 = 2\"])", parameter: "steps")
    }
    return (PRM.Example(prompt: prompt, steps: steps.map(object.trainer.step)), steps)
  }

  static func rows(
    _ object: PRMObject, _ call: Call, _ core: SessionCore, from parameter: String = "data",
    training: Bool
  ) throws -> [PRM.Row] {
    let examples = try StepReader(object.trainer, call, parameter)
      .examples(call.value(parameter))
    return try object.rows(examples, training: training, call.spec.qualifiedName, core)
  }

  /// Rows as one batch, which must fit into memory.
  private static func batch(_ object: PRMObject, _ call: Call, _ core: SessionCore) throws
    -> [PRM.Row]
  {
    let rows = try rows(object, call, core, training: true)
    try ModelMemory(model: object.trainer.model, owner: call.spec.qualifiedName)
      .check(tokens: rows.reduce(0) { $0 + $1.tokens.count }, recording: true)
    return rows
  }

  static var scoresType: HostType {
    let scores = "prm = \(example)\nprm.score(\"1 + 1\", [\"2\", \"so 3\"])"
    func property(
      _ name: String, _ doc: String, _ returns: String,
      _ body: @escaping (StepScoresObject) -> Value
    ) -> PropertySpec {
      PropertySpec(name, doc, returns: returns, of: StepScoresObject.self, body: body)
    }
    let docs: [StepAggregate: String] = [
      .min: "The weakest step.", .product: "That all are right, if they were independent.",
      .mean: "Their mean.", .last: "The last step's.",
    ]
    return HostType(
      StepScoresObject.typeName,
      "The probability that each step of an answer is right; behaves as a list of floats.",
      methods: [
        FunctionSpec(
          "list", "The probabilities.", returns: "list of float", example: "\(scores).list()"
        ) { .numbers(try $0.object(as: StepScoresObject.self).scores) },
        FunctionSpec(
          "plain", "The steps as maps.", returns: "list of map {step, right}",
          example: "\(scores).plain()"
        ) { try $0.object(as: StepScoresObject.self).plain() ?? .nil },
      ],
      properties: [
        property("len", "How many steps there are.", "int") { .int($0.scores.count) },
        property("steps", "The steps as texts.", "list of string") {
          .list($0.steps.map { .string($0) })
        },
      ]
        + StepAggregate.allCases.map { aggregate in
          property(aggregate.rawValue, docs[aggregate] ?? "", "float") {
            .float(aggregate($0.scores))
          }
        }, example: scores)
  }
}
