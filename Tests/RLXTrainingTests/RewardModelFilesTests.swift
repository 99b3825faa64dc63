import Foundation
import RLXModels
import RLXTensor
import RLXTestSupport
import RLXTraining
import Testing

/// Folders of reward models: Hugging Face's, ours, and those of the first format.
@Suite(.serialized) struct RewardModelFilesTests {
  struct Recorded: Decodable {
    let chosen, rejected: [[Int32]]
    let scores: [String: [Float]]
  }

  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("reward-files-\(UUID().uuidString)")

  private func rows() throws -> [[Int32]] {
    let recorded = try Fixture.json("reward-trl.json", as: Recorded.self)
    return recorded.chosen + recorded.rejected
  }

  /// float32 on both sides, numbers of size 1: transformers scored a padded batch.
  @Test(arguments: ["classifier-llama", "classifier-gpt2"])
  func aFolderThatTransformersWroteScoresTheSame(name: String) throws {
    let recorded = try Fixture.json("reward-trl.json", as: Recorded.self)
    let path = Repository.golden("training/\(name)").path
    let rm = try RewardModel.load(folder: path, draws: Fixture.draws)
    let wanted = try #require(recorded.scores[name])
    #expect(furthest(try rm.scores(try rows()), wanted) < 1e-5)

    defer { try? FileManager.default.removeItem(at: folder) }
    try rm.save(folder: folder.path)
    let again = try RewardModel.load(folder: folder.path, draws: Fixture.draws)
    #expect(try again.scores(try rows()) == rm.scores(try rows()))
    let config = try String(
      contentsOf: folder.appendingPathComponent("config.json"), encoding: .utf8)
    let family = name.hasSuffix("llama") ? "Llama" : "GPT2"
    for field in [
      "\"architectures\": [\"\(family)ForSequenceClassification\"]",
      "\"id2label\": {\"0\": \"LABEL_0\"}", "\"pad_token_id\": 0",
    ] { #expect(config.contains(field), "\(field) in \(config)") }
    let weights = try Checkpoint(folder.path + "/model.safetensors")
    #expect(weights["score.weight"]?.shape == [1, rm.model.config.width])
    #expect(weights["lm_head.weight"] == nil)
  }

  /// A language model with `score.safetensors` beside it, as rlx wrote before.
  @Test func aFolderOfTheFirstFormatStillLoads() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let policy = try Fixture.policy()
    try policy.save(folder: folder.path)
    let weight = Tensor((0..<32).map { Float($0) / 50 - 0.3 }, [1, 32])
    try Checkpoint.write(
      [("score.weight", weight), ("score.bias", Tensor([0.75], [1]))],
      to: folder.path + "/score.safetensors")
    let rm = try RewardModel.load(folder: folder.path, draws: Fixture.draws)
    let row = try rows()[0]
    let hidden = policy.family.hidden(PackedBatch([row]), recording: false).array.suffix(32)
    let wanted = zip(hidden, weight.array).reduce(0.75) { $0 + $1.0 * $1.1 }
    #expect(furthest([try rm.score(row)], [wanted]) < 1e-5)

    // What has no place in Hugging Face's form, the bias, goes into the mean.
    let new = folder.appendingPathComponent("new").path
    try rm.save(folder: new)
    let again = try RewardModel.load(folder: new, draws: Fixture.draws)
    #expect(again.normalization == ScoreNormalization(mean: -0.75, deviation: 1))
    #expect(furthest([try again.score(row)], [wanted]) < 1e-5)
  }

  @Test func normalisationIsSavedAndTakenBack() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = Repository.golden("training/classifier-llama").path
    let rm = try RewardModel.load(folder: path, draws: Fixture.draws)
    let raw = try rm.scores(try rows())
    rm.normalization = ScoreNormalization(of: raw, shiftOnly: false)
    let scores = try rm.scores(try rows())
    // Rounded once each, of size 1.
    #expect(abs(mean(scores)) < 1e-6)
    #expect(abs(mean(scores.map { $0 * $0 }) - 1) < 1e-6)
    #expect(try rm.rawScores(try rows()) == raw)
    try rm.save(folder: folder.path)
    let again = try RewardModel.load(folder: folder.path, draws: Fixture.draws)
    #expect(try again.scores(try rows()) == scores)
    let resumed = try RewardModel.resume(
      try TrainerCheckpoint(folder: folder.path, of: "RewardModel"))
    #expect(resumed.normalization == rm.normalization)
    rm.normalization = nil
    #expect(try rm.scores(try rows()) == raw)
  }

  @Test func aRewardModelIsNoLanguageModelAndTheOtherWayRound() throws {
    let classifier = Repository.golden("training/classifier-gpt2").path
    #expect { try LanguageModel.load(folder: classifier) } throws: { error in
      "\(error)".contains("RewardModel(…) reads a reward model")
    }
    let policy = Repository.golden("training/policy").path
    #expect { try RewardModel.load(folder: policy, draws: Fixture.draws) } throws: { error in
      "\(error)".contains("RewardModel(Model(…))")
    }
  }

  @Test func aHeadOfTwoLabelsIsRefused() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = Repository.golden("training/classifier-llama").path
    let (trunk, _, _) = try LanguageModel.loadClassifier(folder: path)
    try trunk.saveClassifier(folder: folder.path, score: .zeros([2, 32]))
    #expect(throws: ModelError.self) {
      try RewardModel.load(folder: folder.path, draws: Fixture.draws)
    }
  }
}
