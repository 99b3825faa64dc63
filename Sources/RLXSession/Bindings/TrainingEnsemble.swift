import RLXScript
import RLXTraining

enum EnsembleMethods {
  private static let model = "RewardModel(\(ModelMethods.model))"
  private static let members = "one = \(model)\ntwo = \(model)\n"
  private static let ensemble = "Ensemble([one, two], combine: \"worst\")"
  private static let example = members + ensemble
  private static let setup = "\(members)rm = \(ensemble)\n"

  static func type(_ core: SessionCore) -> HostType {
    HostType(
      EnsembleObject.typeName,
      "Several reward models as one, for PPO and for scoring: their mean, the worst of them, or the "
        + "mean less their disagreement (Coste et al. 2023).",
      constructor: constructor,
      methods: ScorerMethods.all(EnsembleObject.self, core, setup) + [
        each(core),
        FunctionSpec(
          "plain", "How it combines, and its members, as a map.", returns: "map",
          example: "\(example).plain()"
        ) { try $0.object(as: EnsembleObject.self).plain() ?? .nil },
      ],
      properties: [
        PropertySpec(
          "members", "What it is made of.", returns: "list", of: EnsembleObject.self
        ) { .list($0.members.map { .host($0) }) },
        PropertySpec(
          "combine", "How scores are combined.", returns: "string",
          example: "\(example).combine  #> \"worst\"", of: EnsembleObject.self
        ) { .string($0.combine.rawValue) },
      ])
  }

  private static var constructor: FunctionSpec {
    FunctionSpec(
      EnsembleObject.typeName,
      "Reward models as one. Give them scores of one scale: normalize each first.",
      parameters: [
        ParameterSpec("members", .list, aliases: ["models"], doc: "two scorers or more"),
        ParameterSpec(
          "combine", .string, choices: ScoreCombination.allCases.map(\.rawValue),
          default: .string(ScoreCombination.mean.rawValue),
          doc: "the mean, the lowest, or mean - uncertainty_weight · variance"),
        ParameterSpec(
          "uncertainty_weight", .number, range: .atLeast(0), default: .float(0.5),
          usual: "0.1 to 1", doc: "how much disagreement costs, of \"uncertainty\""),
      ], returns: "Ensemble", example: example
    ) { call in
      let members = try call.list("members").map { value in
        guard case .host(let object) = value, let member = object as? any ScorerObject & Digestible
        else {
          throw Fault(
            .type,
            "Ensemble: members: expected reward models, got \(value.described) among them",
            remedy: "Ensemble([RewardModel(policy), RewardModel(policy)])", parameter: "members")
        }
        return member
      }
      guard members.count >= 2 else {
        throw Fault(
          .value, "Ensemble: members: expected two or more, got \(members.count)",
          parameter: "members")
      }
      for (place, member) in members.enumerated() {
        guard !members[..<place].contains(where: { $0 === member }) else {
          throw Fault(
            .value, "Ensemble: members: expected different ones, got one twice",
            remedy: "models trained with different seeds disagree usefully", parameter: "members")
        }
      }
      let combine = ScoreCombination(rawValue: try call.string("combine")) ?? .mean
      return .host(
        EnsembleObject(
          members, combine: combine, weight: try call.double("uncertainty_weight")))
    }
  }

  private static func each(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "each", "The score every member gives an answer.",
      parameters: ScorerMethods.answer, returns: "list of float",
      example: "\(setup)rm.each(\"Once\", \" upon a time\")"
    ) { [unowned core] call in
      let object = try call.object(as: EnsembleObject.self)
      let sample = try ScorerMethods.sample(call, object)
      let scores = try object.each(
        [sample], by: object.tokenizer, raw: false, owner: call.spec.qualifiedName, core)
      return .numbers(scores.map { $0[0] })
    }
  }
}
