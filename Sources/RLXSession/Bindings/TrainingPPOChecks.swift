import RLXScript
import RLXTraining

// What PPO says of itself: which invariants hold, and in what its profiles differ.

extension PPOMethods {
  /// What must hold, with passes of its own.
  static func check(_ core: SessionCore) -> FunctionSpec {
    method(
      "check",
      "The invariants that need passes of their own, on answers to these prompts: padding, dropout, "
        + "KL, gradient. One map each; nothing is changed.",
      parameters: [prompts], returns: "list of map",
      example: "\(example).check([\"Once\"])"
    ) { [unowned core] object, call in
      let prompts = try TextReader(object.policy, call, "prompts").prompts(call.value("prompts"))
      try checkMemory(object, call, prompts)
      defer { core.endProgress() }
      return .list(
        try object.trainer.check(prompts, report: progress(core).staged).map { invariant in
          .map([
            ("holds", .bool(invariant.holds)), ("invariant", .string(invariant.name)),
            ("difference", .float(invariant.difference)),
            ("tolerance", .float(invariant.tolerance)),
            ("equation", .string(invariant.equation)), ("where", .string(invariant.operands)),
          ])
        })
    }
  }

  static var differences: FunctionSpec {
    let profile = { (name: String) in
      ParameterSpec(
        name, .string, choices: PPO.Profile.allCases.map(\.rawValue), doc: "a profile of PPO")
    }
    return FunctionSpec(
      "differences", "The settings in which two profiles differ, with both values.",
      parameters: [profile("first"), profile("second")], returns: "list of map",
      example: "PPO.differences(\"trl011\", \"openai2019\")"
    ) { call in
      func profile(_ name: String) throws -> PPO.Profile {
        guard let profile = PPO.Profile(rawValue: try call.string(name)) else {
          throw call.wrong(name, "a profile of PPO")
        }
        return profile
      }
      let (first, second) = (try profile("first"), try profile("second"))
      return .list(
        PPO.differences(first, second).map { difference in
          .map([
            ("setting", .string(difference.name)), (first.rawValue, Value(difference.first)),
            (second.rawValue, Value(difference.second)),
          ])
        })
    }
  }
}
