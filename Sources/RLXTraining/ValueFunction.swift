import RLXModels
import RLXTensor

/// The estimate of the return in each state of an answer: a scalar head on hidden states.
///
/// The states are the policy's own (Ziegler et al. 2019, TRL 0.11), or those of a network of its own
/// (Stiennon et al. 2020; InstructGPT and N+ begin it as the reward model, head included).
package struct ValueFunction {
  /// The network of its own; nil where the head reads the policy's states.
  package let model: LanguageModel?
  package let head: ValueHead

  /// What stands before the names of the network's parameters in those of the trainer's.
  static let prefix = "value/"

  init(model: LanguageModel?, head: ValueHead) {
    self.model = model
    self.head = head
  }

  /// What the settings ask for. `reward` must be a reward model for `value_model: "reward"`.
  init(
    for policy: LanguageModel, reward: (any Reward)?, settings: PPO.Settings,
    draw: @autoclosure () -> Draw
  ) throws(TrainingError) {
    switch settings.valueModel {
    case .shared, .separate:
      model = settings.valueModel == .shared ? nil : policy.copy()
      head = ValueHead(
        width: policy.config.width, kind: settings.valueHeadInit.initialization, draw: draw())
    case .reward:
      guard let trained = (reward as? any ValueSource)?.valueSource else {
        throw .conflict(
          trainer: PPO.Settings.trainer, names: ["value_model", "reward"],
          reason: "a value function from the reward model, and a reward that is none")
      }
      guard trained.model.config.vocabulary == policy.config.vocabulary else {
        throw .conflict(
          trainer: PPO.Settings.trainer, names: ["value_model", "reward"],
          reason: "a value function from a reward model with another vocabulary than the policy's")
      }
      model = trained.model.copy()
      head = trained.head.copy()
    }
  }

  /// What is trained besides the policy.
  var parameters: [(name: String, parameter: Parameter)] {
    let own = model?.parameters.filter { !$0.isFrozen } ?? []
    return own.map { (Self.prefix + $0.name, $0) }
      + [("v_head.weight", head.weight), ("v_head.bias", head.bias)]
  }

  /// The values [R] before each response token and, where `pass` read them or `readingEnds` asks for
  /// them, [E] after the last.
  func callAsFunction(
    _ pass: ResponsePass, _ pairs: [TokenPair], recording: Bool, readingEnds: Bool
  ) throws -> (tokens: Tensor, ends: Tensor?) {
    guard !pass.targets.isEmpty else { return (.zeros([0]), readingEnds ? .zeros([0]) : nil) }
    guard let model else {
      return (
        head(pass.hidden, recording: recording), pass.ends.map { head($0, recording: recording) }
      )
    }
    let own = try model.forward(pairs, recording: recording, readingEnds: readingEnds)
    return (head(own.hidden, recording: recording), own.ends.map { head($0, recording: recording) })
  }
}

/// A reward that a value function can begin as.
package protocol ValueSource {
  var valueSource: (model: LanguageModel, head: ValueHead)? { get }
}
