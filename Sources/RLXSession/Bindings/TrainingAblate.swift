import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

/// Runs of the same from one state of the session, to which everything goes back.
enum AblationFunctions {
  private static let setup =
    "rows = [{prompt: \"Once\", completion: \" upon\"}, {prompt: \"A\", completion: \" dog\"}]\n"

  private static var seeds: ParameterSpec {
    ParameterSpec(
      "seeds", .oneOf([.range, .listOf(.int)]), example: "1..=3", usual: "1..=3 to 1..=10",
      doc: "one run each; intervals need at least two")
  }

  private static let interval =
    "the 95 % interval of the mean over seeds (Student's t)"

  // MARK: ablate

  static func ablate(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "ablate",
      "Runs variants of a trainer, one for each value of a setting and each seed, from where it stands "
        + "now, and tables what they measured with \(interval). Nothing of the session changes.",
      parameters: [
        ParameterSpec(
          "trainer", variable, example: "ppo",
          doc:
            "the trainer to vary; a RewardModel is told its settings by fit: repeat tables its fits"
        ),
        ParameterSpec(
          "setting", .string, example: "\"whiten_rewards\"", doc: "which of its settings"),
        ParameterSpec("values", .list, example: "[true, false]", doc: "what to set it to"),
        ParameterSpec(
          "data", .oneOf([.string, .list, .map] + dataTypes), aliases: ["prompts"],
          example: "prompts", doc: "what the trainer's run takes"),
        seeds,
        ParameterSpec(
          "steps", .int, range: .between(1, 1e6), example: "2", usual: "2 to 100", unit: "steps",
          doc: "steps of each run"),
        ParameterSpec(
          "metrics", .oneOf([.string, .listOf(.string)]), optional: true,
          example: "[\"objective/kl\"]",
          doc: "what to compare, by its name in the log; without it what the trainer shows first"),
        ParameterSpec(
          "at", .string, choices: ["last", "mean"], default: .string("last"),
          doc: "the last step's value, or the mean over the steps"),
      ], returns: "Table",
      example: setup + "sft = SFT(\(ModelMethods.model))\n"
        + "t = ablate(sft, \"learning_rate\", [0.0, 1e-3], rows, seeds: 1..=2, steps: 1)\n"
        + "t.len  #> 4"
    ) { [unowned core] call in
      let variation = try TrainerVariation(call, core)
      let seeds = try seedList(call)
      let steps = try call.int("steps")
      let takesMean = try call.string("at") == "mean"
      let total = variation.values.count * seeds.count * steps
      var done = 0
      defer { core.endProgress() }
      // By value, then by metric: one number a seed.
      let found = try variation.values.map { value -> [[Double]] in
        let runs = try seeds.map { seed in
          try SessionKeeper.running(call, core) {
            let log = try variation.run(value.setting, seed, steps) { progress in
              guard progress.metrics != nil else { return try core.point() }
              done += 1
              try core.progress("ablate \(variation.setting)", done, of: total)
            }
            return try variation.metrics.map { try measured($0, log, takesMean, call) }
          }
        }
        return variation.metrics.indices.map { metric in runs.map { $0[metric] } }
      }
      return .host(
        table(variation, found, seeds: seeds.count, steps: steps, takesMean: takesMean))
    }
  }

  private static func measured(
    _ name: String, _ log: TrainLog, _ takesMean: Bool, _ call: Call
  ) throws -> Double {
    let values = log[name]
    guard let last = values.last else {
      throw Fault(
        .key, "ablate: metrics: nothing is called \"\(name)\" in the log of this trainer",
        remedy: Spelling.nearest(name, among: log.names).map { "metrics: [\"\($0)\"]" }
          ?? "its names: " + log.names.joined(separator: ", "), parameter: "metrics")
    }
    return takesMean ? mean(values) : last
  }

  /// For each metric and value the mean over seeds and, from the second value on, by how much it
  /// differs from the first with the same seeds.
  private static func table(
    _ variation: TrainerVariation, _ found: [[[Double]]], seeds: Int, steps: Int, takesMean: Bool
  ) -> TableObject {
    var rows: [[Value]] = []
    for (metric, name) in variation.metrics.enumerated() {
      for (place, value) in variation.values.enumerated() {
        let all = found[place][metric]
        let differences = zip(all, found[0][metric]).map { $0 - $1 }
        let beside = place > 0 ? cells(MeanInterval(differences)) : [.nil, .nil]
        rows.append([.string(name), value.shown] + cells(MeanInterval(all)) + beside)
      }
    }
    let when = takesMean ? "mean of" : "last of"
    return TableObject(
      columns: ["metric", variation.setting, "mean", "±", "difference", "± of it"], rows: rows,
      title: "\(variation.name), \(when) \(NumberText.count(steps, "step")), "
        + "\(NumberText.count(seeds, "seed")); ± is half of the 95 % t interval over seeds; "
        + "difference: from the first value, seed by seed")
  }

  private static func cells(_ interval: MeanInterval) -> [Value] {
    [.float(interval.mean), interval.halfWidth.map { .float($0) } ?? .nil]
  }

  // MARK: repeat

  static func repeated(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "repeat",
      "Calls a function once for each seed, from the same state of the session, and tables the numbers "
        + "it gives with \(interval). Nothing of the session changes.",
      parameters: [
        seeds,
        ParameterSpec(
          "run", .function, example: "fn(s) => SFT(policy).run(rows, steps: 2)",
          doc: "gives a number, a map of numbers, or a log, of which the last step counts"),
      ], returns: "Table",
      example: "repeat(1..=4, fn(s) => s).list()[0].mean  #> 2.5"
    ) { [unowned core] call in
      let seeds = try seedList(call)
      let function = try call.function("run")
      var names: [String] = []
      var runs: [[Double]] = []
      defer { core.endProgress() }
      for (place, seed) in seeds.enumerated() {
        let found = try SessionKeeper.running(call, core) {
          core.draws.reseed(seed)
          return try numbers(
            try call.call(function, [.int(Int(clamping: seed))]), call)
        }
        if place == 0 { names = found.map(\.name) }
        guard names == found.map(\.name) else {
          throw Fault(
            .value,
            "repeat: run: expected the same names for each seed, got "
              + "\(names.joined(separator: ", ")) and then "
              + found.map(\.name).joined(separator: ", "), parameter: "run")
        }
        runs.append(found.map(\.value))
        try core.progress("repeat", place + 1, of: seeds.count)
      }
      let rows = names.indices.map { place -> [Value] in
        let interval = MeanInterval(runs.map { $0[place] })
        let ends = [interval.low, interval.high].map { $0.map { .float($0) } ?? .nil as Value }
        return [.string(names[place])] + cells(interval) + ends
      }
      return .host(
        TableObject(
          columns: ["name", "mean", "±", "low", "high"], rows: rows,
          title: "\(NumberText.count(seeds.count, "seed")), 95 % t interval of the mean"))
    }
  }

  private static func numbers(_ value: Value, _ call: Call) throws -> Metrics {
    switch value {
    case .host(let log as TrainLogObject):
      if let last = log.log.entries.last { return last }
    case .host(let metrics as MetricsObject): return metrics.metrics
    case .map(let map) where map.count > 0:
      let found = map.entries.map { (key: $0.key.value.printed, value: Self.number($0.value)) }
      if found.allSatisfy({ $0.value != nil }) {
        return found.map { (name: $0.key, value: $0.value ?? 0) }
      }
    default:
      if let number = number(value) { return [(name: "value", value: number)] }
    }
    throw Fault(
      .type,
      "repeat: run: expected a number, a map of numbers or a log from the function, got "
        + value.described, remedy: "run: fn(s) => SFT(policy).run(rows, steps: 2)",
      parameter: "run")
  }

  private static func number(_ value: Value) -> Double? {
    if let number = value.asDouble { return number }
    guard case .host(let object as TensorObject) = value, object.tensor.count == 1 else {
      return nil
    }
    return Double(object.tensor.item)
  }

  // MARK: Arguments

  private static let variable: ValueType = .oneOf(
    [
      SFTObject.typeName, DPOObject.typeName, PRMObject.typeName, PPOObject.typeName,
      RewardModelObject.typeName,
    ]
    .map { .host($0) })
  private static let dataTypes: [ValueType] =
    [DatasetObject.typeName, PreferencesObject.typeName, CompletionsObject.typeName]
    .map { .host($0) }

  private static func seedList(_ call: Call) throws -> [UInt64] {
    let seeds = try call.list("seeds").map { value -> UInt64 in
      guard case .int(let number) = value, let seed = UInt64(exactly: number) else {
        throw Fault(
          .value, "\(call.spec.name): seeds: expected ints of at least 0, got \(value.described)",
          remedy: "seeds: 1..=3", parameter: "seeds")
      }
      return seed
    }
    guard !seeds.isEmpty, Set(seeds).count == seeds.count else {
      throw Fault(
        .value,
        "\(call.spec.name): seeds: expected at least one seed, each once, got "
          + NumberText.count(seeds.count, "seed"), remedy: "seeds: 1..=3", parameter: "seeds")
    }
    return seeds
  }
}

/// Runs something and puts the session back: what objects hold, and draws.
enum SessionKeeper {
  static func running<Result>(
    _ call: Call, _ core: SessionCore, _ body: () throws -> Result
  ) throws -> Result {
    var walk = ObjectWalk()
    let state = SessionState(
      call.interpreter, draws: core.draws, digester: ValueDigester(), walk: &walk)
    let result = Swift.Result { try body() }
    for word in try state.restoreObjects(numbers: false) { core.warn(word) }
    core.draws = state.draws
    return try result.get()
  }
}
