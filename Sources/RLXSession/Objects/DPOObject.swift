import RLXScript
import RLXTraining

/// A DPO trainer as scripts hold it.
package final class DPOObject: TrainerObject {
  package static let typeName = "DPO"

  package let trainer: DPO
  let policy: ModelObject
  let reference: ReferenceModel
  package let identity = ObjectIdentity()

  init(_ trainer: DPO, policy: ModelObject, reference: ModelObject?) {
    self.trainer = trainer
    self.policy = policy
    self.reference = ReferenceModel(reference, own: trainer.reference, of: policy)
  }

  package var typeName: String { Self.typeName }
  var state: any RecordingTrainer { trainer }
  var modelName: String { policy.name }
  var summary: String { "DPO of \(policy.name), near \(reference.words)" }
  var headlines: [String] { ["loss", "rewards/accuracies", "rewards/margins"] }

  package func display(_ style: DisplayStyle) -> String { displayTrainer(style) }

  package var objectState: ObjectState {
    trainerState(holds: [.host(policy), .host(reference.object)])
  }

  package func absorb(into digest: inout DigestBuilder) {
    absorbTrainer(into: &digest)
    reference.absorb(into: &digest)
  }
}
