import Foundation
import RLXData
import RLXModels
import RLXTensor
import RLXTestSupport
import Testing

/// Weights in several files.
@Suite(.serialized) struct WeightFilesTests {
  private static let index = "model.safetensors.index.json"

  /// What transformers wrote in shards is what it wrote in one file.
  @Test func shardsOfTransformersAreTheWhole() throws {
    let config = try ModelConfig.load(Repository.golden("models/grouped/config.json").path)
    func values(_ name: String) throws -> [[Float]] {
      let weights = try WeightFiles(folder: Repository.golden("models/\(name)").path)
      return try Families.build(config, from: weights).parameters.map(\.value.array)
    }
    #expect(try values("sharded") == values("grouped"))
  }

  @Test(arguments: [(1, 21), (8_000, 12), (100_000, 2)])
  func aModelSavedInShardsIsTheSameModel(limit: Int, files: Int) throws {
    let folder = try TemporaryFolder()
    let model = try Support.model()
    let path = folder.path("model")
    try model.save(folder: path, maxShardSize: limit)
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    let shards = names.filter { $0.hasSuffix(".safetensors") }
    #expect(shards.count == files, "\(shards)")
    #expect(shards.allSatisfy { $0.hasPrefix("model-0") })
    let sizes = try shards.map { try Support.read(path + "/" + $0).count }
    // The largest tensor here has 420 x 32 floats; a header is a few hundred bytes.
    #expect(sizes.allSatisfy { $0 < max(limit, 53_760) + 4_000 }, "\(sizes)")
    let read = try LanguageModel.load(folder: path)
    #expect(read.parameters.map(\.value.array) == model.parameters.map(\.value.array))
    let index = try Support.json(URL(fileURLWithPath: path + "/" + Self.index))
    #expect(index["metadata"]?["total_size"]?.intValue == 4 * model.parameterCount)
  }

  /// What was saved last is what is read, and nothing of the other layout stays.
  @Test func savingInTheOtherLayoutReplacesTheFirst() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model")
    func files() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: path)
        .filter { $0.hasPrefix("model") }.sorted()
    }
    let (first, second) = (try Support.model(seed: 1), try Support.model(seed: 2))
    try first.save(folder: path, maxShardSize: 60_000)
    #expect(try files().count > 2)
    try second.save(folder: path)
    #expect(try files() == ["model.safetensors"])
    try first.save(folder: path, maxShardSize: 100_000)
    let some = try files()
    #expect(!some.contains("model.safetensors") && some.contains(Self.index))
    let read = try LanguageModel.load(folder: path)
    #expect(read.parameters.map(\.value.array) == first.parameters.map(\.value.array))
  }

  /// The folder of a sharded model after a change to it: the error that reading gives.
  private func error(_ change: (String) throws -> Void) throws -> ModelError {
    let folder = try TemporaryFolder()
    let path = folder.path("model")
    try Support.model().save(folder: path, maxShardSize: 60_000)
    try change(path)
    return try #require(Support.error { try LanguageModel.load(folder: path) })
  }

  private func edit(_ path: String, _ change: (inout JSONObject) -> Void) throws {
    let file = path + "/" + Self.index
    var fields = try #require(try Support.json(URL(fileURLWithPath: file)).objectValue)
    var map = try #require(fields["weight_map"]?.objectValue)
    change(&map)
    fields["weight_map"] = .object(map)
    try Support.write(JSON.object(fields).serialized(), file)
  }

  @Test func aShardThatIsMissingIsNamed() throws {
    let found = try error {
      try FileManager.default.removeItem(atPath: $0 + "/model-00002-of-00003.safetensors")
    }
    #expect(
      found.isMissingFile && found.file?.hasSuffix("model-00002-of-00003.safetensors") == true)
  }

  @Test func aTensorThatIsNotInItsShardIsNamed() throws {
    let found = try error { path in
      try edit(path) { $0["model.norm.weight"] = "model-00001-of-00003.safetensors" }
    }
    guard case .missingTensor("model.norm.weight", let file) = found else {
      Issue.record("\(found)")
      return
    }
    #expect(file.hasSuffix("model-00001-of-00003.safetensors"))
  }

  @Test func aTensorThatTheIndexLeavesOutIsNamed() throws {
    let found = try error { path in try edit(path) { $0["model.norm.weight"] = nil } }
    #expect(found.description.contains("model.norm.weight"), "\(found)")
    #expect(found.description.contains("leaves out"), "\(found)")
  }

  @Test func aTensorInTwoShardsIsNamed() throws {
    let found = try error { path in
      try edit(path) { $0["more"] = "model-00004-of-00004.safetensors" }
      try Checkpoint.write(
        [("model.norm.weight", .ones([32])), ("more", .ones([1]))],
        to: path + "/model-00004-of-00004.safetensors")
    }
    #expect(found.description.contains("model.norm.weight"), "\(found)")
    #expect(found.description.contains("00002-of-00003.safetensors alone"), "\(found)")
  }

  @Test(arguments: [
    "../model.safetensors", "/etc/passwd", "..", ".", "", "a/b.safetensors", "x\u{0}y",
  ])
  func aPathOutOfTheFolderIsRefused(file: String) throws {
    let found = try error { path in try edit(path) { $0["model.norm.weight"] = .string(file) } }
    guard case .wrongField("weight_map.model.norm.weight", _, _, _) = found else {
      Issue.record("\(found)")
      return
    }
  }

  @Test(arguments: ["", "[]", "{}", "{\"weight_map\": 3}", "{\"weight_map\": {\"a\": 1}}"])
  func aBrokenIndexIsAnError(text: String) throws {
    let found = try error { try Support.write(text, $0 + "/" + Self.index) }
    #expect(found.file?.hasSuffix(Self.index) == true, "\(found)")
  }

  @Test func aFolderWithoutWeightsSaysSo() throws {
    let found = try error { try FileManager.default.removeItem(atPath: $0 + "/" + Self.index) }
    #expect(found.isMissingFile && found.file?.hasSuffix("/model.safetensors") == true)
  }
}
