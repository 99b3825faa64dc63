/// What a trainer measured, one entry a step, in order.
package struct TrainLog {
  /// The steps' measurements, each with its names in a fixed order.
  package private(set) var entries: [Metrics] = []
  /// Other systems' names for the same measurements.
  package let aliases: [(alias: String, name: String)]

  package init(_ entries: [Metrics] = [], aliases: [(alias: String, name: String)] = []) {
    self.entries = entries
    self.aliases = aliases
  }

  package var count: Int { entries.count }

  package mutating func append(_ metrics: Metrics) { entries.append(metrics) }

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
