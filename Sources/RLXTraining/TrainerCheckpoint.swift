import RLXData
import RLXModels
import RLXTensor

/// A trainer on disk, from which it goes on to the same bits: a model folder with two files more.
///
/// `config.json`, `model.safetensors`, … are the trained model as `Model(…)` reads it;
/// `reference/` is the model it is held near and `value/` the one its values are read from, where
/// there is such a one. `trainer.safetensors` has every other tensor of the state (moments, heads), `trainer.json` the rest and the hashes of the files.
package struct TrainerCheckpoint {
  /// The one format there is.
  static let format = 1
  static let tensorFile = "trainer.safetensors"
  static let referenceFolder = "reference"
  static let valueFolder = "value"
  private typealias AdapterFiles = LanguageModel.AdapterFiles
  static let adapterFile = AdapterFiles.folder + "/" + AdapterFiles.weights

  /// Where it lies.
  package var folder: String
  /// "SFT", "PPO", …
  package var trainer: String
  /// What the session called the model.
  package var model: String
  /// What the session wants to find again, such as how it cuts rows.
  package var options: [(name: String, value: SettingValue)]
  var settings: [(name: String, value: SettingValue)]
  /// The parameters the optimizer was made for, and those that were frozen when it was saved.
  var trained: [String]?
  var frozen: [String]
  var counters: Metrics
  var draws: TrainerDraws
  var passes: Passes
  var sidePasses = Passes()
  /// Whether the trained model has an adapter, and whether the model it is held near is then the same
  /// without it, which is not written a second time.
  var hasAdapter = false
  var referenceIsBase = false
  /// Whether there is a model that values are read from.
  var hasValueModel = false
  var log: [Metrics]
  var samples: [LoggedSample]
  /// SHA-256 of the files beside it.
  var hashes: [(file: String, hash: String)] = []
}

/// A trainer that can be written to a folder and read from one.
package protocol ResumableTrainer: StatefulTrainer {
  static var name: String { get }
  /// The model that is trained.
  var trainedModel: LanguageModel { get }
  /// The model it is held near, if there is one.
  var nearModel: LanguageModel? { get }
  /// The model it reads values from, if that is one of its own.
  var valueModel: LanguageModel? { get }
  /// The names its optimizer was made for; nil where it has none yet.
  var trainedNames: [String]? { get }
  /// Writes the files of the model that is trained.
  func saveModel(folder: String) throws
}

extension ResumableTrainer {
  package func saveModel(folder: String) throws { try trainedModel.save(folder: folder) }
}

extension ResumableTrainer {
  package var valueModel: LanguageModel? { nil }
}

extension SFT: ResumableTrainer {
  package static var name: String { Settings.trainer }
  package var trainedModel: LanguageModel { model }
  package var nearModel: LanguageModel? { nil }
  package var trainedNames: [String]? { stepper.names }
}

extension RewardModel: ResumableTrainer {
  package static var name: String { Settings.trainer }
  package var trainedModel: LanguageModel { model }
  package var nearModel: LanguageModel? { nil }
  package var trainedNames: [String]? { stepper?.names }
}

extension DPO: ResumableTrainer {
  package static var name: String { Settings.trainer }
  package var trainedModel: LanguageModel { policy }
  package var nearModel: LanguageModel? { reference }
  package var trainedNames: [String]? { stepper.names }
}

extension PPO: ResumableTrainer {
  package static var name: String { Settings.trainer }
  package var trainedModel: LanguageModel { policy }
  package var nearModel: LanguageModel? { reference }
  package var valueModel: LanguageModel? { valueFunction.model }
  package var trainedNames: [String]? { stepper.names }
}

// MARK: - Writing

extension ResumableTrainer {
  /// Writes everything from which `resume` goes on to the same bits. An earlier checkpoint at
  /// `folder` is replaced at once, when the new one is whole.
  ///
  /// `model` is what the session calls the model, without it the model's own name; `options` what
  /// it wants to find again.
  package func save(
    folder: String, model: String? = nil, options: [(name: String, value: SettingValue)] = []
  ) throws {
    let model = model ?? trainedModel.name
    try CheckpointFolder.replace(folder, known: TrainerCheckpoint.names(of: trainedModel)) {
      place in
      try write(to: place)
      var checkpoint = TrainerCheckpoint(self, folder: place, model: model, options: options)
      for file in checkpoint.hashedFiles {
        checkpoint.hashes.append((file, try SHA256.ofFile(place + "/" + file).digest.hex))
      }
      try checkpoint.write()
    }
  }

  /// The tensors: the model's own files, the reference's, the value model's, and what no model
  /// folder has.
  private func write(to place: String) throws {
    try saveModel(folder: place)
    if let nearModel, !nearModel.isBase(of: trainedModel) {
      try nearModel.save(folder: place + "/" + TrainerCheckpoint.referenceFolder)
    }
    try valueModel?.save(folder: place + "/" + TrainerCheckpoint.valueFolder)
    let inModel = namesInModels
    try Checkpoint.write(
      stateTensors.filter { !inModel.contains($0.name) },
      to: place + "/" + TrainerCheckpoint.tensorFile)
  }
}

extension ResumableTrainer {
  /// The names of the state's tensors that are weights in model folders.
  var namesInModels: Set<String> {
    Set(trainedModel.parameters.map(\.name))
      .union((valueModel?.parameters ?? []).map { ValueFunction.prefix + $0.name })
  }
}

extension TrainerCheckpoint {
  init(
    _ trainer: some ResumableTrainer, folder: String, model: String,
    options: [(name: String, value: SettingValue)]
  ) {
    self.folder = folder
    self.trainer = type(of: trainer).name
    self.model = model
    self.options = options
    settings = trainer.plainSettings
    trained = trainer.trainedNames
    frozen = trainer.trainedModel.parameters.filter(\.isFrozen).map(\.name)
    counters = trainer.counters
    draws = trainer.draws
    (passes, sidePasses) = (trainer.passes, trainer.sidePasses)
    hasValueModel = trainer.valueModel != nil
    hasAdapter = trainer.trainedModel.adapter != nil
    referenceIsBase = trainer.nearModel?.isBase(of: trainer.trainedModel) ?? false
    log = trainer.log.entries
    samples = trainer.log.samples
  }

  /// The files that must be those of this checkpoint, or its numbers mean nothing.
  var hashedFiles: [String] {
    let reference = Self.referenceFolder + "/model.safetensors"
    let value = Self.valueFolder + "/model.safetensors"
    return ["model.safetensors", Self.tensorFile] + (hasAdapter ? [Self.adapterFile] : [])
      + (hasReference ? [reference] : [])
      + (hasValueModel ? [value] : [])
  }

  var hasReference: Bool { (trainer == PPO.name || trainer == DPO.name) && !referenceIsBase }

  /// Every name that can lie in the folder of a checkpoint or of a model.
  static func names(of model: LanguageModel) -> Set<String> {
    Set(model.tokenizer.files.map(\.name)).union([
      CheckpointFolder.mark, tensorFile, referenceFolder, valueFolder, RewardModel.headFile,
      AdapterFiles.folder,
      "config.json",
      "model.safetensors", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
    ])
  }
}
