import Glibc
import RLXData
import RLXTensor

extension LanguageModel {
  /// Loads a Hugging Face folder: config.json, model.safetensors or the shards of
  /// model.safetensors.index.json, tokenizer.json, and, where they are there, generation_config.json
  /// and tokenizer_config.json.
  ///
  /// Products read the weights as `dtype` says; without it as the folder says, if this project wrote it,
  /// or else in float32. Every failure names the file, and the tensor or field, what was found and what
  /// was wanted.
  package static func load(folder: String, dtype: DType? = nil) throws(ModelError)
    -> LanguageModel
  {
    let folder = FolderFiles.trimmed(folder)
    let fields = try configFields(folder)
    try refuseClassifier(fields)
    var config = try ModelConfig(fields)
    config.dtype = dtype ?? config.dtype
    return try load(folder: folder, config, try WeightFiles(folder: folder))
  }

  /// The model of a folder whose configuration and weights are open.
  static func load(folder: String, _ config: ModelConfig, _ weights: WeightFiles)
    throws(ModelError) -> LanguageModel
  {
    let family = try Families.build(config, from: weights)
    let tokenizer = try Tokenizer.load(folder: folder)
    let path = folder + "/generation_config.json"
    let generation = try MappedFile.contents(ifPresent: path)
    var stopTokens = config.endTokens
    if let generation {
      let ids = try JSONFields(bytes: generation, file: path).tokens("eos_token_id")
      if !ids.isEmpty { stopTokens = ids }
    }
    let name = folder.split(separator: "/").last.map(String.init) ?? folder
    let model = LanguageModel(
      name: name, family: family, tokenizer: tokenizer, stopTokens: stopTokens,
      generationConfig: generation)
    try model.loadAdapterBeside(folder: folder)
    return model
  }

  /// Writes a folder that `load` reads back to the same bits: config.json, model.safetensors, the
  /// tokenizer's files as they were, generation_config.json, and an adapter in the folder `adapter`,
  /// as PEFT keeps one. Makes the folder if need be. Weights of
  /// more than `maxShardSize` bytes go into several files with an index.
  ///
  /// Each file is written beside its place and renamed, the weights first, so that no file is ever
  /// half there.
  package func save(folder: String, maxShardSize: Int? = nil) throws(ModelError) {
    try save(folder: folder, maxShardSize: maxShardSize, config: config.json, more: [])
  }

  /// The same under another configuration, with more tensors than the model's own.
  func save(
    folder: String, maxShardSize: Int?, config: JSON, more: [(name: String, tensor: Tensor)]
  ) throws(ModelError) {
    let folder = FolderFiles.trimmed(folder)
    try FolderFiles.make(folder)
    try WeightFiles.write(
      family.parameters.map { ($0.name, $0.value) } + more, folder: folder,
      maxShardSize: maxShardSize)
    try saveAdapterBeside(folder: folder, classifier: !more.isEmpty)
    try tokenizer.save(folder: folder)
    let generation = generationConfig ?? Self.text(of: generationFields)
    try FolderFiles.write(generation, folder + "/generation_config.json")
    try FolderFiles.write(Self.text(of: config), folder + "/config.json")
  }

  /// What generation_config.json says of a model that had none.
  private var generationFields: JSON {
    var fields = JSONObject()
    fields["bos_token_id"] = config.beginningToken.map { .int(Int($0)) }
    fields["eos_token_id"] = stopTokens.isEmpty ? nil : ModelConfig.ids(stopTokens)
    return .object(fields)
  }

  static func text(of value: JSON) -> [UInt8] {
    var bytes: [UInt8] = []
    // Configurations hold finite numbers only: they were checked when they were read or made.
    try? value.serialize(into: &bytes)
    return bytes + [UInt8(ascii: "\n")]
  }
}
