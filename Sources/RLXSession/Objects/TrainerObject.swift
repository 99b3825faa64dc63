import RLXScript
import RLXTensor
import RLXTraining

/// What all trainers of a session have in common: a state for digests, settings and a log.
protocol TrainerObject: Digestible {
  /// The trainer itself, with all that a digest covers.
  var state: any RecordingTrainer { get }
  /// What it was told beyond its trainer's settings.
  var options: [(name: String, value: SettingValue)] { get }
  /// What the model it trains is called.
  var modelName: String { get }
  /// What it trains and against what, on one line.
  var summary: String { get }
  /// The measurements of its log that say most, for its display.
  var headlines: [String] { get }
}

extension TrainerObject {
  var options: [(name: String, value: SettingValue)] { [] }

  /// Its settings, every one, in the order of their table.
  var settings: [(name: String, value: SettingValue)] { state.plainSettings + options }

  var logObject: TrainLogObject { TrainLogObject(state.log, of: typeName) }

  var settingsMap: Value { .map(settings.map { ($0.name, Value($0.value)) }) }

  /// Adds settings, counters, weights, moments and log.
  func absorbTrainer(into digest: inout DigestBuilder) {
    digest.trainer(typeName, state, settings: settings)
  }

  /// The trainer's state, the objects it leads to, and which warnings were given.
  func trainerState(holds: [Value] = [], truncation: Truncation? = nil) -> ObjectState {
    let said = truncation?.said ?? []
    var result = state.objectState(holds: holds)
    let putBack = result.putBack
    result.putBack = { tensors in
      try putBack?(tensors)
      truncation?.said = said
    }
    return result
  }

  /// Settings and log as plain data.
  package func plain() throws -> Value? {
    .map([("settings", settingsMap), ("log", try logObject.plain() ?? .nil)])
  }

  func displayTrainer(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    let log = state.log
    let heading = Wrap.lines(summary, columns: view.columns).map { view.paint($0, .bold) }
    let changed = state.changedSettings.map { "\($0.name): \(Value($0.value).shown)" }.joined(
      separator: ", ")
    let facts = [NumberText.count(log.count, "step")] + (changed.isEmpty ? [] : [changed])
    let progress = Wrap.lines(facts.joined(separator: view.separator), columns: view.columns - 2)
    return (heading + progress.map { "  " + $0 } + course(view)).joined(separator: "\n")
  }

  /// The last value of each headline and how it got there.
  private func course(_ view: ViewStyle) -> [String] {
    let held = headlines.map { evaluationPrefix + $0 }
    let shown = (headlines + held).compactMap {
      name -> (name: String, last: String, values: [Double])? in
      let values = state.log[name]
      return values.last.map { (name, NumberText.significant($0), values) }
    }
    if view.plain { return shown.map { "  \($0.name): \($0.last)" } }
    let names = shown.map { TextWidth.of($0.name) }.max() ?? 0
    let numbers = shown.map { TextWidth.of($0.last) }.max() ?? 0
    let room = min(24, max(view.columns - names - numbers - 6, 1))
    return shown.map { name, last, values in
      let text =
        "  " + TextWidth.padded(name, to: names) + "  "
        + TextWidth.padded(last, to: numbers, .right)
      let line = Sparkline.text(values, columns: room, style: view)
      let fits = TextWidth.of(text) + 2 + TextWidth.of(line) <= view.columns
      return fits && values.count > 1
        ? text + "  " + view.paint(line, .cyan)
        : TextWidth.truncated(text, to: view.columns, ellipsis: view.ellipsis)
    }
  }
}

extension StatefulTrainer {
  /// All of it, and the objects it leads to.
  func objectState(holds: [Value] = []) -> ObjectState {
    var kept = state
    let tensors = kept.tensors.map(\.tensor)
    // The names alone: what is kept must not hold the tensors a second time.
    for index in kept.tensors.indices { kept.tensors[index].tensor = .zeros([]) }
    var result = ObjectState(tensors: tensors, holds: holds) { [self] tensors in
      var state = kept
      for (index, tensor) in tensors.enumerated() { state.tensors[index].tensor = tensor }
      try restore(state)
    }
    result.release = { [self] in releaseMoments() }
    return result
  }
}

extension DigestBuilder {
  /// Settings, counters, weights, moments and log.
  mutating func trainer(
    _ type: String, _ trainer: any StatefulTrainer, settings: [(name: String, value: SettingValue)]
  ) {
    text(type)
    count(settings.count)
    for (name, value) in settings {
      text(name)
      text(value.words)
    }
    metrics(trainer.stateNumbers)
    for (name, tensor) in trainer.stateTensors {
      text(name)
      self.tensor(tensor)
    }
    log(trainer.log)
  }
}
