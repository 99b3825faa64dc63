import RLXData
import RLXModels
import RLXTensor

extension FeatureModel {
  private static let files = (config: "config.json", weights: "model.safetensors")
  private static let kind = "rlx-features"

  /// The names in such a folder, for the record of what a session read.
  package static var fileNames: [String] { [files.config, files.weights] }

  /// Writes a folder that `load` reads to the same bits of every score; the optimizer is left out.
  package func save(folder: String) throws {
    try CheckpointFolder.replace(folder, known: Set(Self.fileNames)) { place in
      try CheckpointFolder.make(place)
      try Checkpoint.write(
        parameters.map { ($0.name, $0.value) }, to: place + "/" + Self.files.weights)
      var json: [(key: String, value: JSON)] = [
        ("model_type", .string(Self.kind)),
        ("features", .array(features.map { .string($0.rawValue) })), ("hidden", .int(hidden)),
        ("feature_mean", .array(scales.map { .double($0.mean) })),
        ("feature_std", .array(scales.map { .double($0.deviation) })),
      ]
      if let normalization {
        json += [("mean", .double(normalization.mean)), ("std", .double(normalization.deviation))]
      }
      var bytes: [UInt8] = []
      try JSON.object(json).serialize(into: &bytes)
      try writeAtomically(bytes + [UInt8(ascii: "\n")], to: place + "/" + Self.files.config)
    }
  }

  package static func load(folder: String, draws: TrainerDraws) throws -> FeatureModel {
    let fields = try JSONFields(file: folder + "/" + files.config)
    guard let found = try fields.string("model_type") else { throw fields.missing("model_type") }
    guard found == kind else {
      throw fields.wrong(
        "model_type", .string(found), wanted: "\"\(kind)\"; RewardModel(…) reads other folders")
    }
    let features = try (fields.array("features") ?? []).map { name in
      guard let feature = name.stringValue.flatMap({ TextFeature(rawValue: $0) }) else {
        throw fields.wrong("features", name, wanted: "names of features")
      }
      return feature
    }
    guard !features.isEmpty, let hidden = try fields.int("hidden", in: 1...4096) else {
      throw fields.missing(features.isEmpty ? "features" : "hidden")
    }
    let model = FeatureModel(features, hidden: hidden, draws: draws)
    let weights = try Checkpoint(folder + "/" + files.weights)
    for parameter in model.parameters {
      parameter.value = try weights.tensor(named: parameter.name, shape: parameter.value.shape)
    }
    try model.scale(
      means: numbers("feature_mean", fields), deviations: numbers("feature_std", fields), fields)
    if let deviation = try fields.positive("std"), let mean = fields["mean"]?.doubleValue {
      model.normalization = ScoreNormalization(mean: mean, deviation: deviation)
    }
    return model
  }

  private func scale(means: [Double], deviations: [Double], _ fields: JSONFields) throws {
    guard !means.isEmpty || !deviations.isEmpty else { return }
    guard means.count == features.count, deviations.count == features.count,
      deviations.allSatisfy({ $0 > 0 })
    else {
      throw fields.wrong(
        "feature_std", .array(deviations.map { .double($0) }),
        wanted: "\(features.count) numbers above 0, and as many means")
    }
    scales = zip(means, deviations).map { ($0, $1) }
  }

  private static func numbers(_ name: String, _ fields: JSONFields) throws -> [Double] {
    try (fields.array(name) ?? []).map { value in
      guard let number = value.doubleValue, number.isFinite else {
        throw fields.wrong(name, value, wanted: "numbers")
      }
      return number
    }
  }
}
