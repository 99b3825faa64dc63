import RLXModels
import RLXScript
import RLXTensor
import RLXTraining

/// A reward model as scripts hold it.
package final class RewardModelObject: TrainerObject, FittedObject {
  package static let typeName = "RewardModel"

  package let model: RewardModel
  /// What it was made from.
  let name: String
  let truncation: Truncation
  package let identity = ObjectIdentity()

  init(_ model: RewardModel, name: String, truncation: Truncation) {
    self.model = model
    self.name = name
    self.truncation = truncation
  }

  package var typeName: String { Self.typeName }
  var state: any RecordingTrainer { model }
  var trained: RewardModel { model }
  var options: [(name: String, value: SettingValue)] { truncation.plain }
  var modelName: String { name }
  var summary: String { "RewardModel from \(name)" }
  var headlines: [String] { ["loss", "accuracy", "margin"] }

  package func display(_ style: DisplayStyle) -> String { displayTrainer(style) }
  package var objectState: ObjectState {
    let parameters = model.parameters
    var state = trainerState(truncation: truncation).and(.gradients(of: parameters))
    state.release = { [model] in
      model.releaseMoments()
      for parameter in parameters { parameter.value = .zeros([]) }
    }
    return state
  }
  package func absorb(into digest: inout DigestBuilder) { absorbTrainer(into: &digest) }
}

/// How often a reward model orders pairs as people did, with its 95 % interval (Wilson 1927).
package final class AccuracyObject: Unchanging {
  package static let typeName = "Accuracy"

  package let accuracy: Accuracy
  package let identity = ObjectIdentity()

  package init(_ accuracy: Accuracy) { self.accuracy = accuracy }

  package var typeName: String { Self.typeName }
  package var isData: Bool { true }

  package func isEqual(to other: any HostObject) -> Bool {
    (other as? AccuracyObject)?.accuracy == accuracy
  }

  package func display(_ style: DisplayStyle) -> String {
    func fixed(_ x: Double) -> String { NumberText.fixed(x, digits: 3) }
    guard accuracy.total > 0 else { return "no pairs" }
    return "\(fixed(accuracy.value)) (\(NumberText.grouped(accuracy.correct)) of "
      + "\(NumberText.grouped(accuracy.total)), 95 % interval \(fixed(accuracy.low)) to "
      + "\(fixed(accuracy.high)))"
  }

  package func plain() throws -> Value? {
    .map([
      ("value", .float(accuracy.value)), ("correct", .int(accuracy.correct)),
      ("total", .int(accuracy.total)), ("low", .float(accuracy.low)),
      ("high", .float(accuracy.high)),
    ])
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.count(accuracy.correct)
    digest.count(accuracy.total)
  }
}
