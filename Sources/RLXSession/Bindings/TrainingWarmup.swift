import RLXScript
import RLXTraining

/// A scorer that learns from comparisons.
protocol FittedObject: NormalizedObject {
  associatedtype Trainer: PreferenceTrainer
  var trained: Trainer { get }

  /// Comparisons as it reads them; throws for answers that are the same to it.
  func encoded(
    _ read: [Comparison<Sample>], _ call: Call, _ parameter: String, _ core: SessionCore
  ) throws -> [Comparison<Trainer.Answer>]
}

extension FittedObject {
  var normalization: ScoreNormalization? {
    get { trained.normalization }
    set { trained.normalization = newValue }
  }
}

enum WarmupMethods {
  /// The settings of a fit. Two layers learn with larger steps than a language model.
  static func settings<Object: FittedObject>(_ type: Object.Type) -> [ParameterSpec] {
    let all = RewardModel.Settings.parameters
    guard Object.Trainer.self == FeatureModel.self else { return all }
    return all.map { spec in
      guard spec.name == "learning_rate" else { return spec }
      return ParameterSpec(
        spec.name, spec.type, range: spec.range, default: .float(0.01), aliases: spec.aliases,
        usual: "1e-3 to 1e-1", doc: spec.doc)
    }
  }

  /// `setup` makes one called `rm`.
  static func warmup<Object: FittedObject>(
    _ type: Object.Type, _ core: SessionCore, _ setup: String
  ) -> FunctionSpec {
    FunctionSpec(
      "warmup",
      "Trains without labels, before fit: good answers against the same ones spoilt (Askell et al. "
        + "2021). Gives this fit's part of the log.",
      parameters: [
        ParameterSpec(
          "answers",
          .oneOf([
            .host(DatasetObject.typeName), .host(CompletionsObject.typeName), .list,
          ]), aliases: ["demos"],
          doc: "good answers: rows {prompt, completion}, texts, a Dataset of demonstrations"),
        ParameterSpec(
          "spoil", .listOf(.string),
          default: .list(TextCorruption.allCases.map { .string($0.rawValue) }),
          doc: "how: another prompt's answer, words shuffled, the first half twice, the first half"),
      ] + settings(type), effects: .mutates, returns: "TrainLog",
      example: setup
        + "demos = [{prompt: \"Once\", completion: \" upon a time there was a dog\"}]\n"
        + "rm.warmup(demos, spoil: [\"shuffle\", \"cut\"])"
    ) { [unowned core] call in
      let object = try call.object(as: type)
      let settings = try RewardModel.Settings().applying(call)
      let kinds = try call.list("spoil").map { value in
        guard case .string(let name) = value, let kind = TextCorruption(rawValue: name.string)
        else {
          throw call.wrong(
            "spoil", "ways among " + TextCorruption.allCases.map(\.rawValue).joined(separator: ", ")
          )
        }
        return kind
      }
      let reader = ComparisonReader(object.tokenizer, call, "answers")
      let good = try reader.answers(call.value("answers"))
      let texts = good.map(\.response)
      var pairs: [Comparison<Sample>] = []
      for kind in kinds {
        let draw = object.trained.draws.next(.shuffle)
        for (row, sample) in good.enumerated() {
          guard let spoilt = kind(texts, row: row, draw: draw) else { continue }
          pairs.append(Comparison([sample, try reader.sample(sample.prompt, spoilt)]))
        }
      }
      guard !pairs.isEmpty else {
        throw Fault(
          .value,
          "\(call.spec.qualifiedName): answers: expected answers that can be spoilt, got "
            + (good.isEmpty ? "none" : "only such as stay the same"),
          remedy: "answers of several words", parameter: "answers")
      }
      return try PreferenceFit.run(object, pairs, settings, call, "answers", core)
    }
  }
}

extension PreferenceFit {
  /// A fit and its part of the log.
  static func run<Object: FittedObject>(
    _ object: Object, _ read: [Comparison<Sample>], _ settings: RewardModel.Settings, _ call: Call,
    _ parameter: String, _ core: SessionCore
  ) throws -> Value {
    try check(call, settings)
    let comparisons = try object.encoded(read, call, parameter, core)
    defer { core.endProgress() }
    let progress = TrainingProgress(
      core: core, trainer: object.typeName, headlines: ["loss", "accuracy"])
    let log = try object.trained.fit(comparisons, settings, report: progress.counting)
    return .host(TrainLogObject(log, of: object.typeName))
  }
}
