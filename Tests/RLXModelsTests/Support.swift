import Foundation
import RLXData
import RLXModels
import RLXTensor
import RLXTestSupport

/// What several suites of this target need.
enum Support {
  static func json(_ url: URL) throws -> JSON {
    try JSON.parse([UInt8](Data(contentsOf: url)), file: url.path)
  }

  static func floats(_ value: JSON?) -> [Float] {
    (value?.arrayValue ?? []).compactMap { $0.doubleValue.map(Float.init) }
  }

  static func ids(_ value: JSON?) -> [Int32] {
    (value?.arrayValue ?? []).compactMap { $0.intValue.map(Int32.init) }
  }

  /// The largest difference of two lists; infinite if their lengths differ or one is not finite.
  static func distance(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count else { return .infinity }
    var largest: Float = 0
    for (x, y) in zip(a, b) {
      guard x.isFinite, y.isFinite else { return .infinity }
      largest = max(largest, abs(x - y))
    }
    return largest
  }

  /// The small tokenizer of the reference values, with special tokens `<unk>` `<s>` `</s>`.
  static func tokenizer() throws -> Tokenizer {
    try Tokenizer.load(folder: Repository.golden("tokenizer/llama").path)
  }

  /// A small tokenizer of the reference values with its file changed.
  static func tokenizer(
    _ name: String, changed change: (inout JSONObject) -> Void
  ) throws -> Tokenizer {
    var object =
      try json(Repository.golden("tokenizer/\(name)/tokenizer.json")).objectValue ?? JSONObject()
    change(&object)
    let text = try JSON.object(object).serialized()
    return try withFolder { folder in
      try write(text, folder + "/tokenizer.json")
      return try Tokenizer.load(folder: folder)
    }
  }

  static let draw = Draw(seed: 11, call: 3, purpose: .initial)
  static let sampling = Draw(seed: 5, call: 1, purpose: .sample)

  /// A fresh random model over the small tokenizer, with weights large enough for clear logits.
  static func model(
    _ family: ModelConfig.Family = .llama, seed: UInt64 = 11, tied: Bool = false,
    context: Int = 128, vocabulary: Int? = nil, dtype: DType = .float32
  ) throws -> LanguageModel {
    let tokenizer = try tokenizer()
    var config = ModelConfig(
      vocabulary: vocabulary ?? tokenizer.vocabularySize, width: 32, innerWidth: 48, layers: 2,
      heads: 4, kvHeads: family.sharesKeys ? 2 : 4, context: context)
    config.family = family
    family.settle(&config)
    config.tiesEmbeddings = tied
    config.initialRange = 0.25
    config.dtype = dtype
    config.beginningToken = 1
    let draw = Draw(seed: seed, call: 3, purpose: .initial)
    return LanguageModel(
      name: "fresh", family: Families.fresh(config, draw: draw), tokenizer: tokenizer,
      stopTokens: [2])
  }

  /// Calls `body` with the path of an empty folder that is gone afterwards.
  static func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("rlx-models-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }

  static func write(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  static func write(_ text: String, _ path: String) throws { try write(Array(text.utf8), path) }

  static func read(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// The `ModelError` that `body` throws.
  static func error(of body: () throws -> some Any) -> ModelError? {
    do {
      _ = try body()
      return nil
    } catch {
      return error as? ModelError
    }
  }
}
