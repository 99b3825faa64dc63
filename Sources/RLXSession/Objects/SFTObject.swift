import RLXScript
import RLXTraining

/// A supervised trainer as scripts hold it.
package final class SFTObject: TrainerObject {
  package static let typeName = "SFT"

  package let trainer: SFT
  let policy: ModelObject
  let truncation: Truncation
  package let identity = ObjectIdentity()

  init(_ trainer: SFT, policy: ModelObject, truncation: Truncation) {
    self.trainer = trainer
    self.policy = policy
    self.truncation = truncation
  }

  package var typeName: String { Self.typeName }
  var state: any RecordingTrainer { trainer }
  var options: [(name: String, value: SettingValue)] { truncation.plain }
  var modelName: String { policy.name }
  var summary: String { "SFT of \(policy.name)" }
  var headlines: [String] { ["loss", "mean_token_accuracy"] }

  package func display(_ style: DisplayStyle) -> String { displayTrainer(style) }
  package var objectState: ObjectState {
    trainerState(holds: [.host(policy)], truncation: truncation)
  }
  package func absorb(into digest: inout DigestBuilder) { absorbTrainer(into: &digest) }
}
