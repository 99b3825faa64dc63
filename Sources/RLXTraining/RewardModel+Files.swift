import RLXModels
import RLXTensor

extension RewardModel {
  /// The file of the head beside the trunk's.
  private static let headFile = "score.safetensors"

  /// Writes the trunk as a model folder, and the head as `score.weight` [1, C] and `score.bias` [1]
  /// in `score.safetensors` beside it.
  package func save(folder: String) throws {
    try model.save(folder: folder)
    try Checkpoint.write(
      tensors: [("score.weight", head.weight.value), ("score.bias", head.bias.value)],
      metadata: [("format", "pt")], to: folder + "/" + Self.headFile)
  }

  /// A reward model saved by `save`.
  package static func load(folder: String, draws: TrainerDraws) throws -> RewardModel {
    let model = try LanguageModel.load(folder: folder)
    let file = try Checkpoint.read(folder + "/" + headFile)
    let weight = try file.tensor(named: "score.weight")
    let bias = try file.tensor(named: "score.bias")
    let width = model.family.config.hiddenSize
    guard weight.shape == [1, width], bias.shape == [1] else {
      throw TrainingError.head(
        folder: folder + "/" + headFile,
        found: "score.weight \(weight.shape), score.bias \(bias.shape)",
        wanted: "score.weight [1, \(width)], score.bias [1]")
    }
    let head = ValueHead(
      width: width, kind: .torchLinear,
      draw: Draw(seed: 0, call: 0, count: 0, purpose: .initial))
    head.weight.value = weight
    head.bias.value = bias
    return RewardModel(model: model, head: head, draws: draws)
  }
}
