import Glibc
import RLXData
import RLXModels
import RLXTensor

extension RewardModel {
  /// The head's own file in folders of the first format, beside a language model.
  static let headFile = "score.safetensors"

  /// Writes a folder in Hugging Face's form of sequence classification with one label. `mean` and
  /// `std` in config.json are what scores are normalised by, if they are (OpenRLHF's names).
  package func saveModel(folder: String) throws {
    try model.saveClassifier(
      folder: folder, score: head.weight.value,
      fields: savedNormalization.map {
        [("mean", .double($0.mean)), ("std", .double($0.deviation))]
      } ?? [])
  }

  /// The head of Hugging Face's form has no bias: one goes into the mean.
  private var savedNormalization: ScoreNormalization? {
    let bias = Double(head.bias.value.array[0])
    guard bias != 0 || normalization != nil else { return nil }
    let known = normalization ?? ScoreNormalization(mean: 0, deviation: 1)
    return ScoreNormalization(mean: known.mean - bias, deviation: known.deviation)
  }

  /// The reward model of such a folder, without its optimizer; also of one of the first format.
  package static func load(folder: String, draws: TrainerDraws) throws -> RewardModel {
    if access(folder + "/" + headFile, F_OK) == 0 {
      return try loadFirstFormat(folder: folder, draws: draws)
    }
    let (trunk, score, fields) = try LanguageModel.loadClassifier(folder: folder)
    let reward = RewardModel(
      model: trunk, head: ValueHead(weight: score, bias: .zeros([1])), draws: draws)
    if let deviation = try fields.positive("std") {
      guard let mean = fields["mean"]?.doubleValue, mean.isFinite else {
        throw fields.wrong("mean", fields["mean"] ?? .null, wanted: "a number, as there is a std")
      }
      reward.normalization = ScoreNormalization(mean: mean, deviation: deviation)
    }
    return reward
  }

  /// A language model with `score.weight` [1, C] and `score.bias` [1] in a file beside it.
  private static func loadFirstFormat(folder: String, draws: TrainerDraws) throws -> RewardModel {
    let model = try LanguageModel.load(folder: folder).trunk()
    let file = try Checkpoint(folder + "/" + headFile)
    let weight = try file.tensor(named: "score.weight", shape: [1, model.config.width])
    let bias = try file.tensor(named: "score.bias", shape: [1])
    return RewardModel(
      model: model, head: ValueHead(weight: weight, bias: bias), draws: draws)
  }
}
