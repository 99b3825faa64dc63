import RLXModels
import RLXTensor

extension RewardModel {
  /// The file of the head beside the trunk's.
  static let headFile = "score.safetensors"

  /// Writes the trunk as a model folder, and the head as `score.weight` [1, C] and `score.bias` [1]
  /// in `score.safetensors` beside it.
  package func saveModel(folder: String) throws {
    try model.save(folder: folder)
    try Checkpoint.write(
      [("score.weight", head.weight.value), ("score.bias", head.bias.value)],
      to: folder + "/" + Self.headFile)
  }

  /// The reward model of such a folder, without its optimizer.
  package static func load(folder: String, draws: TrainerDraws) throws -> RewardModel {
    let model = try LanguageModel.load(folder: folder)
    let file = try Checkpoint(folder + "/" + headFile)
    let weight = try file.tensor(named: "score.weight", shape: [1, model.config.width])
    let bias = try file.tensor(named: "score.bias", shape: [1])
    return RewardModel(
      model: model, head: ValueHead(weight: weight, bias: bias), draws: draws)
  }
}
