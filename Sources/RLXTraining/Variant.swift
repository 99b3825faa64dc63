import RLXModels
import RLXTensor

/// A trainer of which a copy can go on from where it stands with other settings or another seed.
///
/// The copy has weights, moments and controllers of its own; reference and reward are shared, since
/// no trainer changes them. Its log is empty, it draws by the seed, and goes over the data in an order
/// of its own. Where the settings ask for other networks, those begin anew.
package protocol VariableTrainer: ResumableTrainer {
  /// Throws for settings that cannot be.
  func checkVariant(_ given: [(name: String, value: SettingValue)]) throws(TrainingError)
  func variant(_ given: [(name: String, value: SettingValue)], seed: UInt64) throws -> Self
}

extension VariableTrainer {
  /// A copy of the trained model with those parameters frozen that no optimizer was made for.
  fileprivate func modelCopy() -> LanguageModel {
    let copy = trainedModel.copy()
    if let trained = trainedNames {
      let free = Set(trained)
      for parameter in copy.parameters { parameter.isFrozen = !free.contains(parameter.name) }
    }
    return copy
  }

  /// Where a variant's draws begin.
  fileprivate func draws(_ seed: UInt64) -> TrainerDraws {
    TrainerDraws(seed: seed, call: draws.call, count: draws.count)
  }

  /// Takes over what `original` has come to.
  fileprivate func begin(like original: some VariableTrainer, seed: UInt64) throws {
    var state = original.state
    (state.draws, state.passes) = (original.draws(seed), Passes())
    state.log = TrainLog(aliases: original.log.aliases)
    if trainedNames == original.trainedNames { try restore(state) }
    for (parameter, known) in zip(trainedModel.parameters, original.trainedModel.parameters) {
      parameter.isFrozen = known.isFrozen
    }
  }
}

extension SFT: VariableTrainer {
  package func checkVariant(_ given: [(name: String, value: SettingValue)]) throws(TrainingError) {
    _ = try settings.applying(given)
  }

  package func variant(_ given: [(name: String, value: SettingValue)], seed: UInt64) throws -> SFT {
    let copy = try SFT(modelCopy(), try settings.applying(given), draws: draws(seed))
    try copy.begin(like: self, seed: seed)
    return copy
  }
}

extension DPO: VariableTrainer {
  package func checkVariant(_ given: [(name: String, value: SettingValue)]) throws(TrainingError) {
    _ = try settings.applying(given)
  }

  package func variant(_ given: [(name: String, value: SettingValue)], seed: UInt64) throws -> DPO {
    let copy = try DPO(
      policy: modelCopy(), reference: reference, settings: try settings.applying(given),
      draws: draws(seed))
    try copy.begin(like: self, seed: seed)
    return copy
  }
}

extension PRM: VariableTrainer {
  package func checkVariant(_ given: [(name: String, value: SettingValue)]) throws(TrainingError) {
    _ = try settings.applying(given)
  }

  package func variant(_ given: [(name: String, value: SettingValue)], seed: UInt64) throws -> PRM {
    let copy = try PRM(
      model: modelCopy(), head: ClassifierHead(weight: head.weight.value, bias: head.bias.value),
      settings: try settings.applying(given), draws: draws(seed))
    try copy.begin(like: self, seed: seed)
    return copy
  }
}

extension PPO: VariableTrainer {
  package func checkVariant(_ given: [(name: String, value: SettingValue)]) throws(TrainingError) {
    _ = try settings.applying(given)
  }

  /// A `kl_coef` of its own is where a variant's controller begins.
  package func variant(_ given: [(name: String, value: SettingValue)], seed: UInt64) throws -> PPO {
    let changed = try settings.applying(given)
    let copy = try PPO(
      policy: modelCopy(), reward: reward, reference: reference, ptx: ptx, settings: changed,
      draws: draws(seed))
    try copy.begin(like: self, seed: seed)
    if changed.klCoef != settings.klCoef { copy.klController.value = changed.klCoef }
    return copy
  }
}
