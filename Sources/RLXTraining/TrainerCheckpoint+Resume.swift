import RLXModels
import RLXTensor

extension SFT {
  /// The trainer of a checkpoint, which goes on as the one that was saved. `model` is the one that
  /// the checkpoint's `loadModel` gave.
  package static func resume(_ checkpoint: TrainerCheckpoint, _ model: LanguageModel) throws -> SFT
  {
    let trainer = try SFT(model, try checkpoint.settings(Settings.self), draws: checkpoint.draws)
    try checkpoint.restore(trainer)
    return trainer
  }
}

extension RewardModel {
  /// The reward model of a checkpoint, with its optimizer.
  package static func resume(_ checkpoint: TrainerCheckpoint) throws -> RewardModel {
    let trainer = try RewardModel.load(folder: checkpoint.folder, draws: checkpoint.draws)
    // Once trunks had output layers and heads a bias, which nothing ever changed.
    var checkpoint = checkpoint
    let known = Set(trainer.model.parameters.map(\.name) + ["score.weight"])
    checkpoint.trained?.removeAll { !known.contains($0) }
    if checkpoint.trained != nil {
      _ = try trainer.prepared(try checkpoint.settings(Settings.self))
    }
    try checkpoint.restore(trainer)
    return trainer
  }
}

extension PRM {
  /// The process reward model of a checkpoint, with its optimizer.
  package static func resume(_ checkpoint: TrainerCheckpoint) throws -> PRM {
    let trainer = try PRM.load(
      folder: checkpoint.folder, settings: try checkpoint.settings(Settings.self),
      draws: checkpoint.draws)
    try checkpoint.restore(trainer)
    return trainer
  }
}

extension DPO {
  /// The trainer of a checkpoint and of the model it gave; `reference` stands for the one saved
  /// with it.
  package static func resume(
    _ checkpoint: TrainerCheckpoint, _ policy: LanguageModel, reference: LanguageModel? = nil
  ) throws -> DPO {
    let trainer = try DPO(
      policy: policy, reference: try checkpoint.loadReference(reference, of: policy),
      settings: try checkpoint.settings(Settings.self), draws: checkpoint.draws)
    try checkpoint.restore(trainer)
    return trainer
  }
}

extension PPO {
  /// The trainer of a checkpoint and of the model it gave. Reward and ptx texts are no part of one;
  /// `reference` stands for the one saved with it.
  package static func resume(
    _ checkpoint: TrainerCheckpoint, _ policy: LanguageModel, reward: (any Reward)?,
    reference: LanguageModel? = nil, ptx: [[Int32]] = []
  ) throws -> PPO {
    let known = checkpoint.sidePasses.order.count
    guard known == 0 || known == ptx.count else {
      throw TrainingError.lengths(
        trainer: name, first: "ptx texts when it was saved", firstCount: known,
        second: "ptx texts", secondCount: ptx.count)
    }
    let settings = try checkpoint.settings(Settings.self)
    let valueFunction = try checkpoint.loadValueModel().map {
      // The head's weights are with the moments, and are put in by `restore`.
      ValueFunction(
        model: $0, head: ValueHead(weight: .zeros([1, $0.config.width]), bias: .zeros([1])))
    }
    let trainer = try PPO(
      policy: policy, reward: reward,
      reference: try checkpoint.loadReference(reference, of: policy), ptx: ptx,
      valueFunction: valueFunction, settings: settings, draws: checkpoint.draws)
    try checkpoint.restore(trainer)
    return trainer
  }
}

extension TrainerCheckpoint {
  /// The trained model, with those parameters frozen that its optimizer was not made for.
  package func loadModel() throws -> LanguageModel {
    let model = try LanguageModel.load(folder: folder)
    if let trained {
      let free = Set(trained)
      for parameter in model.parameters { parameter.isFrozen = !free.contains(parameter.name) }
    }
    return model
  }

  /// The model values are read from, if it was saved with one; what its optimizer was not made for
  /// is frozen.
  fileprivate func loadValueModel() throws -> LanguageModel? {
    guard hasValueModel else { return nil }
    let model = try LanguageModel.load(folder: folder + "/" + Self.valueFolder)
    let free = Set(trained ?? [])
    for parameter in model.parameters {
      parameter.isFrozen = !free.contains(ValueFunction.prefix + parameter.name)
    }
    return model
  }

  /// The reference saved with the trainer, frozen; or the one given, which must have its weights.
  fileprivate func loadReference(_ given: LanguageModel?, of policy: LanguageModel) throws
    -> LanguageModel
  {
    let saved =
      referenceIsBase
      ? try policy.withoutAdapter()
      : try LanguageModel.load(folder: folder + "/" + Self.referenceFolder)
    guard let given else {
      saved.freeze()
      return saved
    }
    let isSame =
      given.parameters.count == saved.parameters.count
      && zip(given.parameters, saved.parameters).allSatisfy { ours, theirs in
        ours.name == theirs.name && ours.value.shape == theirs.value.shape
          && ours.value.array.map(\.bitPattern) == theirs.value.array.map(\.bitPattern)
      }
    guard isSame else {
      throw TrainingError.conflict(
        trainer: trainer, names: ["reference"],
        reason: "a reference with other weights than the one saved with the trainer")
    }
    return given
  }

  /// Puts the saved state into a trainer made of this checkpoint's model and settings.
  fileprivate func restore(_ trainer: some ResumableTrainer) throws {
    let file = try Checkpoint(folder + "/" + Self.tensorFile)
    let model = trainer.trainedModel
    let inModel = trainer.namesInModels
    guard trainer.trainedNames == trained else {
      throw ModelError.brokenFile(
        path: folder + "/" + CheckpointFolder.mark, found: "the names of other parameters",
        wanted: "those of the model in \(folder)")
    }
    var state = trainer.state
    for (index, (name, tensor)) in state.tensors.enumerated() where !inModel.contains(name) {
      state.tensors[index].tensor = try file.tensor(named: name, shape: tensor.shape)
    }
    state.counters = counters
    (state.draws, state.passes, state.settings) = (draws, passes, settings)
    state.sidePasses = sidePasses
    state.log = TrainLog(log, samples: samples, aliases: trainer.log.aliases)
    try trainer.restore(state)
    let frozen = Set(frozen)
    for parameter in model.parameters { parameter.isFrozen = frozen.contains(parameter.name) }
  }
}
