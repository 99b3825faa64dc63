import RLXScript
import RLXSession
import RLXTraining
import Testing

/// The tables of models, preferences and trainers: complete, and their examples run.
@Suite(.serialized) struct ObjectTableTests {
  private static let types = [
    "Model", "Completions", "Completion", "Tokenizer", "Preferences", "SFT", "RewardModel",
    "Accuracy", "PPO", "PPOBatch", "PPOAnswer", "Metrics", "DPO", "AdamW", "TrainLog",
  ]

  private func functions(_ bench: ObjectBench) throws -> [FunctionSpec] {
    try Self.types.flatMap { name in
      let type = try #require(bench.interpreter.registry.type(name), "\(name) is registered")
      return [type.constructor].compactMap(\.self) + type.statics + type.methods
    }
  }

  @Test func everyFunctionAndParameterIsDocumented() throws {
    for spec in try functions(ObjectBench()) {
      #expect(spec.doc.hasSuffix("."), "\(spec.qualifiedName): \(spec.doc)")
      #expect(spec.example != nil, "\(spec.qualifiedName) has an example")
      for parameter in spec.parameters {
        #expect(!parameter.doc.isEmpty, "\(spec.qualifiedName): \(parameter.name)")
      }
    }
    for name in Self.types {
      for property in ObjectBench().interpreter.registry.type(name)?.properties ?? [] {
        #expect(property.doc.hasSuffix("."), "\(name).\(property.name): \(property.doc)")
      }
    }
  }

  @Test func everyExampleRuns() throws {
    let scratch = try Scratch()
    let lists = Set(ObjectBench().interpreter.registry.type("list")?.methods.map(\.name) ?? [])
    for spec in try functions(ObjectBench())
    where spec.owner != "Completions" || !lists.contains(spec.name) {
      var example = try #require(spec.example).replacing("\"MODEL\"", with: "MODEL")
      for file in [
        "my-model", "my-rm", "my-sft", "my-dpo", "my-ppo", "my-tokenizer", "prefs.jsonl",
      ] {
        example = example.replacing("\"\(file)\"", with: "\"\(scratch.path)/\(file)\"")
      }
      let error = ObjectBench().error(example)
      #expect(error.hasPrefix("no error"), "\(spec.qualifiedName): \(example): \(error)")
    }
  }

  /// The table of settings is the table of keywords: each has a parameter with the same default.
  @Test func everySettingIsAKeyword() throws {
    let bench = ObjectBench()
    func check<Settings: TrainerSettings>(_ settings: Settings, _ spec: FunctionSpec?) throws {
      let spec = try #require(spec)
      for (name, value) in settings.plain {
        let parameter = try #require(
          spec.parameters.first { $0.name == name }, "\(Settings.trainer): \(name)")
        let shown = parameter.defaultValue?.shown ?? "none"
        let words = value.words.split(separator: " ").last.map(String.init) ?? ""
        #expect(words == "strings" || shown == words, "\(name): \(shown) is \(value.words)")
      }
    }
    let registry = bench.interpreter.registry
    try check(SFT.Settings(), registry.type("SFT")?.constructor)
    try check(PPO.Settings(), registry.type("PPO")?.constructor)
    try check(DPO.Settings(), registry.type("DPO")?.constructor)
    try check(RewardModel.Settings(), registry.type("RewardModel")?.method("fit"))
  }
}
