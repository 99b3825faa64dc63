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

  /// What a script gives as comparisons, as it reads them. With `ranked` rankings stay whole.
  func comparisons(_ call: Call, _ parameter: String, ranked: Bool, _ core: SessionCore) throws
    -> [Comparison<Trainer.Answer>]
  {
    let read = try ComparisonReader(tokenizer, call, parameter)
      .comparisons(call.value(parameter), ranked: ranked)
    return try encoded(read, call, parameter, core)
  }

  /// A fit without held-out data; gives its part of the log.
  func fit(
    _ comparisons: [Comparison<Trainer.Answer>], _ settings: RewardModel.Settings,
    _ core: SessionCore
  ) throws -> Value {
    defer { core.endProgress() }
    let progress = TrainingProgress(
      core: core, trainer: typeName, headlines: ["loss", "accuracy"])
    let log = try trained.fit(comparisons, settings, report: progress.counting)
    return .host(TrainLogObject(log, of: typeName))
  }
}

enum FittedMethods {
  private static let watching = [
    "early_stopping_patience", "early_stopping_threshold", "metric_for_best_model",
    "load_best_model_at_end",
  ]

  /// The settings of a fit that evaluates nothing, with this type's defaults.
  static func settings<Object: FittedObject>(_ type: Object.Type) -> [ParameterSpec] {
    let rate = Object.Trainer.defaults.optimizer.learningRate
    return RewardModel.Settings.parameters.filter { !watching.contains($0.name) }.map { spec in
      guard spec.name == "learning_rate", rate != RewardModel.defaults.optimizer.learningRate
      else { return spec }
      return ParameterSpec(
        spec.name, spec.type, range: spec.range, default: .float(rate), aliases: spec.aliases,
        usual: "1e-3 to 1e-1", doc: spec.doc)
    }
  }

  /// `setup` makes one called `rm`.
  static func evaluate<Object: FittedObject>(
    _ type: Object.Type, _ core: SessionCore, _ setup: String
  ) -> FunctionSpec {
    FunctionSpec(
      "evaluate",
      "The loss on comparisons that are not trained on, as eval_loss, with what the scores say; "
        + "nothing is changed.", parameters: [ScorerMethods.data], returns: "map",
      example: "\(setup)rows = [\(ComparisonReader.example)]\nrm.evaluate(rows).len  #> 6"
    ) { [unowned core] call in
      let object = try call.object(as: type)
      let ranked = object.trained.settings.rankingLoss == .plackettLuce
      let held = try object.comparisons(call, "data", ranked: ranked, core)
      defer { core.endProgress() }
      return .metrics(
        try object.trained.evaluate(
          held,
          report: TrainingProgress(core: core, trainer: object.typeName, headlines: []).counting))
    }
  }
}
