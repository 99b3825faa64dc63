import Glibc
import RLXData
import RLXTensor

extension LanguageModel {
  /// Loads a Hugging Face folder: config.json, model.safetensors, tokenizer.json, and, where they
  /// are there, generation_config.json and tokenizer_config.json.
  ///
  /// Every failure names the file, and the tensor or field, what was found and what was wanted.
  package static func load(folder: String) throws(ModelError) -> LanguageModel {
    let folder = FolderFiles.trimmed(folder)
    let config = try ModelConfig.load(folder + "/config.json")
    let checkpoint = try openWeights(folder)
    let family = try Families.build(config, from: checkpoint)
    let tokenizer = try Tokenizer.load(folder: folder)
    let path = folder + "/generation_config.json"
    let generation = try MappedFile.contents(ifPresent: path)
    var stopTokens = config.endTokens
    if let generation {
      let ids = try JSONFields(bytes: generation, file: path).tokens("eos_token_id")
      if !ids.isEmpty { stopTokens = ids }
    }
    let name = folder.split(separator: "/").last.map(String.init) ?? folder
    return LanguageModel(
      name: name, family: family, tokenizer: tokenizer, stopTokens: stopTokens,
      generationConfig: generation)
  }

  private static func openWeights(_ folder: String) throws(ModelError) -> Checkpoint {
    do {
      return try Checkpoint(folder + "/model.safetensors")
    } catch {
      let parts = folder + "/model.safetensors.index.json"
      guard error.isMissingFile, access(parts, R_OK) == 0 else { throw error }
      throw .brokenFile(
        path: parts, found: "weights in several files", wanted: "one file, model.safetensors")
    }
  }

  /// Writes a folder that `load` reads back to the same bits: config.json, model.safetensors, the
  /// tokenizer's files as they were, generation_config.json. Makes the folder if need be.
  ///
  /// Each file is written beside its place and renamed, the weights first, so that no file is ever
  /// half there.
  package func save(folder: String) throws(ModelError) {
    let folder = FolderFiles.trimmed(folder)
    try FolderFiles.make(folder)
    try Checkpoint.write(
      parameters.map { ($0.name, $0.value) }, to: folder + "/model.safetensors")
    try tokenizer.save(folder: folder)
    let generation = generationConfig ?? Self.text(of: generationFields)
    try FolderFiles.write(generation, folder + "/generation_config.json")
    try FolderFiles.write(Self.text(of: config.json), folder + "/config.json")
  }

  /// What generation_config.json says of a model that had none.
  private var generationFields: JSON {
    var fields = JSONObject()
    fields["bos_token_id"] = config.beginningToken.map { .int(Int($0)) }
    fields["eos_token_id"] = stopTokens.isEmpty ? nil : ModelConfig.ids(stopTokens)
    return .object(fields)
  }

  private static func text(of value: JSON) -> [UInt8] {
    var bytes: [UInt8] = []
    // Configurations hold finite numbers only: they were checked when they were read or made.
    try? value.serialize(into: &bytes)
    return bytes + [UInt8(ascii: "\n")]
  }
}
