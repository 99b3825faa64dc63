import RLXScript
import RLXTraining

enum FeatureModelMethods {
  private static let example = "RewardModel.features()"
  private static let setup = "rm = \(example)\n"
  private static let rows = setup + "rows = [\(ComparisonReader.example)]\n"

  static func type(_ core: SessionCore) -> HostType {
    HostType(
      FeatureModelObject.typeName,
      "A reward model one can read: two layers on numbers counted in the answer, such as its length. "
        + "RewardModel.features() makes one.",
      methods: [
        fit(core), FittedMethods.evaluate(FeatureModelObject.self, core, setup), features,
        save(core),
      ]
        + ScorerMethods.all(
          FeatureModelObject.self, core, setup,
          shown: [
            "score": "rm.score(\"Once\", \" a day\") == rm.score(\"Now\", \" a day\")  #> true",
            "accuracy": "rm.accuracy(rows).total  #> 1",
          ])
        + NormalizeMethods.all(FeatureModelObject.self, core, setup)
        + [
          WarmupMethods.warmup(
            FeatureModelObject.self, core, setup, spoil: [.repeat, .cut]),
          FunctionSpec(
            "plain", "Its features, settings and log, as maps.", returns: "map",
            example: "\(example).plain()"
          ) { try $0.object(as: FeatureModelObject.self).plain() ?? .nil },
        ],
      properties: [
        PropertySpec(
          "settings", "Every setting, with the values in force.", returns: "map",
          of: FeatureModelObject.self
        ) { $0.settings },
        PropertySpec(
          "log", "What each step measured, as it is now.", returns: "TrainLog",
          example: "\(example).log.len  #> 0",
          of: FeatureModelObject.self
        ) { .host($0.log) },
        NormalizeMethods.property(FeatureModelObject.self),
      ], example: example)
  }

  /// `RewardModel.features()`.
  static func make(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "features",
      "A reward model on features of the answer: length, readability (Flesch 1948), sentiment, "
        + "repetition; or one that was saved.",
      parameters: [
        ParameterSpec(
          "which", .oneOf([.listOf(.string), .string]),
          default: .list(TextFeature.allCases.map { .string($0.rawValue) }),
          example: "[\"length\", \"sentiment\"]", doc: "the features, or the folder of a saved one"),
        ParameterSpec(
          "hidden", .int, range: .between(1, 4096), default: .int(8), usual: "4 to 16",
          doc: "the width of the hidden layer"),
      ], effects: [.draws, .reads], returns: FeatureModelObject.typeName, example: example
    ) { [unowned core] call in
      if case .string(let path) = call.value("which") {
        let model = try ModelFolder.load(
          path.string, names: FeatureModel.fileNames, core, for: call.spec.qualifiedName
        ) { place in try core.drawing { try FeatureModel.load(folder: place, draws: $0) } }
        return .host(FeatureModelObject(model))
      }
      let features = try call.list("which").map { value in
        guard case .string(let name) = value, let feature = TextFeature(rawValue: name.string)
        else {
          throw call.wrong(
            "which",
            "features among " + TextFeature.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return feature
      }
      guard !features.isEmpty, Set(features).count == features.count else {
        throw Fault(
          .value,
          "\(call.spec.qualifiedName): which: expected different features, got "
            + (features.isEmpty ? "none" : "one twice"), parameter: "which")
      }
      let hidden = try call.int("hidden")
      return .host(
        FeatureModelObject(
          try core.drawing { FeatureModel(features, hidden: hidden, draws: $0) }))
    }
  }

  private static func fit(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "fit", "Trains on comparisons; gives this fit's part of the log.",
      parameters: [ScorerMethods.data] + FittedMethods.settings(FeatureModelObject.self),
      effects: .mutates, returns: "TrainLog", example: "\(rows)rm.fit(rows, epochs: 2)"
    ) { [unowned core] call in
      let object = try call.object(as: FeatureModelObject.self)
      let settings = try FeatureModel.defaults.applying(call)
      let ranked = settings.rankingLoss == .plackettLuce
      return try object.fit(
        object.comparisons(call, "data", ranked: ranked, core), settings, core)
    }
  }

  private static var features: FunctionSpec {
    FunctionSpec(
      "features", "What it counts in an answer, before scaling.",
      parameters: [ParameterSpec("response", .string, doc: "a text")], returns: "map",
      example: "\(setup)rm.features(\"It was good. It was good.\")"
    ) { call in
      let object = try call.object(as: FeatureModelObject.self)
      let values = object.model.read(try call.string("response"))
      return .map(zip(object.model.features, values).map { ($0.rawValue, .float($1)) })
    }
  }

  private static func save(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "save", "Writes a folder that RewardModel.features(…) reads; without the optimizer.",
      parameters: [ParameterSpec("path", .string, example: "\"my-rm\"", doc: "the folder")],
      effects: .writes, example: "\(example).save(\"my-rm\")"
    ) { [unowned core] call in
      try call.object(as: FeatureModelObject.self).model
        .save(folder: try core.files.output(try call.string("path")))
      return .nil
    }
  }
}
