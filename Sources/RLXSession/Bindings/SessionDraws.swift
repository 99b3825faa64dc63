import RLXScript
import RLXTensor

/// Random numbers and choices for scripts. Each call takes the next number of the session's draws.
enum SessionDraws {
  static func functions(_ core: SessionCore) -> [FunctionSpec] {
    [random(core), randint(core), choice(core), lengthSampler]
  }

  private static func random(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "random", "A random float from 0 up to 1, which is not reached.", effects: .draws,
      returns: "float", example: "random()"
    ) { [unowned core] _ in
      .float(core.nextDraw(.noise).uniform(row: 0, position: 0))
    }
  }

  private static func randint(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "randint", "A random int from low up to high, which is left out, each equally likely.",
      parameters: [
        ParameterSpec("low", .int, example: "1", doc: "the least"),
        ParameterSpec("high", .int, example: "7", doc: "the first that is too large"),
      ], effects: .draws, returns: "int", example: "randint(1, 7)"
    ) { [unowned core] call in
      let (low, high) = (try call.int("low"), try call.int("high"))
      guard low < high else {
        throw Fault(
          .value, "randint: high: expected an int above \(low), got \(high)",
          remedy: "randint(1, 7) is a die", parameter: "high")
      }
      let (count, overflows) = high.subtractingReportingOverflow(low)
      guard !overflows else {
        throw Fault(
          .arithmetic, "randint: from \(low) to \(high) are more numbers than an int counts",
          parameter: "high")
      }
      return .int(low + core.nextDraw(.noise).below(count, row: 0, position: 0))
    }
  }

  /// TRL's `LengthSampler`, of which PPO makes what TRL's scripts make of it.
  private static var lengthSampler: FunctionSpec {
    FunctionSpec(
      "length_sampler",
      "The lengths from min up to max, which is left out, for max_tokens: PPO draws each answer's.",
      parameters: [
        ParameterSpec(
          "min", .int, range: .atLeast(1), aliases: ["min_value"], example: "16",
          doc: "the least"),
        ParameterSpec(
          "max", .int, range: .atLeast(2), aliases: ["max_value"], example: "48",
          doc: "the first that is too long"),
      ], returns: "range", example: "length_sampler(16, 48)  #> 16..48"
    ) { call in
      let (low, high) = (try call.int("min"), try call.int("max"))
      guard low < high else {
        throw Fault(
          .value, "length_sampler: max: expected an int above \(low), got \(high)",
          remedy: "length_sampler(16, 48)", parameter: "max")
      }
      return .range(RangeValue(low, high))
    }
  }

  private static func choice(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "choice", "An element of a list, each equally likely.",
      parameters: [
        ParameterSpec("list", .list, example: "[\"cat\", \"dog\"]", doc: "at least one element")
      ], effects: .draws, returns: "value", example: "choice([\"cat\", \"dog\"])"
    ) { [unowned core] call in
      // A range is not made into a list for one of its numbers.
      if case .range(let range) = call.value("list"), range.count > 0 {
        return .int(
          range.lower + core.nextDraw(.noise).below(range.count, row: 0, position: 0))
      }
      let elements = try call.list("list")
      guard !elements.isEmpty else {
        throw Fault(
          .value, "choice: list: expected at least one element, got an empty list",
          remedy: "choice([\"cat\", \"dog\"])", parameter: "list")
      }
      return elements[core.nextDraw(.noise).below(elements.count, row: 0, position: 0)]
    }
  }
}
