import RLXData
import RLXModels
import RLXScript
import RLXTraining

enum TrainLogMethods {
  private static let example =
    "sft = SFT(\(ModelMethods.model))\n"
    + "log = sft.run([{prompt: \"Once\", completion: \" upon.\"}], steps: 2)\nlog"
  private static let stats =
    "ppo = \(PPOMethods.example)\nstats = ppo.step([\"Once\"])\nstats"

  static func type(_ core: SessionCore) -> HostType {
    HostType(
      TrainLogObject.typeName,
      "What a trainer measured, one entry a step. log[\"loss\"] is a list, log[-1] the last step as a "
        + "map. plot(log, \"loss\") draws it.",
      methods: [
        FunctionSpec(
          "list", "The steps as maps.", returns: "list of map", example: "\(example).list()"
        ) { try $0.object(as: TrainLogObject.self).plain() ?? .nil },
        FunctionSpec(
          "plain", "The same as list().", returns: "list of map", example: "\(example).plain()"
        ) { try $0.object(as: TrainLogObject.self).plain() ?? .nil },
        FunctionSpec(
          "get", "A name's values, one a step; another value where nothing has that name.",
          parameters: [
            ParameterSpec("name", .string, example: "\"loss\"", doc: "the measurement"),
            ParameterSpec("default", .any, default: .nil, doc: "what to give instead"),
          ], returns: "list of float", example: "\(example).get(\"loss\")"
        ) { call in
          try call.object(as: TrainLogObject.self).series(call.string("name"))
            .map { .numbers($0) } ?? call.value("default")
        },
      ] + files(core),
      properties: [
        PropertySpec("len", "How many steps it has.", returns: "int", of: TrainLogObject.self) {
          .int($0.log.count)
        },
        PropertySpec(
          "names", "What was measured.", returns: "list of string", of: TrainLogObject.self
        ) {
          .list($0.log.names.map { .string($0) })
        },
        PropertySpec(
          "samples",
          "What the model answered to the prompts of run(…, sample: prompts), with the step after which.",
          returns: "list of map {step, prompt, response}", of: TrainLogObject.self
        ) {
          .list(
            $0.log.samples.map {
              .map([
                ("step", .int($0.step)), ("prompt", .string($0.prompt)),
                ("response", .string($0.response)),
              ])
            })
        },
      ], example: example)
  }

  private static func files(_ core: SessionCore) -> [FunctionSpec] {
    [
      FunctionSpec(
        "save",
        "Writes it as lines of JSON, one a step: step, every number by name, and its samples. "
          + "Dataset(path) reads it back.",
        parameters: [ParameterSpec("path", .string, example: "\"log.jsonl\"", doc: "the file")],
        effects: .writes,
        example: "\(example).save(\"log.jsonl\")\nDataset(\"log.jsonl\")[1].step  #> 2"
      ) { [unowned core] call in
        let bytes = try call.object(as: TrainLogObject.self).log.file(.jsonl)
        try writeAtomically(bytes, to: try core.files.output(try call.string("path")))
        return .nil
      },
      FunctionSpec(
        "tensorboard",
        "Writes it into a folder as a file that TensorBoard reads (`tensorboard --logdir folder`). A log "
          + "has no times: each event's is its step, so the same log gives the same file.",
        parameters: [
          ParameterSpec("folder", .string, example: "\"my-log\"", doc: "made if need be")
        ], effects: .writes, example: "\(example).tensorboard(\"my-log\")"
      ) { [unowned core] call in
        let bytes = try call.object(as: TrainLogObject.self).log.file(.tensorboard)
        let folder = try core.files.output(try call.string("folder"))
        try FolderFiles.make(folder)
        try writeAtomically(bytes, to: folder + "/" + TrainLog.Form.tensorboard.file)
        return .nil
      },
    ]
  }

  static var metricsType: HostType {
    HostType(
      MetricsObject.typeName,
      "What one PPO step measured: stats[\"objective/kl\"]; names that end in dist, logprobs, "
        + "advantages or ratio may be lists, one number an answer or a token.",
      methods: [
        FunctionSpec(
          "plain", "As a map.", returns: "map",
          example: "\(stats).plain()"
        ) { try $0.object(as: MetricsObject.self).plain() ?? .nil }
      ],
      properties: [
        PropertySpec(
          "names", "What was measured.", returns: "list of string", of: MetricsObject.self
        ) { object in
          .list((object.metrics.map(\.name) + object.distributions.map(\.name)).map { .string($0) })
        }
      ], example: stats)
  }
}
