import RLXScript
import RLXTraining

/// What a trainer measured, one entry a step, as it stood when it was read.
package final class TrainLogObject: Unchanging, SeriesSource, Explaining {
  package static let typeName = "TrainLog"

  package let log: TrainLog
  /// The trainer's name.
  package let trainer: String
  package let identity = ObjectIdentity()

  package init(_ log: TrainLog, of trainer: String) {
    self.log = log
    self.trainer = trainer
  }

  package var typeName: String { Self.typeName }
  package var isData: Bool { true }
  package var count: Int? { log.count }

  package var seriesNames: [String] { log.names }

  package func series(_ name: String) -> [Double]? {
    let canonical = log.canonical(name)
    return log.names.contains { Text($0) == Text(canonical) } ? log[canonical] : nil
  }

  /// `log["loss"]` is a list with one value a step, `log[-1]` the last step as a map.
  package func index(_ subscripts: [SubscriptValue]) throws -> Value {
    if subscripts.count == 1, case .value(.string(let name)) = subscripts[0] {
      guard let values = series(name.string) else { throw unknown(name.string) }
      return .numbers(values)
    }
    switch try ListPlace(subscripts, of: log.count, in: Self.typeName) {
    case .element(let place): return .metrics(log.entries[place])
    case .slice(let range): return .list(log.entries[range].map { .metrics($0) })
    }
  }

  private func unknown(_ name: String) -> Fault {
    let known = log.names + log.aliases.map(\.alias)
    let remedy =
      log.count == 0
      ? "no step has been logged yet"
      : Spelling.nearest(name, among: known).map { "log[\"\($0)\"]" }
        ?? "its names: " + log.names.joined(separator: ", ")
    return Fault(.key, "TrainLog: nothing is called \"\(name)\"", remedy: remedy)
  }

  package func makeIterator() throws -> (() throws -> Value?)? {
    var rest = log.entries.makeIterator()
    return { rest.next().map { .metrics($0) } }
  }

  package func contains(_ value: Value) throws -> Bool? {
    guard case .string(let name) = value else { return nil }
    return series(name.string) != nil
  }

  package func isEqual(to other: any HostObject) -> Bool {
    guard let other = other as? TrainLogObject, other.log.count == log.count else { return false }
    return log.samples == other.log.samples
      && zip(log.entries, other.log.entries).allSatisfy { ours, theirs in
        ours.count == theirs.count
          && zip(ours, theirs).allSatisfy { $0.name == $1.name && $0.value == $1.value }
      }
  }

  /// One line a name: the first and the last value, and how it went.
  package func brief() -> String {
    "<\(trainer) log, \(NumberText.count(log.count, "step"))>"
  }

  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    let title = "\(trainer) log" + view.separator + NumberText.count(log.count, "step")
    guard log.count > 0 else { return title }
    let shown = Metric.shown(of: log.names, all: view.full)
    func cell(_ value: Double?) -> TableView.Cell {
      value.map { .figure(NumberText.significant($0)) } ?? .missing
    }
    var table = TableView(
      title: title, columns: ["name", "first", "last"] + (view.plain ? [] : ["course"]),
      rows: shown.map { name in
        let values = log[name]
        let ends = [.text(name), cell(values.first), cell(values.last)]
        // Read aloud, a drawing of characters says nothing.
        return view.plain
          ? ends : ends + [.text(Sparkline.text(values, columns: 24, style: view))]
      })
    table.rowLimit = 64
    table.ink = { _, column in column == 3 ? .cyan : nil }
    let samples = log.samples.isEmpty ? [] : [NumberText.count(log.samples.count, "sample")]
    return table.text(view) + Metric.rest(log.names.count - shown.count, view)
      + samples.map { "\n" + view.paint($0 + ": .samples lists them", .dim) }.joined()
  }

  package func plain() throws -> Value? { .list(log.entries.map { .metrics($0) }) }

  package func explanation(of name: String?) throws -> String {
    guard let name else {
      let lines = log.names.map { "\($0)  \(Metric.named($0)?.meaning ?? "")" }
      return (["What a \(trainer) trainer measured in \(log.count) steps."] + lines)
        .joined(separator: "\n")
    }
    let canonical = log.canonical(name)
    guard let metric = Metric.named(canonical) else { throw unknown(name) }
    return MetricExplanation(metric: metric, log: log).text
  }

  package func absorb(into digest: inout DigestBuilder) { digest.log(log) }
}

extension Value {
  /// One entry of a log.
  static func metrics(_ metrics: Metrics) -> Value {
    .map(metrics.map { ($0.name, .float($0.value)) })
  }
}

extension DigestBuilder {
  mutating func metrics(_ metrics: Metrics) {
    count(metrics.count)
    for (name, value) in metrics {
      text(name)
      number(value)
    }
  }

  mutating func log(_ log: TrainLog) {
    count(log.count)
    for entry in log.entries { metrics(entry) }
    count(log.samples.count)
    for sample in log.samples {
      count(sample.step)
      text(sample.prompt)
      text(sample.response)
    }
  }
}
