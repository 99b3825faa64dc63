/// What a trainer measured, one entry a step, in order.
package struct TrainLog {
  /// The steps' measurements, each with its names in a fixed order.
  package private(set) var entries: [Metrics] = []
  /// Other systems' names for the same measurements.
  package let aliases: [(alias: String, name: String)]
  /// What the model answered to the sample prompts of its runs.
  package private(set) var samples: [LoggedSample]

  package init(
    _ entries: [Metrics] = [], samples: [LoggedSample] = [],
    aliases: [(alias: String, name: String)] = []
  ) {
    self.entries = entries
    self.samples = samples
    self.aliases = aliases
  }

  package var count: Int { entries.count }

  package mutating func append(_ metrics: Metrics) { entries.append(metrics) }

  /// Adds what was measured of the model as the last step left it, such as `eval_loss`.
  package mutating func amend(_ metrics: Metrics) {
    guard !entries.isEmpty else { return }
    let names = Set(metrics.map(\.name))
    entries[entries.count - 1].removeAll { names.contains($0.name) }
    entries[entries.count - 1] += metrics
  }

  package mutating func add(_ more: [LoggedSample]) { samples += more }

  /// The entries after the first `count`, with their samples.
  package func since(_ count: Int) -> TrainLog {
    TrainLog(
      Array(entries.dropFirst(count)), samples: samples.filter { $0.step > count },
      aliases: aliases)
  }

  /// The names found in any entry, in the order they first came.
  package var names: [String] {
    var seen: Set<String> = []
    return entries.flatMap { $0.map(\.name) }.filter { seen.insert($0).inserted }
  }

  /// The one name under which `name`, possibly another system's, is kept.
  package func canonical(_ name: String) -> String {
    aliases.first { $0.alias == name }?.name ?? name
  }

  /// The values of one measurement, one a step that has it; empty if no step does.
  package subscript(name: String) -> [Double] {
    let wanted = canonical(name)
    return entries.compactMap { entry in entry.first { $0.name == wanted }?.value }
  }

  /// The last value of a measurement.
  package func last(_ name: String) -> Double? {
    let wanted = canonical(name)
    return entries.last { entry in entry.contains { $0.name == wanted } }?
      .first { $0.name == wanted }?.value
  }
}

/// An answer that was sampled to look at while a trainer ran.
package struct LoggedSample: Equatable, Sendable {
  /// The step after which it was sampled, from 1.
  package var step: Int
  package var prompt: String
  package var response: String

  package init(step: Int, prompt: String, response: String) {
    self.step = step
    self.prompt = prompt
    self.response = response
  }
}
