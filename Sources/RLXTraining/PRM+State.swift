import RLXModels
import RLXTensor

extension PRM: StatefulTrainer {
  package var stateTensors: [(name: String, tensor: Tensor)] { stepper.stateTensors }
  package var plainSettings: [(name: String, value: SettingValue)] { settings.plain }
  package var changedSettings: [(name: String, value: SettingValue)] { settings.changed }

  package var counters: Metrics {
    [("steps", Double(stepper.steps)), ("num_tokens", Double(tokensSeen)), ("flops", flops)]
  }

  package func releaseMoments() { stepper.optimizer.releaseMoments() }

  package func restore(_ state: TrainerState) {
    stepper.restore(state)
    (tokensSeen, flops) = (state.count("num_tokens"), state.counter("flops"))
    (draws, passes, log) = (state.draws, state.passes, state.log)
  }
}

extension PRM: ResumableTrainer {
  package static var name: String { Settings.trainer }
  package var trainedModel: LanguageModel { model }
  package var nearModel: LanguageModel? { nil }
  package var trainedNames: [String]? { stepper.names }

  /// Writes a folder that transformers reads with `AutoModelForTokenClassification`.
  package func saveModel(folder: String) throws {
    try model.saveTokenClassifier(head, folder: folder)
  }

  /// The process reward model of such a folder, without an optimizer's past. A folder of a trainer
  /// knows its separator, but is told its settings anew.
  package static func load(folder: String, settings: Settings, draws: TrainerDraws) throws -> PRM {
    let (model, head) = try LanguageModel.loadTokenClassifier(
      folder: folder, classes: classes)
    return try PRM(model: model, head: head, settings: settings, draws: draws)
  }
}

extension PRM: RecordingTrainer {
  package func record(_ change: (inout TrainLog) -> Void) { change(&log) }
}
