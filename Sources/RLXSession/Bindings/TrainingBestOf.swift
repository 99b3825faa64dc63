import RLXData
import RLXModels
import RLXScript
import RLXTraining

/// Choosing among several answers to each prompt.
enum BestOfMethods {
  private static let by = "fn(prompt, response) => response.len"
  private static let example =
    "policy = \(ModelMethods.model)\n"
    + "best = best_of(policy, \(by), [\"Once\", \"A\"], n: 4)\n"

  private static var parameters: [ParameterSpec] {
    [
      ParameterSpec(
        "policy", .host(ModelObject.typeName), aliases: ["model"], doc: "the model that answers"),
      ParameterSpec(
        "by", AnswerJudge.types, aliases: ["reward"], example: by,
        doc:
          "what scores an answer: a RewardModel, Ensemble, FeatureModel or PRM, a fn(prompt, response), "
          + "a list of [judge, weight], or \"vote\""),
      ParameterSpec(
        "prompts", TextReader.promptTypes, aliases: ["prompt"], example: "[\"Once\"]",
        doc: "a text, a list of texts or of lists of ids, or a Dataset"),
      ParameterSpec(
        "n", .int, range: .between(1, 1e6), default: .int(4), aliases: ["num_generations"],
        usual: "4 to 64", unit: "answers", doc: "answers drawn to each prompt"),
    ] + ModelMethods.sampling.filter { $0.name != "n" } + AnswerJudge.parameters
  }

  static func bestOf(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "best_of",
      "Draws n answers to each prompt and keeps the best by a reward, by its steps, or by vote; of "
        + "equals the first.",
      parameters: parameters, effects: .draws, returns: "BestOf",
      example: example + "best.kl_bound > 0.63  #> true"
    ) { [unowned core] call in .host(try chosen(call, core)) }
  }

  static func rejectionSample(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "rejection_sample",
      "The answers worth imitating, as a Dataset {prompt, completion, score} for SFT: the best of n "
        + "to each prompt, or with a threshold all that reach it.",
      parameters: parameters + filters, effects: .draws, returns: "Dataset",
      example: "policy = \(ModelMethods.model)\n"
        + "data = rejection_sample(policy, \(by), [\"Once\"], n: 4)\ndata.len  #> 1"
    ) { [unowned core] call in
      try dataset(try chosen(call, core), call)
    }
  }

  private static var filters: [ParameterSpec] {
    [
      ParameterSpec(
        "threshold", .number, optional: true, example: "0.5",
        doc: "keep every answer of at least this score, each text once; without it the best alone"),
      ParameterSpec(
        "finished", .bool, default: .bool(false),
        doc: "whether to leave out answers that max_tokens cut off"),
    ]
  }

  private static func chosen(_ call: Call, _ core: SessionCore) throws -> BestOfObject {
    let policy = try TrainerMethods.policy(call)
    let judge = try AnswerJudge(call, policy: policy, core)
    let n = try call.int("n")
    let temperature = try call.double("temperature")
    guard n == 1 || temperature > 0 else {
      throw Fault(
        .value, "\(call.spec.name): temperature: at 0 all \(n) answers to a prompt are the same",
        remedy: "temperature: 1.0", parameter: "temperature")
    }
    let answers = try ModelMethods.answers(policy, call, core)
    let scores = try judge.scores(answers, n: n, call, core)
    return BestOfObject(answers, scores: scores, n: n, by: judge.words, isVote: judge.isVote)
  }

  private static func dataset(_ object: BestOfObject, _ call: Call) throws -> Value {
    let threshold = try call.isGiven("threshold") ? call.double("threshold") : nil
    return try Value(object.dataset(threshold: threshold, finished: try call.bool("finished")))
  }

  // MARK: The type

  static var type: HostType {
    HostType(
      BestOfObject.typeName,
      "The best of n answers to each prompt, with all answers and their scores.",
      methods: [
        FunctionSpec(
          "dataset",
          "The answers worth imitating as a Dataset {prompt, completion, score}: the best to each "
            + "prompt, or with a threshold all that reach it.",
          parameters: filters, returns: "Dataset", example: example + "best.dataset().len  #> 2"
        ) { call in try dataset(try call.object(as: BestOfObject.self), call) },
        FunctionSpec(
          "pairs",
          "The best and the worst answer to each prompt as a Dataset {prompt, chosen, rejected}; "
            + "prompts whose answers score alike are left out.",
          returns: "Dataset", example: example + "best.pairs()"
        ) { call in try Value(try call.object(as: BestOfObject.self).pairs()) },
        FunctionSpec(
          "curve",
          "What the best of 1, 2, … n would score on average, without bias (Nakano et al. 2021), with "
            + "the KL bound of each.",
          returns: "list of map {n, kl_bound, score}", example: example + "best.curve().len  #> 4"
        ) { call in .list(try call.object(as: BestOfObject.self).curve()) },
        FunctionSpec(
          "plain", "The best answers as maps.", returns: "list of map {prompt, text, score}",
          example: example + "best.plain()"
        ) { try $0.object(as: BestOfObject.self).plain() ?? .nil },
      ],
      properties: [
        property("completions", "The best answer to each prompt.", "Completions") { result in
          .host(CompletionsObject(result.best.map { result.answers[$0] }))
        },
        property("texts", "The best answers' texts.", "list of string") { result in
          .list(result.best.map { .string(result.answers[$0].completion.text) })
        },
        property("scores", "The best answers' scores.", "list of float") { result in
          .numbers(result.best.map { result.scores[$0] })
        },
        property("all", "Every answer, prompt by prompt.", "Completions") {
          .host(CompletionsObject($0.answers))
        },
        property("all_scores", "The score of every answer.", "list of float") {
          .numbers($0.scores)
        },
        property("n", "Answers drawn to each prompt.", "int") { .int($0.n) },
        property(
          "kl_bound",
          "The most that choosing moves the policy from itself: log n - (n - 1)/n, in nats.",
          "float"
        ) { .float(bestOfKLBound($0.n)) },
        property("len", "How many prompts there were.", "int") { .int($0.best.count) },
      ], example: example + "best")
  }

  private static func property(
    _ name: String, _ doc: String, _ returns: String, _ body: @escaping (BestOfObject) -> Value
  ) -> PropertySpec {
    PropertySpec(name, doc, returns: returns, of: BestOfObject.self, body: body)
  }
}
