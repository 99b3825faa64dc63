import RLXModels
import RLXScript
import RLXTraining

/// What `ablate` varies: a trainer, one of its settings, and how a variant runs over the data.
struct TrainerVariation {
  typealias Given = [(name: String, value: SettingValue)]

  let name: String
  let setting: String
  let values: [(shown: Value, setting: Given)]
  /// The names in the log of what is compared.
  let metrics: [String]
  private let runs: (Given, UInt64, Int, @escaping Report) throws -> TrainLog

  /// Reads and checks everything before anything runs.
  init(_ call: Call, _ core: SessionCore) throws {
    if case .host(let object as RewardModelObject) = call.value("trainer") {
      throw Fault(
        .type,
        "ablate: trainer: a \(object.typeName) takes its settings at fit, so there is none to vary",
        remedy: "repeat(1..=3, fn(seed) => RewardModel(policy).fit(rows, learning_rate: 1e-4))",
        parameter: "trainer")
    }
    guard case .host(let value) = call.value("trainer"), let object = value as? any TrainerObject,
      let trainer = object.state as? any VariableTrainer
    else { throw call.wrong("trainer", "a trainer") }
    name = object.typeName
    let setting = try call.string("setting")
    self.setting = setting
    let given = try call.list("values")
    guard !given.isEmpty else {
      throw Fault(
        .value, "ablate: values: expected at least one value of \(setting), got none",
        remedy: "values: [true, false]", parameter: "values")
    }
    values = try given.map { value in
      guard let read = SettingValue(value) else {
        throw Fault(
          .type, "ablate: values: expected values of \(setting), got \(value.described)",
          parameter: "values")
      }
      let one = [(name: setting, value: read)]
      try trainer.checkVariant(one)
      return (value, one)
    }
    metrics = try Self.metrics(call, object)
    runs = try Self.runs(object, call, core)
  }

  /// One run of a variant from where the trainer stands; gives its log.
  func run(_ given: Given, _ seed: UInt64, _ steps: Int, _ report: @escaping Report) throws
    -> TrainLog
  {
    try runs(given, seed, steps, report)
  }

  /// Names asked for must be ones that the trainer logs.
  private static func metrics(_ call: Call, _ object: any TrainerObject) throws -> [String] {
    guard let given = call.optional("metrics") else { return object.headlines }
    let names = try (given.asElements() ?? [given]).compactMap { name in
      if case .string(let text) = name { object.state.log.canonical(text.string) } else { nil }
    }
    let known = Metric.table.filter { $0.trainers.contains(object.typeName) }.map(\.name)
    guard !names.isEmpty else {
      throw Fault(
        .value, "ablate: metrics: expected at least one name, got none",
        remedy: "metrics: [\"\(object.headlines[0])\"]", parameter: "metrics")
    }
    for name in names where !(known + object.state.log.names).contains(name) {
      throw Fault(
        .key, "ablate: metrics: \(object.typeName) logs nothing called \"\(name)\"",
        remedy: Spelling.nearest(name, among: known).map { "metrics: [\"\($0)\"]" }
          ?? "one of " + known.joined(separator: ", "), parameter: "metrics")
    }
    return names
  }

  private static func runs(_ object: any TrainerObject, _ call: Call, _ core: SessionCore) throws
    -> (Given, UInt64, Int, @escaping Report) throws -> TrainLog
  {
    switch object {
    case let sft as SFTObject:
      let settings = sft.trainer.settings
      let rows = try SFTMethods.examples(
        sft, call, core, whole: settings.packing && settings.packingStrategy == .wrapped)
      return { given, seed, steps, report in
        let variant = try sft.trainer.variant(given, seed: seed)
        try variant.run(
          rows, steps: steps, blockLength: sft.truncation.maxLength, report: report)
        return variant.log
      }
    case let dpo as DPOObject:
      let pairs = try DPOMethods.pairs(dpo, call)
      return { given, seed, steps, report in
        let variant = try dpo.trainer.variant(given, seed: seed)
        try variant.run(pairs, steps: steps, report: report)
        return variant.log
      }
    case let prm as PRMObject:
      let rows = try PRMMethods.rows(prm, call, core, training: true)
      return { given, seed, steps, report in
        let variant = try prm.trainer.variant(given, seed: seed)
        try variant.run(rows, steps: steps, report: report)
        return variant.log
      }
    case let ppo as PPOObject:
      let prompts = try TextReader(ppo.policy, call, "data").prompts(call.value("data"))
      return { given, seed, steps, report in
        let variant = try ppo.trainer.variant(given, seed: seed)
        _ = try variant.run(prompts, steps: steps, report: report)
        return variant.log
      }
    default: throw call.wrong("trainer", "a trainer that can be varied")
    }
  }
}
