import Glibc
import RLXData
import RLXTensor

/// PEFT's adapter folders: adapter_config.json, and A and B of each layer under PEFT's names in
/// adapter_model.safetensors.
extension LanguageModel {
  package enum AdapterFiles {
    package static let config = "adapter_config.json"
    package static let weights = "adapter_model.safetensors"
    /// Where a whole model's folder keeps its adapter.
    package static let folder = "adapter"
    /// PEFT wraps the network in two objects, whose attributes lead the names.
    static let prefix = "base_model.model."
  }

  /// Reads an adapter and puts it onto this model; all else is frozen.
  ///
  /// Which layers have adapters, and of which rank, the tensors say. Fields of the configuration that
  /// would change the arithmetic and are not known are errors that name them.
  package func loadAdapter(folder: String) throws(ModelError) {
    let folder = FolderFiles.trimmed(folder)
    try attach { () throws(ModelError) in try readAdapter(folder) }
  }

  private func readAdapter(_ folder: String) throws(ModelError) -> LoRA {
    let config = try AdapterConfig(JSONFields(file: folder + "/" + AdapterFiles.config))
    let file = try Checkpoint(folder + "/" + AdapterFiles.weights)
    let settings = LoRA.Settings(
      rank: config.rank, alpha: config.alpha, targets: config.targets,
      isRankStabilized: config.isRankStabilized)
    var pairs: [LoRAPair] = []
    var used: Set<String> = []
    for layer in linearLayers {
      let (a, b) = (Self.stored(layer, "A"), Self.stored(layer, "B"))
      guard let entry = file[a] ?? file[b] else { continue }
      let rank = config.hasOtherRanks ? file[a]?.shape.dims.first ?? config.rank : config.rank
      _ = entry
      pairs.append(
        LoRAPair(
          layer.name, a: try file.tensor(named: a, shape: [rank, layer.inputs]),
          b: try file.tensor(named: b, shape: [layer.outputs, rank]),
          scale: settings.scale(rank: rank)))
      used.formUnion([a, b])
    }
    if let other = file.names.first(where: { !used.contains($0) }) {
      throw .unexpectedTensor(name: other, file: file.path)
    }
    guard !pairs.isEmpty else {
      throw .brokenFile(path: file.path, found: "no tensors", wanted: "adapters of some layers")
    }
    if let broken = pairs.flatMap({ [$0.a, $0.b] }).first(where: { !$0.value.isFinite }) {
      throw .notFinite(what: "numbers of \(broken.name) in \(file.path)")
    }
    return LoRA(settings, pairs, config: config)
  }

  /// Writes the adapter alone, in a folder that PEFT and `loadAdapter` read.
  package func saveAdapter(folder: String, classifier: Bool = false) throws(ModelError) {
    guard let adapter else { throw Self.noAdapter }
    let folder = FolderFiles.trimmed(folder)
    try FolderFiles.make(folder)
    let tensors = adapter.pairs.flatMap { pair in
      [pair.a, pair.b].map { (name: AdapterFiles.prefix + $0.name, tensor: $0.value) }
    }
    try Checkpoint.write(tensors, to: folder + "/" + AdapterFiles.weights)
    let json = adapter.json(layers: linearLayers, classifier: classifier)
    try FolderFiles.write(Self.text(of: json), folder + "/" + AdapterFiles.config)
  }

  /// Writes the adapter into the folder of the whole model, or takes away one that another model left
  /// there, which would be read with this one's weights.
  func saveAdapterBeside(folder: String, classifier: Bool) throws(ModelError) {
    let place = folder + "/" + AdapterFiles.folder
    guard adapter == nil else {
      return try saveAdapter(folder: place, classifier: classifier)
    }
    guard unlink(place + "/" + AdapterFiles.config) == 0 else { return }
    unlink(place + "/" + AdapterFiles.weights)
    rmdir(place)
  }

  /// Reads the adapter in the folder of a whole model, if there is one.
  func loadAdapterBeside(folder: String) throws(ModelError) {
    let place = folder + "/" + AdapterFiles.folder
    guard access(place + "/" + AdapterFiles.config, F_OK) == 0 else { return }
    try loadAdapter(folder: place)
  }

  private static func stored(_ layer: LinearLayer, _ matrix: String) -> String {
    "\(AdapterFiles.prefix)\(layer.name).lora_\(matrix).weight"
  }
}
