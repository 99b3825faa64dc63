import RLXScript
import RLXTraining

/// What all trainers of a session have in common: a state for digests, settings and a log.
protocol TrainerObject: Digestible {
  /// The trainer itself, with all that a digest covers.
  var state: any ResumableTrainer { get }
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
    digest.text(typeName)
    digest.count(settings.count)
    for (name, value) in settings {
      digest.text(name)
      digest.text(value.words)
    }
    digest.metrics(state.stateNumbers)
    for (name, tensor) in state.stateTensors {
      digest.text(name)
      digest.tensor(tensor)
    }
    digest.log(state.log)
  }

  /// Settings and log as plain data.
  package func plain() throws -> Value? {
    .map([("settings", settingsMap), ("log", try logObject.plain() ?? .nil)])
  }

  func displayTrainer(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    let log = state.log
    var lines = Wrap.lines(summary, columns: view.columns)
    var facts = [NumberText.count(log.count, "step")]
    for name in headlines {
      if let value = log.last(name) { facts.append("\(name) \(NumberText.significant(value))") }
    }
    lines += Wrap.lines(facts.joined(separator: view.separator), columns: view.columns - 2)
      .map { "  " + $0 }
    return lines.joined(separator: "\n")
  }
}
