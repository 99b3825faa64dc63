import RLXScript
import RLXTraining

enum TrainLogMethods {
  private static let example =
    "sft = SFT(\(ModelMethods.model))\n"
    + "log = sft.run([{prompt: \"Once\", completion: \" upon.\"}], steps: 2)\nlog"
  private static let stats =
    "ppo = \(PPOMethods.example)\nstats = ppo.step([\"Once\"])\nstats"

  static var type: HostType {
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
      ],
      properties: [
        PropertySpec("len", "How many steps it has.", returns: "int", of: TrainLogObject.self) {
          .int($0.log.count)
        },
        PropertySpec(
          "names", "What was measured.", returns: "list of string", of: TrainLogObject.self
        ) {
          .list($0.log.names.map { .string($0) })
        },
      ], example: example)
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
