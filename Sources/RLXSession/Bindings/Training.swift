import RLXModels
import RLXScript
import RLXTraining

/// Adds trainers, reward models and optimizers to a session.
package func registerTraining(_ registry: Registry, core: SessionCore) {
  for type in [
    SFTMethods.type(core), RewardModelMethods.type(core), PPOMethods.type(core),
    PPOBatchMethods.type, PPOBatchMethods.answerType, DPOMethods.type(core),
    AdamWMethods.type(core), EnsembleMethods.type(core), FeatureModelMethods.type(core),
    ScorerMethods.calibrationType, PRMMethods.type(core), PRMMethods.scoresType,
    BestOfMethods.type,
    TrainLogMethods.type(core), TrainLogMethods.metricsType, RewardModelMethods.accuracyType,
  ] {
    registry.add(type)
  }
  for function in [
    BestOfMethods.bestOf(core), BestOfMethods.rejectionSample(core), CostFunctions.cost(core),
    CostFunctions.plan(core), AblationFunctions.ablate(core), AblationFunctions.repeated(core),
  ] {
    registry.add(function)
  }
}

/// What the tables of all trainers share.
enum TrainerMethods {
  static var policy: ParameterSpec {
    ParameterSpec(
      "policy", .host(ModelObject.typeName), aliases: ["model"], doc: "the model to train")
  }
  static var reference: ParameterSpec {
    ParameterSpec(
      "reference", .host(ModelObject.typeName), optional: true, aliases: ["ref_model"],
      doc: "the model to stay near; without it a frozen copy of the policy as it is now")
  }
  static var steps: ParameterSpec {
    ParameterSpec(
      "steps", .int, range: .atLeast(0), optional: true, example: "10", doc: "optimizer steps")
  }
  static var epochs: ParameterSpec {
    ParameterSpec(
      "epochs", .int, range: .atLeast(1), optional: true, aliases: ["num_train_epochs"],
      example: "1", doc: "passes over the data, where no steps are given")
  }

  static func properties<Object: TrainerObject>(_ type: Object.Type) -> [PropertySpec] {
    [
      PropertySpec(
        "settings", "Every setting, with the values in force.", returns: "map", of: type
      ) { $0.settingsMap },
      PropertySpec(
        "log", "What each step measured, as it is now.", returns: "TrainLog", of: type
      ) { .host($0.logObject) },
    ]
  }

  static func plain<Object: TrainerObject>(_ type: Object.Type, _ example: String) -> FunctionSpec {
    FunctionSpec(
      "plain", "Its settings and its log, as maps.", returns: "map {settings, log}",
      example: "\(example).plain()"
    ) { try $0.object(as: type).plain() ?? .nil }
  }

  /// The policy of a constructor.
  static func policy(_ call: Call) throws -> ModelObject {
    try call.host("policy", as: ModelObject.self)
  }

  /// The reference given for a policy, nil if none was; it must read the policy's ids, and not
  /// be the policy, which training changes.
  static func reference(_ call: Call, for policy: ModelObject) throws -> ModelObject? {
    guard call.isGiven("reference") else { return nil }
    let reference = try call.host("reference", as: ModelObject.self)
    let policy = policy.model
    guard reference.model !== policy else {
      throw Fault(
        .value,
        "\(call.spec.qualifiedName): reference: expected another model, got the policy itself",
        remedy: "reference: policy.copy().freeze()", parameter: "reference")
    }
    guard reference.model.config.vocabulary == policy.config.vocabulary,
      reference.model.tokenizer.isSame(as: policy.tokenizer)
    else {
      throw Fault(
        .value,
        "\(call.spec.qualifiedName): reference: expected a model with the policy's tokenizer, got "
          + "\(reference.name), which has another", parameter: "reference")
    }
    return reference
  }

  static func optionalInt(_ call: Call, _ name: String) throws -> Int? {
    try call.isGiven(name) ? call.int(name) : nil
  }
}
