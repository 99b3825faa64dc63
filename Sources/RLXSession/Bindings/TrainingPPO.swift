import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

enum PPOMethods {
  static let example =
    "PPO(\(ModelMethods.model), reward: fn(prompt, response) => response.count(\"a\"))"

  /// Lines that take a batch through the stages up to `stage` and then read `property` of it; or
  /// show what the last stage gives.
  static func batch(through stage: String, reading property: String? = nil) -> String {
    let all = ["score", "advantages", "update"]
    let done = all.firstIndex(of: stage).map { all[...$0] } ?? []
    var lines = ["ppo = \(example)", "batch = ppo.rollout([\"Once\"])"]
    lines += done.map { "ppo.\($0)(batch);" }
    if let property {
      lines.append("batch.\(property)")
    } else {
      lines[lines.count - 1].removeLast()  // what the last stage gives is shown
    }
    return lines.joined(separator: "\n")
  }

  static func type(_ core: SessionCore) -> HostType {
    HostType(
      PPOObject.typeName,
      "Proximal policy optimisation against a reward, held near a reference by a KL term: rollout, "
        + "score, advantages, update; or step, which is all four; or run.",
      constructor: constructor(core), statics: [resume(core), differences],
      methods: stages(core) + [
        step(core), run(core), evaluate(core), check(core),
        CheckpointMethods.save(
          PPOObject.self, core, example: "ppo = \(example)\nppo.save(\"my-ppo\")"),
        TrainerMethods.plain(PPOObject.self, "ppo = \(example)\nppo"),
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
        PropertySpec(
          "value_head",
          "The weights of its value head as they are now: {weight: [width], bias: []}. A value is "
            + "policy.hidden(prompt, response) @ weight + bias, where value_model is \"shared\".",
          returns: "map",
          of: PPOObject.self
        ) {
          let head = $0.trainer.valueFunction.head
          return .map([
            ("weight", Value(head.weight.value.reshape([head.weight.value.count]))),
            ("bias", Value(head.bias.value.reshape([]))),
          ])
        },
      ], example: "ppo = \(example)\nppo")
  }

  private static func constructor(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      PPOObject.typeName, "A PPO trainer of a model.",
      parameters: [
        TrainerMethods.policy, reward, TrainerMethods.reference, ptx,
      ] + PPO.Settings.parameters, effects: .draws, returns: "PPO", example: example
    ) { [unowned core] call in
      let policy = try TrainerMethods.policy(call)
      let reference = try TrainerMethods.reference(call, for: policy)
      let settings = try PPO.Settings().applying(call)
      let reward = try call.optional("reward").map { try ScriptReward.of($0, policy, call, core) }
      let texts = try ptxTexts(policy, call)
      let trainer = try core.drawing {
        try PPO(
          policy: policy.model, reward: reward, reference: reference?.model, ptx: texts,
          settings: settings, draws: $0)
      }
      return .host(
        PPOObject(trainer, policy: policy, reference: reference, reward: call.value("reward")))
    }
  }

  private static var reward: ParameterSpec {
    ParameterSpec(
      "reward", ScriptReward.types, optional: true, example: "fn(prompt, response) => response.len",
      doc:
        "a RewardModel, Ensemble or FeatureModel, a fn(prompt, response), or a list of [reward, weight]; without it "
        + "step takes your scores")
  }

  private static var ptx: ParameterSpec {
    ParameterSpec(
      "ptx", TextReader.exampleTypes, optional: true, example: "Dataset(\"nano/text\")",
      doc: "texts whose likelihood is kept up beside the reward, with ptx_coef (PPO-ptx)")
  }

  private static func ptxTexts(_ policy: ModelObject, _ call: Call) throws -> [[Int32]] {
    guard let value = call.optional("ptx") else { return [] }
    return try TextReader(policy, call, "ptx").examples(value).map { $0.prompt + $0.completion }
  }

  private static func resume(_ core: SessionCore) -> FunctionSpec {
    CheckpointMethods.resume(
      PPOObject.typeName, core, parameters: [reward, CheckpointMethods.reference, ptx],
      example: "\(example).save(\"my-ppo\")\nPPO.resume(\"my-ppo\")"
    ) { [unowned core] call, checkpoint in
      let policy = ModelObject(try checkpoint.loadModel(), name: checkpoint.model)
      let reference = try TrainerMethods.reference(call, for: policy)
      let reward = try call.optional("reward").map { try ScriptReward.of($0, policy, call, core) }
      let trainer = try PPO.resume(
        checkpoint, policy.model, reward: reward, reference: reference?.model,
        ptx: try ptxTexts(policy, call))
      return .host(
        PPOObject(trainer, policy: policy, reference: reference, reward: call.value("reward")))
    }
  }

  static func method(
    _ name: String, _ doc: String, parameters: [ParameterSpec], effects: FunctionEffects = [],
    returns: String, example: String, _ body: @escaping (PPOObject, Call) throws -> Value
  ) -> FunctionSpec {
    FunctionSpec(
      name, doc, parameters: parameters, effects: effects, returns: returns, example: example
    ) { call in
      try body(call.object(as: PPOObject.self), call)
    }
  }

  static var prompts: ParameterSpec {
    ParameterSpec(
      "prompts", TextReader.promptTypes, aliases: ["queries"], example: "[\"Once upon a time\"]",
      doc: "a text, a list of texts or of lists of ids, or a Dataset")
  }
  private static var batch: ParameterSpec {
    ParameterSpec(
      "batch", .host(PPOBatchObject.typeName), doc: "what rollout gave")
  }

  private static var answers: ParameterSpec {
    ParameterSpec(
      "responses", .oneOf([.list, .host(CompletionsObject.typeName)]), optional: true,
      doc: "one answer a prompt: Completions, texts or lists of ids")
  }

  private static func stages(_ core: SessionCore) -> [FunctionSpec] {
    [
      method(
        "rollout",
        "Stage 1: one answer to each prompt, or the answers given, with log-probabilities, KL and "
          + "values.",
        parameters: [prompts, answers], effects: .mutates, returns: "PPOBatch",
        example: "ppo = \(example)\nppo.rollout([\"Once\"])"
      ) { [unowned core] object, call in
        let prompts = try TextReader(object.policy, call, "prompts").prompts(call.value("prompts"))
        defer { core.endProgress() }
        let batch: PPOBatch
        if call.isGiven("responses") {
          let answers = try responses(object, call, prompts)
          batch = try object.trainer.rollout(
            queries: prompts.map(\.tokens), responses: answers.map(\.tokens),
            texts: zip(prompts, answers).map { ($0.text, $1.text) })
        } else {
          try checkMemory(object, call, prompts)
          batch = try object.trainer.rollout(prompts, report: progress(core).staged)
        }
        return .host(PPOBatchObject(batch, policy: object.policy))
      },
      method(
        "score", "Stage 2: the reward's scores, or those given. Gives the batch.",
        parameters: [
          batch,
          ParameterSpec(
            "scores", .oneOf([.list, .host(TensorObject.typeName)]), optional: true,
            example: "[0.5]",
            doc: "one number an answer, or a list with one a token, instead of the reward"),
        ], effects: .mutates, returns: "PPOBatch",
        example: batch(through: "score")
      ) { [unowned core] object, call in
        let batch = try call.host("batch", as: PPOBatchObject.self)
        let rewards = try call.optional("scores").map { try answerRewards($0, call) }
        core.touch(batch)
        try object.trainer.score(batch.batch, rewards: rewards)
        return .host(batch)
      },
      method(
        "advantages",
        "Stage 3: the KL term, rewards per token, advantages and returns. Gives the batch.",
        parameters: [batch], returns: "PPOBatch",
        example: batch(through: "advantages")
      ) { [unowned core] object, call in
        let batch = try call.host("batch", as: PPOBatchObject.self)
        core.touch(batch)
        try object.trainer.advantages(batch.batch)
        return .host(batch)
      },
      method(
        "update", "Stage 4: the optimizer steps. Gives what they measured.", parameters: [batch],
        effects: .mutates, returns: "Metrics",
        example: batch(through: "update")
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
        prompts, answers,
        ParameterSpec(
          "scores", .oneOf([.listOf(.number), .host(TensorObject.typeName)]), optional: true,
          aliases: ["rewards"], doc: "one number an answer"),
      ], effects: .mutates, returns: "Metrics", example: "ppo = \(example)\nppo.step([\"Once\"])"
    ) { [unowned core] object, call in
      let reader = TextReader(object.policy, call, "prompts")
      let prompts = try reader.prompts(call.value("prompts"))
      core.touch(object.policy)
      defer { core.endProgress() }
      let step: PPOStep
      if call.isGiven("responses") || call.isGiven("scores") {
        guard call.isGiven("responses"), call.isGiven("scores") else {
          let missing = call.isGiven("responses") ? "scores" : "responses"
          throw Fault(
            .argument, "PPO.step: missing argument \(missing)",
            remedy: "ppo.step(queries, responses, scores), or ppo.step(prompts) with a reward")
        }
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
      ] + TrainingRun.parameters(held: prompts), effects: [.mutates, .writes],
      returns: "TrainLog",
      example: "ppo = \(example)\nppo.run([\"Once\"], steps: 1)"
    ) { [unowned core] object, call in
      let prompts = try TextReader(object.policy, call, "prompts").prompts(call.value("prompts"))
      let steps = try call.int("steps")
      var work = TrainingRun.Work()
      if call.isGiven("eval") {
        let held = try TrainingRun.require(
          try TextReader(object.policy, call, "eval").prompts(call.value("eval")), "eval", call)
        try checkMemory(object, call, held)
        work.evaluate = { try object.trainer.evaluate(held, report: $0) }
      }
      work.sample = try TrainingRun.sampling(
        object, object.policy.model, call, object.trainer.settings.generation)
      let run = try TrainingRun(object, call, core, work, steps: steps)
      core.touch(object.policy)
      try run.perform(progress(core, steps: steps).staged) { report in
        try object.trainer.run(prompts, steps: steps, report: report)
      }
      return .host(object.logObject)
    }
  }

  private static func evaluate(_ core: SessionCore) -> FunctionSpec {
    method(
      "evaluate",
      "What the reward says of answers to prompts that are not trained on, and how far the policy has "
        + "moved there; nothing is changed.", parameters: [prompts], returns: "map",
      example: "ppo = \(example)\nppo.evaluate([\"Once\"]).has(\"eval_objective/kl\")  #> true"
    ) { [unowned core] object, call in
      let prompts = try TextReader(object.policy, call, "prompts").prompts(call.value("prompts"))
      try checkMemory(object, call, prompts)
      defer { core.endProgress() }
      return .metrics(try object.trainer.evaluate(prompts, report: progress(core).staged))
    }
  }

  /// Whether answers to all these prompts at once fit into memory.
  static func checkMemory(_ object: PPOObject, _ call: Call, _ prompts: [Prompt]) throws {
    let memory = ModelMemory(model: object.policy.model, owner: call.spec.qualifiedName)
    let longest = object.trainer.settings.maxTokens.high
    let lengths = prompts.map(\.tokens.count)
    try memory.check(generating: lengths, n: 1, maxTokens: longest)
    let tokens =
      lengths.reduce(0, +) + prompts.count * min(longest, object.policy.model.config.context)
    try memory.check(tokens: tokens, recording: false)
  }

  static func progress(_ core: SessionCore, steps: Int = 1) -> TrainingProgress {
    TrainingProgress(
      core: core, trainer: "PPO", headlines: ["ppo/mean_scores", "objective/kl"], steps: steps)
  }

  /// The answers that were given, one a prompt.
  private static func responses(_ object: PPOObject, _ call: Call, _ prompts: [Prompt]) throws
    -> [(text: String, tokens: [Int32])]
  {
    let given: [Value]
    if case .host(let answers as CompletionsObject) = call.value("responses") {
      given = answers.items.map { .host($0) }
    } else {
      given = try call.list("responses")
    }
    guard given.count == prompts.count else {
      throw TrainingError.lengths(
        trainer: call.spec.qualifiedName, first: "queries", firstCount: prompts.count,
        second: "responses",
        secondCount: given.count)
    }
    let reader = TextReader(object.policy, call, "responses")
    return try given.indices.map { try reader.response(given[$0], to: prompts[$0], at: $0) }
  }

  private static func answerRewards(_ value: Value, _ call: Call) throws -> [AnswerReward] {
    if let tensor = value.tensor { return tensor.array.map { .score(Double($0)) } }
    return try (value.asElements() ?? []).map { element in
      guard let reward = AnswerReward(element) else {
        throw call.wrong("scores", "a list of numbers, or of lists with a number a token")
      }
      return reward
    }
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
