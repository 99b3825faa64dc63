import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

/// A scorer whose scores can be shifted and scaled.
protocol NormalizedObject: ScorerObject {
  var normalization: ScoreNormalization? { get set }
}

enum NormalizeMethods {
  static func all<Object: NormalizedObject>(
    _ type: Object.Type, _ core: SessionCore, _ setup: String
  ) -> [FunctionSpec] {
    [
      FunctionSpec(
        "normalize",
        "Shifts and scales its scores so that these answers score 0 on average with deviation 1, as is "
          + "done before PPO. Training and calibration go on with the scores as trained. Gives "
          + "{mean, std} of the answers.",
        parameters: [
          ParameterSpec(
            "answers",
            .oneOf([
              .host(ModelObject.typeName), .host(CompletionsObject.typeName),
              .host(DatasetObject.typeName), .host(PreferencesObject.typeName), .list,
            ]), aliases: ["policy"],
            doc: "a policy to sample from, its Completions, texts, or rows {prompt, completion}"),
          ParameterSpec(
            "prompts", TextReader.promptTypes, optional: true, example: "[\"Once upon a time\"]",
            doc: "what the policy is to answer"),
          ParameterSpec(
            "max_tokens", .int, range: .atLeast(1), default: .int(40),
            doc: "the most tokens of the policy's answers"),
          ParameterSpec(
            "temperature", .number, range: .above(0), default: .float(1),
            doc: "what the policy's logits are divided by"),
          ParameterSpec(
            "shift_only", .bool, default: .bool(false),
            doc: "whether the deviation stays as it is (Stiennon et al. 2020)"),
        ], effects: [.mutates, .draws], returns: "map",
        example: "\(setup)rm.normalize([\"Once upon a time\", \"Once more\"])"
      ) { [unowned core] call in
        let object = try call.object(as: type)
        let samples = try samples(call, object, core)
        let scores = try object.scores(
          samples, by: object.tokenizer, raw: true, owner: call.spec.qualifiedName, core)
        let shiftOnly = try call.bool("shift_only")
        guard let found = ScoreNormalization(of: scores.map { Float($0) }, shiftOnly: shiftOnly)
        else {
          throw Fault(
            .value,
            "\(call.spec.qualifiedName): answers: expected answers with different scores, got "
              + (scores.isEmpty ? "none" : "\(scores.count) that all score alike"),
            remedy: "answers that differ, 256 or so; or shift_only: true", parameter: "answers")
        }
        object.normalization = found
        return plain(found)
      },
      FunctionSpec(
        "denormalize", "Takes normalize back: scores are again as trained.", effects: .mutates,
        example: "\(setup)rm.normalize([\"Once\", \"One day\"]);\nrm.denormalize()"
      ) { call in
        try call.object(as: type).normalization = nil
        return .nil
      },
    ]
  }

  static func property<Object: NormalizedObject>(_ type: Object.Type) -> PropertySpec {
    PropertySpec(
      "normalization",
      "What is taken from each score and what it is divided by, {mean, std}; nil before normalize.",
      returns: "map or nil", of: type
    ) { $0.normalization.map(plain) ?? .nil }
  }

  private static func plain(_ normalization: ScoreNormalization) -> Value {
    .map([("mean", .float(normalization.mean)), ("std", .float(normalization.deviation))])
  }

  /// The answers given, or those the policy gives now; these take a draw.
  private static func samples(_ call: Call, _ object: any ScorerObject, _ core: SessionCore) throws
    -> [Sample]
  {
    let owner = call.spec.qualifiedName
    guard case .host(let policy as ModelObject) = call.value("answers") else {
      guard !call.isGiven("prompts") else {
        throw Fault(
          .argument, "\(owner): prompts: expected a policy to answer them, got answers",
          remedy: "rm.normalize(policy, prompts)", parameter: "prompts")
      }
      return try ComparisonReader(object.tokenizer, call, "answers").answers(call.value("answers"))
    }
    guard call.isGiven("prompts") else {
      throw Fault(
        .argument, "\(owner): missing argument prompts, which the policy is to answer",
        remedy: "rm.normalize(policy, prompts)", parameter: "prompts")
    }
    let prompts = try TextReader(policy, call, "prompts").prompts(call.value("prompts"))
    let settings = GenerationSettings(
      maxTokens: min(try call.int("max_tokens"), Int(Int32.max)),
      temperature: Float(try call.double("temperature")))
    try settings.validate()
    try ModelMemory(model: policy.model, owner: owner)
      .check(generating: prompts.map(\.tokens.count), n: 1, maxTokens: settings.maxTokens)
    defer { core.endProgress() }
    let completions = try policy.model.generate(
      prompts.map(\.tokens), settings, draw: core.nextDraw(.sample)
    ) { try core.progress("normalize", $0.done, of: $0.total) }
    let reader = ComparisonReader(object.tokenizer, call, "answers")
    guard let own = object.tokenizer, own.isSame(as: policy.model.tokenizer) else {
      return try completions.map { try reader.sample(prompts[$0.promptIndex].text, $0.text) }
    }
    return completions.map { completion in
      let prompt = prompts[completion.promptIndex]
      return Sample(
        prompt: prompt.text, response: completion.text, promptTokens: prompt.tokens,
        responseTokens: completion.tokens)
    }
  }
}
