import RLXScript
import RLXTensor
import RLXTraining

enum PPOBatchMethods {
  private static let example =
    "ppo = \(PPOMethods.example)\nbatch = ppo.rollout([\"Once\"])\nbatch"

  static var type: HostType {
    HostType(
      PPOBatchObject.typeName,
      "The answers of one PPO step and every number known of them. batch[0] is the first answer, "
        + "one row a token. Tensors hold the tokens of all answers one after the other; offsets "
        + "says where each answer begins.",
      methods: [
        FunctionSpec(
          "list", "The answers as PPOAnswer.", returns: "list of PPOAnswer",
          example: "\(example).list()"
        ) { call in
          let object = try call.object(as: PPOBatchObject.self)
          return .list(
            (0..<object.batch.count).map {
              .host(PPOAnswerObject(object.batch, row: $0, policy: object.policy))
            })
        },
        FunctionSpec(
          "plain", "The answers as maps.", returns: "list of map", example: "\(example).plain()"
        ) { try $0.object(as: PPOBatchObject.self).plain() ?? .nil },
      ],
      properties: [
        property("len", "How many answers it has.", "int") { .int($0.count) },
        property(
          "stage", "How far it has come: rollout, score, advantages or update.", "string"
        ) { .string($0.stage.call) },
        property(
          "age", "Updates of the policy since its answers were drawn. It is good for one, at 0.",
          "int"
        ) { .int($0.age) },
        property("queries", "The ids of each prompt.", "list of list of int") {
          .list($0.queries.map { .ids($0) })
        },
        property("responses", "The ids of each answer.", "list of list of int") {
          .list($0.responses.map { .ids($0) })
        },
        property("texts", "The answers' texts.", "list of string") {
          .list($0.texts.map { .string($0) })
        },
        property(
          "offsets", "Where each answer's tokens begin, and where the last end.", "list of int"
        ) { .list($0.offsets.map { .int(Int($0)) }) },
        property(
          "scores", "What the reward said, after scaling and clipping.", "tensor",
          example: PPOMethods.batch(through: "score", reading: "scores")
        ) { batch in
          guard let scores = batch.scores else { throw missing("scores", "ppo.score(batch)") }
          return Value(Tensor(scores.map { Float($0) }, [scores.count]))
        },
        property(
          "raw_scores", "What the reward said, before anything was done to it.", "tensor",
          example: PPOMethods.batch(through: "score", reading: "raw_scores")
        ) { batch in
          guard let scores = batch.rawScores else {
            throw missing("raw_scores", "ppo.score(batch)")
          }
          return Value(Tensor(scores.map { Float($0) }, [scores.count]))
        },
      ] + tensors, example: example)
  }

  /// The tensors the stages leave, with the call that leaves each.
  private static var tensors: [PropertySpec] {
    [
      tensor("logprobs", "Log-probabilities under the policy, in nats.", after: "rollout"),
      tensor("ref_logprobs", "Log-probabilities under the reference.", after: "rollout"),
      tensor("kl", "The KL term of each token, before its weight.", after: "rollout"),
      tensor("values", "The value head's estimates.", after: "rollout"),
      tensor(
        "rewards", "-kl_coef times KL, the score added at the last token.", after: "advantages"),
      tensor("advantages", "Whitened advantages.", after: "advantages"),
      tensor("returns", "Advantages before whitening, plus values.", after: "advantages"),
      tensor("ratio", "New over old probability in the last pass.", after: "update"),
      tensor("clipped", "1 where the ratio was clipped.", after: "update"),
    ]
  }

  private static func tensor(_ name: String, _ doc: String, after stage: String) -> PropertySpec {
    property(
      name, doc + " A tensor [tokens].", "tensor",
      example: PPOMethods.batch(through: stage, reading: name)
    ) { batch in
      guard let found = batch.named.first(where: { $0.name == name }) else {
        throw missing(name, "ppo.\(stage)(batch)")
      }
      return Value(found.tensor)
    }
  }

  private static func missing(_ name: String, _ remedy: String) -> Fault {
    Fault(.value, "PPOBatch: \(name): not there yet", remedy: remedy)
  }

  private static func property(
    _ name: String, _ doc: String, _ returns: String, example: String? = nil,
    _ body: @escaping (PPOBatch) throws -> Value
  ) -> PropertySpec {
    PropertySpec(name, doc, returns: returns, example: example, of: PPOBatchObject.self) {
      try body($0.batch)
    }
  }

  // MARK: One answer

  static var answerType: HostType {
    HostType(
      PPOAnswerObject.typeName,
      "One answer of a batch as it was when it was read, one row a token: token, logprobs, "
        + "ref_logprobs, kl, values, and what later stages left.",
      methods: [
        FunctionSpec(
          "list", "The tokens as maps.", returns: "list of map", example: "\(example)[0].list()"
        ) { call in
          let object = try call.object(as: PPOAnswerObject.self)
          return try object.index([.range(lower: nil, upper: nil)])
        },
        FunctionSpec(
          "plain", "The answer as a map of lists.", returns: "map",
          example: "\(example)[0].plain()"
        ) { try $0.object(as: PPOAnswerObject.self).plain() ?? .nil },
      ],
      properties: [
        answer("len", "How many tokens it has.", "int") { .int($0.tokens.count) },
        answer("prompt", "The prompt.", "string") { .string($0.prompt) },
        answer("text", "The answer.", "string") { .string($0.text) },
        answer("tokens", "The ids of the answer.", "list of int") { .ids($0.tokens) },
        answer("score", "Its score; nil before one was given.", "float or nil") {
          $0.score.map { .float($0) } ?? .nil
        },
      ]
        + tensors.map { spec in
          answer(
            spec.name, spec.doc, "tensor",
            example: spec.example?.replacing("batch.\(spec.name)", with: "batch[0].\(spec.name)")
          ) { object in
            guard let values = object.column(spec.name) else {
              throw missing(spec.name, "read the answer again after the stage that leaves it")
            }
            return Value(Tensor(values, [values.count]))
          }
        }, example: "\(example)[0]")
  }

  private static func answer(
    _ name: String, _ doc: String, _ returns: String, example: String? = nil,
    _ body: @escaping (PPOAnswerObject) throws -> Value
  ) -> PropertySpec {
    PropertySpec(
      name, doc, returns: returns, example: example, of: PPOAnswerObject.self, body: body)
  }
}
