import RLXScript
import RLXTraining

/// A PPO trainer as scripts hold it.
package final class PPOObject: TrainerObject {
  package static let typeName = "PPO"

  package let trainer: PPO
  let policy: ModelObject
  let reference: ReferenceModel
  /// What scores the answers, as the script gave it; nil for the classic form.
  let reward: Value
  package let identity = ObjectIdentity()

  init(_ trainer: PPO, policy: ModelObject, reference: ModelObject?, reward: Value) {
    self.trainer = trainer
    self.policy = policy
    self.reference = ReferenceModel(reference, own: trainer.reference, of: policy)
    self.reward = reward
  }

  package var typeName: String { Self.typeName }
  var state: any RecordingTrainer { trainer }
  var modelName: String { policy.name }

  var summary: String {
    let scored = reward.isNil ? "scores given by hand" : "reward \(reward.described)"
    return "PPO of \(policy.name), near \(reference.words), \(scored)"
  }

  var headlines: [String] {
    ["ppo/mean_scores", "objective/kl", "objective/kl_coef", "ppo/policy/clipfrac"]
  }

  package func display(_ style: DisplayStyle) -> String { displayTrainer(style) }

  package var objectState: ObjectState {
    trainerState(holds: [.host(policy), .host(reference.object), reward])
  }

  package func absorb(into digest: inout DigestBuilder) {
    absorbTrainer(into: &digest)
    reference.absorb(into: &digest)
  }
}
