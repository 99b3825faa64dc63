import RLXModels
import RLXScript
import RLXTraining

/// A reward model on features as scripts hold it.
package final class FeatureModelObject: FittedObject, Digestible {
  package static let typeName = "FeatureModel"

  let model: FeatureModel
  package let identity = ObjectIdentity()

  init(_ model: FeatureModel) { self.model = model }

  package var typeName: String { Self.typeName }
  var trained: FeatureModel { model }
  var tokenizer: Tokenizer? { nil }
  var log: TrainLogObject { TrainLogObject(model.log, of: typeName) }
  var settings: Value { .map(model.plainSettings.map { ($0.name, Value($0.value)) }) }

  func scores(
    _ samples: [Sample], by tokenizer: Tokenizer?, raw: Bool, owner: String, _ core: SessionCore
  ) throws -> [Double] {
    let features = try samples.map { sample in
      try core.point()
      return model.read(sample.response)
    }
    return try (raw ? model.rawScores(features) : model.scores(features)).map(Double.init)
  }

  func encoded(
    _ read: [Comparison<Sample>], _ call: Call, _ parameter: String, _ core: SessionCore
  ) throws -> [Comparison<[Double]>] {
    let texts = read.map { comparison in comparison.map(\.response) }
    try PreferenceFit.refuseEqualAnswers(texts, read, call, parameter)
    return try texts.map { comparison in
      try core.point()
      return comparison.map(model.read)
    }
  }

  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    var facts = [
      "FeatureModel of \(model.features.map(\.rawValue).joined(separator: ", "))",
      "\(model.hidden) hidden", NumberText.count(model.log.count, "step"),
    ]
    for name in ["loss", "accuracy"] {
      if let value = model.log.last(name) {
        facts.append("\(name) \(NumberText.significant(value))")
      }
    }
    return facts.joined(separator: view.separator)
  }

  package func plain() throws -> Value? {
    .map([
      ("features", .list(model.features.map { .string($0.rawValue) })),
      ("hidden", .int(model.hidden)), ("settings", settings), ("log", try log.plain() ?? .nil),
    ])
  }

  package var objectState: ObjectState {
    model.objectState().and(.gradients(of: model.parameters))
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.count(model.features.count)
    for feature in model.features { digest.text(feature.rawValue) }
    digest.trainer(typeName, model, settings: model.plainSettings)
  }
}
