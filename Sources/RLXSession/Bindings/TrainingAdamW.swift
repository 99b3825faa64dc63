import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

enum AdamWMethods {
  private static let example = "AdamW(\(ModelMethods.model), learning_rate: 1e-5)"

  static func type(_ core: SessionCore) -> HostType {
    HostType(
      AdamWObject.typeName,
      "The optimizer for loops written by hand, in PyTorch's form: loss.backward(), opt.step(), "
        + "opt.zero().",
      constructor: constructor,
      methods: [step(core), zero],
      properties: [
        PropertySpec("steps", "Steps taken.", returns: "int", of: AdamWObject.self) {
          .int($0.optimizer.steps)
        },
        PropertySpec(
          "learning_rate", "The step size.", returns: "float", of: AdamWObject.self
        ) {
          .float($0.learningRate)
        },
      ])
  }

  private static var constructor: FunctionSpec {
    FunctionSpec(
      AdamWObject.typeName, "An optimizer of the weights of a model.",
      parameters: [
        ParameterSpec(
          "policy", .oneOf([.host(ModelObject.typeName), .host(RewardModelObject.typeName)]),
          aliases: ["model"], doc: "the model whose weights it moves"),
        ParameterSpec(
          "learning_rate", .number, range: .atLeast(0), default: .float(1e-3), aliases: ["lr"],
          usual: "1e-6 to 1e-3", doc: "step size"),
        ParameterSpec(
          "beta1", .number, range: .atLeast(0, below: 1), default: .float(0.9),
          aliases: ["adam_beta1"], usual: "0.9", doc: "decay of the first moment"),
        ParameterSpec(
          "beta2", .number, range: .atLeast(0, below: 1), default: .float(0.999),
          aliases: ["adam_beta2"], usual: "0.95 to 0.999", doc: "decay of the second moment"),
        ParameterSpec(
          "eps", .number, range: .above(0), default: .float(1e-8), aliases: ["adam_epsilon"],
          usual: "1e-8 to 1e-5", doc: "added to the root of the second moment"),
        ParameterSpec(
          "weight_decay", .number, range: .atLeast(0), default: .float(0), usual: "0 to 0.1",
          doc: "decoupled weight decay"),
      ], returns: "AdamW", example: example
    ) { call in
      let (target, all) = try parameters(call)
      let free = all.filter { !$0.parameter.isFrozen }
      guard !free.isEmpty else {
        throw Fault(
          .value, "AdamW: policy: expected a model that can be trained, got one that is frozen",
          remedy: "train a copy: model.copy()", parameter: "policy")
      }
      let rate = try call.double("learning_rate")
      let optimizer = AdamW(
        free.map(\.parameter),
        AdamW.Settings(
          learningRate: Float(rate), beta1: try call.double("beta1"),
          beta2: try call.double("beta2"), eps: Float(try call.double("eps")),
          weightDecay: Float(try call.double("weight_decay"))))
      return .host(
        AdamWObject(
          optimizer, free.map(\.parameter), names: free.map(\.name), learningRate: rate, of: target)
      )
    }
  }

  private static func parameters(_ call: Call) throws
    -> (target: any HostObject, all: [(name: String, parameter: Parameter)])
  {
    guard case .host(let object) = call.value("policy") else {
      throw call.wrong("policy", "a Model")
    }
    if let policy = object as? ModelObject {
      return (policy, policy.model.parameters.map { ($0.name, $0) })
    }
    guard let reward = object as? RewardModelObject else { throw call.wrong("policy", "a Model") }
    let head = [
      ("score.weight", reward.model.head.weight), ("score.bias", reward.model.head.bias),
    ]
    return (reward, reward.model.model.parameters.map { ($0.name, $0) } + head)
  }

  private static func step(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "step", "Moves every weight that has a gradient; gives the norm of all gradients.",
      parameters: [
        ParameterSpec(
          "learning_rate", .number, range: .atLeast(0), optional: true, aliases: ["lr"],
          example: "1e-5", doc: "the step size of this step"),
        ParameterSpec(
          "max_grad_norm", .number, range: .above(0), optional: true, example: "1.0",
          doc: "gradients are scaled down to this norm"),
      ], effects: .mutates, returns: "float", example: "\(example).step()"
    ) { [unowned core] call in
      let object = try call.object(as: AdamWObject.self)
      let rate = try call.isGiven("learning_rate") ? call.double("learning_rate") : nil
      let limit = try call.isGiven("max_grad_norm") ? call.double("max_grad_norm") : nil
      core.touch(object.target)
      try core.point()
      for (name, parameter) in zip(object.names, object.parameters) {
        if let bad = parameter.gradient?.array.first(where: { !$0.isFinite }) {
          throw TrainingError.notFinite(
            trainer: "AdamW.step", tensor: "gradient of \(name)", step: object.optimizer.steps + 1,
            found: "\(bad)")
        }
      }
      let norm = clipGradients(object.parameters, maxNorm: limit.map { Float($0) } ?? .infinity)
      object.optimizer.step(learningRate: Float(rate ?? object.learningRate))
      return .float(Double(norm))
    }
  }

  private static var zero: FunctionSpec {
    FunctionSpec(
      "zero", "Forgets all gradients.", effects: .mutates, returns: "nil",
      example: "\(example).zero()"
    ) { call in
      try call.object(as: AdamWObject.self).optimizer.zeroGradients()
      return .nil
    }
  }
}
