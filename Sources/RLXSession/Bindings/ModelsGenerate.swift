import RLXData
import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

extension ModelMethods {
  static func generate(_ core: SessionCore) -> FunctionSpec {
    method(
      "generate",
      "Answers to one prompt or many. Temperature 0 takes the likeliest token each time and draws "
        + "nothing.",
      parameters: [
        ParameterSpec(
          "prompts", TextReader.promptTypes, example: "\"Once upon a time\"",
          doc: "a text, a list of texts or of lists of ids, or a Dataset")
      ] + sampling, effects: .draws, returns: "Completions", example: answer
    ) { [unowned core] object, call in
      .host(CompletionsObject(try answers(object, call, core)))
    }
  }

  /// The answers that a call with `prompts` and the keywords of `sampling` asks for.
  static func answers(_ object: ModelObject, _ call: Call, _ core: SessionCore) throws
    -> [CompletionObject]
  {
    try answers(
      object, to: TextReader(object, call, "prompts").prompts(call.value("prompts")), call, core)
  }

  /// The answers to `prompts`, drawn as the call's keywords of `sampling` say.
  static func answers(
    _ object: ModelObject, to prompts: [Prompt], _ call: Call, _ core: SessionCore
  ) throws -> [CompletionObject] {
    let settings = try generationSettings(call)
    try settings.validate()
    try ModelMemory(model: object.model, owner: call.spec.qualifiedName)
      .check(
        generating: prompts.map(\.tokens.count), n: settings.n, maxTokens: settings.maxTokens)
    let draw =
      settings.temperature == 0
      ? Draw(seed: 0, call: 0, purpose: .sample) : core.nextDraw(.sample)
    let completions = try object.model.generate(prompts.map(\.tokens), settings, draw: draw) {
      try core.progress("generate", $0.done, of: $0.total)
    }
    core.endProgress()
    let described = settings.described
    return completions.map { completion in
      CompletionObject(
        completion, prompt: prompts[completion.promptIndex].text, settings: described, of: object)
    }
  }

  /// How answers are drawn, as keywords.
  static var sampling: [ParameterSpec] {
    [
      ParameterSpec(
        "max_tokens", .int, range: .atLeast(0), default: .int(40),
        aliases: ["max_new_tokens", "response_length"], doc: "the most tokens of an answer"),
      ParameterSpec(
        "min_tokens", .int, range: .atLeast(0), default: .int(0), aliases: ["min_new_tokens"],
        doc: "tokens before an answer may end"),
      ParameterSpec(
        "temperature", .number, range: .atLeast(0), default: .float(1),
        doc: "what the logits are divided by; 0: always the likeliest"),
      ParameterSpec(
        "top_k", .int, range: .atLeast(0), default: .int(0),
        doc: "keep the k likeliest tokens; 0 keeps all"),
      ParameterSpec(
        "top_p", .number, range: .above(0, upTo: 1), default: .float(1),
        doc: "keep the likeliest tokens of this probability"),
      ParameterSpec(
        "n", .int, range: .atLeast(1), default: .int(1), aliases: ["num_return_sequences"],
        doc: "answers to each prompt"),
      ParameterSpec(
        "stop", .oneOf([.string, .listOf(.string)]), default: .list([]), example: "[\"\\n\"]",
        doc: "texts that end an answer and are no part of it"),
      ParameterSpec(
        "ignore_end", .bool, default: .bool(false), aliases: ["ignore_eos"],
        doc: "whether end tokens are tokens like any other"),
    ]
  }

  private static func generationSettings(_ call: Call) throws -> GenerationSettings {
    let stop: [String] =
      if case .string(let one) = call.value("stop") {
        [one.string]
      } else {
        try call.list("stop").compactMap {
          if case .string(let text) = $0 { text.string } else { nil }
        }
      }
    func small(_ name: String) throws -> Int { min(try call.int(name), Int(Int32.max)) }
    return GenerationSettings(
      maxTokens: try small("max_tokens"), minTokens: try small("min_tokens"),
      temperature: Float(try call.double("temperature")), topK: try small("top_k"),
      topP: Float(try call.double("top_p")), n: try small("n"), stop: stop,
      ignoreEnd: try call.bool("ignore_end"))
  }
}

extension GenerationSettings {
  /// As JSON, in the names of scripts.
  fileprivate var described: String {
    var fields = JSONObject()
    fields["max_tokens"] = .int(maxTokens)
    fields["min_tokens"] = .int(minTokens)
    fields["temperature"] = .double(Double(temperature))
    fields["top_k"] = .int(topK)
    fields["top_p"] = .double(Double(topP))
    fields["stop"] = .array(stop.map { .string($0) })
    // Every number was checked to be finite.
    return (try? JSON.object(fields).serialized()) ?? ""
  }
}
