import RLXModels
import RLXScript
import RLXTraining

/// A trainer of a session whose steps can be counted beforehand.
struct PlannedObject {
  let name: String
  let trainer: any PlannedTrainer
  /// The networks that score its answers.
  let rewards: [LanguageModel]
  /// The most tokens of an answer, where the trainer draws it itself.
  let answerLength: Int?

  /// nil for what is no trainer that can be.
  init?(_ value: Value) {
    guard case .host(let object) = value, let trainer = object as? any TrainerObject,
      let planned = trainer.state as? any PlannedTrainer
    else { return nil }
    name = trainer.typeName
    self.trainer = planned
    if let ppo = trainer as? PPOObject {
      rewards = Self.networks(of: ppo.reward)
      answerLength = ppo.trainer.settings.maxTokens.high
    } else {
      rewards = []
      answerLength = nil
    }
  }

  func cost(_ size: RowSize, rows: Int?) -> StepCost {
    StepCost(trainer, size, rewards: rewards, rows: rows)
  }

  /// The networks in a reward as a script gave it.
  private static func networks(of reward: Value) -> [LanguageModel] {
    switch reward {
    case .host(let object as RewardModelObject): [object.model.model]
    case .list(let list): list.elements.flatMap(networks)
    default: []
    }
  }
}
