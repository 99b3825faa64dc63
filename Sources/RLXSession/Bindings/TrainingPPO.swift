import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

enum PPOMethods {
  static let example =
    "PPO(\(ModelMethods.model), reward: fn(prompt, response) => response.count(\"a\"))"

  private static let batchExample =
    "ppo = \(example); batch = ppo.rollout([\"Once\"])"

  static func type(_ core: SessionCore) -> HostType {
    HostType(
      PPOObject.typeName,
      "Proximal policy optimisation against a reward, held near a reference by a KL term: rollout, "
        + "score, advantages, update; or step, which is all four; or run.",
      constructor: constructor(core), statics: [resume(core)],
      methods: stages(core) + [
        step(core), run(core),
        CheckpointMethods.save(PPOObject.self, core, example: "\(example).save(\"my-ppo\")"),
        TrainerMethods.plain(PPOObject.self, example),
      ],
      properties: TrainerMethods.properties(PPOObject.self) + [
        PropertySpec("policy", "The model it trains.", returns: "Model", of: PPOObject.self) {
          .host($0.policy)
        },
        PropertySpec(
          "reference", "The model it stays near.", returns: "Model", of: PPOObject.self
        ) {
          .host($0.reference.object)
        },
        PropertySpec(
          "kl_coef", "The weight of the KL term now.", returns: "float", of: PPOObject.self
        ) {
          .float($0.trainer.klController.value)
        },
        PropertySpec(
          "reward", "What scores the answers, as it was given.", of: PPOObject.self
        ) { $0.reward },
      ])
  }

  private static func constructor(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      PPOObject.typeName, "A PPO trainer of a model.",
      parameters: [
        TrainerMethods.policy, reward, TrainerMethods.reference,
      ] + PPO.Settings.parameters, effects: .draws, returns: "PPO", example: example
    ) { [unowned core] call in
      let policy = try TrainerMethods.policy(call)
      let reference = try TrainerMethods.reference(call, for: policy)
      let settings = try PPO.Settings().applying(call)
      let reward = try call.optional("reward").map { try ScriptReward.of($0, policy, call, core) }
      let trainer = try core.drawing {
        try PPO(
          policy: policy.model, reward: reward, reference: reference?.model, settings: settings,
          draws: $0)
      }
      return .host(
        PPOObject(trainer, policy: policy, reference: reference, reward: call.value("reward")))
    }
  }

  private static var reward: ParameterSpec {
    ParameterSpec(
      "reward", .oneOf([.host(RewardModelObject.typeName), .function, .list]),
      optional: true, example: "fn(prompt, response) => response.len",
      doc: "a RewardModel, a fn(prompt, response), or a list of [reward, weight]; without it "
        + "step takes your scores")
  }

  private static func resume(_ core: SessionCore) -> FunctionSpec {
    CheckpointMethods.resume(
      PPOObject.typeName, core, parameters: [reward, CheckpointMethods.reference],
      example: "\(example).save(\"my-ppo\"); PPO.resume(\"my-ppo\")"
    ) { [unowned core] call, checkpoint in
      let policy = ModelObject(try checkpoint.loadModel(), name: checkpoint.model)
      let reference = try TrainerMethods.reference(call, for: policy)
      let reward = try call.optional("reward").map { try ScriptReward.of($0, policy, call, core) }
      let trainer = try PPO.resume(
        checkpoint, policy.model, reward: reward, reference: reference?.model)
      return .host(
        PPOObject(trainer, policy: policy, reference: reference, reward: call.value("reward")))
    }
  }

  private static func method(
    _ name: String, _ doc: String, parameters: [ParameterSpec], effects: FunctionEffects = [],
    returns: String, example: String, _ body: @escaping (PPOObject, Call) throws -> Value
  ) -> FunctionSpec {
    FunctionSpec(
      name, doc, parameters: parameters, effects: effects, returns: returns, example: example
    ) { call in
      try body(call.object(as: PPOObject.self), call)
    }
  }

  private static var prompts: ParameterSpec {
    ParameterSpec(
      "prompts", TextReader.promptTypes, aliases: ["queries"], example: "[\"Once upon a time\"]",
      doc: "a text, a list of texts or of lists of ids, or a Dataset")
  }
  private static var batch: ParameterSpec {
    ParameterSpec(
      "batch", .host(PPOBatchObject.typeName), doc: "what rollout gave")
  }

  private static func stages(_ core: SessionCore) -> [FunctionSpec] {
    [
      method(
        "rollout",
        "Stage 1: one answer to each prompt, with its log-probabilities, KL and values.",
        parameters: [prompts], effects: .mutates, returns: "PPOBatch",
        example: "\(example).rollout([\"Once\"])"
      ) { [unowned core] object, call in
        let prompts = try TextReader(object.policy, call, "prompts").prompts(call.value("prompts"))
        try checkMemory(object, call, prompts)
        defer { core.endProgress() }
        let batch = try object.trainer.rollout(prompts, report: progress(core).staged)
        return .host(PPOBatchObject(batch, policy: object.policy))
      },
      method(
        "score", "Stage 2: the reward's scores, or those given. Gives the batch.",
        parameters: [
          batch,
          ParameterSpec(
            "scores", .oneOf([.listOf(.number), .host(TensorObject.typeName)]), optional: true,
            example: "[0.5]", doc: "one number an answer, instead of the reward"),
        ], effects: .mutates, returns: "PPOBatch",
        example: "\(batchExample); ppo.score(batch)"
      ) { [unowned core] object, call in
        let batch = try call.host("batch", as: PPOBatchObject.self)
        let scores = try call.optional("scores").map { try numbers($0, call) }
        core.touch(batch)
        try object.trainer.score(batch.batch, scores: scores)
        return .host(batch)
      },
      method(
        "advantages",
        "Stage 3: the KL term, rewards per token, advantages and returns. Gives the batch.",
        parameters: [batch], returns: "PPOBatch",
        example: "\(batchExample); ppo.score(batch); ppo.advantages(batch)"
      ) { [unowned core] object, call in
        let batch = try call.host("batch", as: PPOBatchObject.self)
        core.touch(batch)
        try object.trainer.advantages(batch.batch)
        return .host(batch)
      },
      method(
        "update", "Stage 4: the optimizer steps. Gives what they measured.", parameters: [batch],
        effects: .mutates, returns: "Metrics",
        example: "\(batchExample); ppo.score(batch); ppo.advantages(batch); ppo.update(batch)"
      ) { [unowned core] object, call in
        let batch = try call.host("batch", as: PPOBatchObject.self)
        core.touch(batch)
        core.touch(object.policy)
        defer { core.endProgress() }
        let step = try object.trainer.update(batch.batch, report: progress(core).staged)
        core.warn("PPO", step.warnings)
        return .host(MetricsObject(step, of: object))
      },
    ]
  }

  private static func step(_ core: SessionCore) -> FunctionSpec {
    method(
      "step",
      "All four stages on these prompts; or, with responses and scores, the classic step on "
        + "answers from elsewhere. Gives what it measured.",
      parameters: [
        prompts,
        ParameterSpec(
          "responses", .oneOf([.list, .host(CompletionsObject.typeName)]), optional: true,
          doc: "one answer a prompt: Completions, texts or lists of ids"),
        ParameterSpec(
          "scores", .oneOf([.listOf(.number), .host(TensorObject.typeName)]), optional: true,
          aliases: ["rewards"], doc: "one number an answer"),
      ], effects: .mutates, returns: "Metrics", example: "\(example).step([\"Once\"])"
    ) { [unowned core] object, call in
      let reader = TextReader(object.policy, call, "prompts")
      let prompts = try reader.prompts(call.value("prompts"))
      core.touch(object.policy)
      defer { core.endProgress() }
      let step: PPOStep
      if call.isGiven("responses") || call.isGiven("scores") {
        let answers = try responses(object, call, prompts)
        step = try object.trainer.step(
          queries: prompts.map(\.tokens), responses: answers.map(\.tokens),
          scores: try numbers(call.value("scores"), call),
          texts: zip(prompts, answers).map { ($0.text, $1.text) }, report: progress(core).staged)
      } else {
        try checkMemory(object, call, prompts)
        step = try object.trainer.step(prompts, report: progress(core).staged)
      }
      core.warn("PPO", step.warnings)
      return .host(MetricsObject(step, of: object))
    }
  }

  private static func run(_ core: SessionCore) -> FunctionSpec {
    method(
      "run", "Steps over the prompts in seeded passes, wrapping round. Gives the log.",
      parameters: [
        prompts, ParameterSpec("steps", .int, range: .atLeast(0), example: "20", doc: "how many"),
      ] + CheckpointMethods.parameters, effects: [.mutates, .writes], returns: "TrainLog",
      example: "\(example).run([\"Once\"], steps: 1)"
    ) { [unowned core] object, call in
      let prompts = try TextReader(object.policy, call, "prompts").prompts(call.value("prompts"))
      let steps = try call.int("steps")
      let saving = try PeriodicSave(object, call, core)
      core.touch(object.policy)
      defer { core.endProgress() }
      let done = try object.trainer.run(
        prompts, steps: steps, report: saving.after(progress(core, steps: steps).staged))
      try saving.finish()
      core.warn("PPO", done.flatMap(\.warnings))
      return .host(object.logObject)
    }
  }

  /// Whether answers to all these prompts at once fit into memory.
  private static func checkMemory(_ object: PPOObject, _ call: Call, _ prompts: [Prompt]) throws {
    let memory = ModelMemory(model: object.policy.model, owner: call.spec.qualifiedName)
    let longest = object.trainer.settings.maxTokens
    let lengths = prompts.map(\.tokens.count)
    try memory.check(generating: lengths, n: 1, maxTokens: longest)
    let tokens =
      lengths.reduce(0, +) + prompts.count * min(longest, object.policy.model.config.context)
    try memory.check(tokens: tokens, recording: false)
  }

  private static func progress(_ core: SessionCore, steps: Int = 1) -> TrainingProgress {
    TrainingProgress(
      core: core, trainer: "PPO", headlines: ["ppo/mean_scores", "objective/kl"], steps: steps)
  }

  /// The answers of the classic step; both they and their scores must be there.
  private static func responses(_ object: PPOObject, _ call: Call, _ prompts: [Prompt]) throws
    -> [(text: String, tokens: [Int32])]
  {
    guard call.isGiven("responses"), call.isGiven("scores") else {
      let missing = call.isGiven("responses") ? "scores" : "responses"
      throw Fault(
        .argument, "PPO.step: missing argument \(missing)",
        remedy: "ppo.step(queries, responses, scores), or ppo.step(prompts) with a reward")
    }
    let given: [Value]
    if case .host(let answers as CompletionsObject) = call.value("responses") {
      given = answers.items.map { .host($0) }
    } else {
      given = try call.list("responses")
    }
    guard given.count == prompts.count else {
      throw TrainingError.lengths(
        trainer: "PPO.step", first: "queries", firstCount: prompts.count, second: "responses",
        secondCount: given.count)
    }
    let reader = TextReader(object.policy, call, "responses")
    return try given.indices.map { try reader.response(given[$0], to: prompts[$0], at: $0) }
  }

  private static func numbers(_ value: Value, _ call: Call) throws -> [Double] {
    if let tensor = value.tensor { return tensor.array.map(Double.init) }
    return try (value.asElements() ?? []).map { element in
      guard let number = element.asDouble else {
        throw call.wrong("scores", "a list of numbers")
      }
      return number
    }
  }
}
