import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

/// What a script gives as a reward, as trainers want it.
enum ScriptReward {
  /// The values a `reward` parameter takes.
  static let types = ValueType.oneOf([
    .host(RewardModelObject.typeName), .host(EnsembleObject.typeName),
    .host(FeatureModelObject.typeName), .function, .list,
  ])

  /// What scores answers, a function, or a list of either with weights: `[[rm, 1.0], [length, 0.1]]`.
  static func of(_ value: Value, _ policy: ModelObject, _ call: Call, _ core: SessionCore) throws
    -> any Reward
  {
    switch value {
    case .function(let function): return FunctionReward(function, call.interpreter)
    case .host(let object):
      if let scorer = object as? any ScorerObject { return ScorerReward(scorer, policy, core) }
    case .list(let list):
      guard list.count > 0 else { break }
      return WeightedReward(
        try list.elements.map { element in
          guard case .list(let pair) = element, pair.count == 2,
            let weight = pair.elements[1].asDouble, weight.isFinite
          else {
            throw Fault(
              .type,
              "PPO: reward: expected a list of [reward, weight], got \(element.described) in it",
              remedy: "reward: [[rm, 1.0], [fn(prompt, response) => response.len, 0.01]]",
              parameter: "reward")
          }
          return (weight, try of(pair.elements[0], policy, call, core))
        })
    default: break
    }
    throw Fault(
      .type,
      "PPO: reward: expected a RewardModel, an Ensemble, a FeatureModel or a function of prompt and "
        + "response, got "
        + value.described, remedy: "reward: fn(prompt, response) => response.len",
      parameter: "reward")
  }
}

/// A function of the script, called with prompt and response as texts.
private final class FunctionReward: Reward {
  private let function: FunctionValue
  /// It owns the session's objects, this among them, and outlives them.
  private unowned let interpreter: Interpreter

  init(_ function: FunctionValue, _ interpreter: Interpreter) {
    self.function = function
    self.interpreter = interpreter
  }

  func scores(_ samples: [Sample]) throws -> [Double] { try rewards(samples).map(\.total) }

  /// A number speaks of the whole answer, a list or a vector of each of its tokens.
  func rewards(_ samples: [Sample]) throws -> [AnswerReward] {
    try samples.map { sample in
      let answer = try interpreter.call(
        .function(function), [.string(sample.prompt), .string(sample.response)])
      if let reward = AnswerReward(answer) { return reward }
      throw Fault(
        .type,
        "PPO: reward: expected a number, or one for each token, from the function, got "
          + answer.described,
        remedy: "reward: fn(prompt, response) => response.len")
    }
  }
}

extension AnswerReward {
  /// A number, a tensor of one number, or a list or vector of numbers; nil for anything else.
  init?(_ value: Value) {
    if let number = value.asDouble {
      self = .score(number)
    } else if let tensor = value.tensor {
      guard tensor.count == 1 || tensor.rank == 1 else { return nil }
      self =
        tensor.rank == 0 || tensor.count == 1
        ? .score(Double(tensor.item)) : .tokens(tensor.array.map(Double.init))
    } else if case .list(let list) = value {
      let numbers = list.elements.compactMap(\.asDouble)
      guard numbers.count == list.count else { return nil }
      self = .tokens(numbers)
    } else {
      return nil
    }
  }
}

/// What scores answers, as PPO wants it. If its tokenizer is not the policy's, the texts count
/// instead of the ids.
private final class ScorerReward: Reward, ValueSource {
  private let object: any ScorerObject
  private let tokenizer: Tokenizer
  private unowned let core: SessionCore

  init(_ object: any ScorerObject, _ policy: ModelObject, _ core: SessionCore) {
    self.object = object
    self.core = core
    tokenizer = policy.model.tokenizer
  }

  /// Of a reward model; several have no one head.
  var valueSource: (model: LanguageModel, head: ValueHead)? {
    (object as? RewardModelObject)?.model.valueSource
  }

  func scores(_ samples: [Sample]) throws -> [Double] {
    try object.scores(
      samples, by: tokenizer, raw: false, owner: "\(object.typeName).score", core)
  }
}
