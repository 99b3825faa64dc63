import RLXScript
import RLXTraining

/// What one PPO step measured: numbers by name, and lists for what TRL calls distributions.
package final class MetricsObject: Unchanging {
  package static let typeName = "Metrics"

  let metrics: Metrics
  let distributions: [(name: String, values: [Double])]
  private let title: String
  private let canonical: (String) -> String
  package let identity = ObjectIdentity()

  init(_ step: PPOStep, of trainer: PPOObject) {
    metrics = step.metrics
    distributions = step.distributions
    title = "PPO step \(trainer.trainer.log.count)"
    let log = trainer.trainer.log
    canonical = { log.canonical($0) }
  }

  package var typeName: String { Self.typeName }
  package var isData: Bool { true }
  package var count: Int? { metrics.count }

  private func value(_ name: String) -> Value? {
    let name = canonical(name)
    if let number = metrics.value(name) { return .float(number) }
    return distributions.first { $0.name == name }.map { .numbers($0.values) }
  }

  package func index(_ subscripts: [SubscriptValue]) throws -> Value {
    guard subscripts.count == 1, case .value(.string(let name)) = subscripts[0] else {
      throw Fault(
        .type, "Metrics: expected a name as index", remedy: "stats[\"objective/kl\"]")
    }
    if let found = value(name.string) { return found }
    let known = metrics.map(\.name) + distributions.map(\.name)
    throw Fault(
      .key, "Metrics: nothing is called \"\(name)\"",
      remedy: Spelling.nearest(name.string, among: known).map { "stats[\"\($0)\"]" }
        ?? "its names: " + known.joined(separator: ", "))
  }

  package func contains(_ value: Value) throws -> Bool? {
    guard case .string(let name) = value else { return nil }
    return self.value(name.string) != nil
  }

  package func makeIterator() throws -> (() throws -> Value?)? {
    var rest = (metrics.map(\.name) + distributions.map(\.name)).makeIterator()
    return { rest.next().map { .string($0) } }
  }

  package func isEqual(to other: any HostObject) -> Bool {
    guard let other = other as? MetricsObject, other.metrics.count == metrics.count else {
      return false
    }
    return zip(metrics, other.metrics).allSatisfy { $0.name == $1.name && $0.value == $1.value }
  }

  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    let shown = Metric.shown(of: metrics.map(\.name), all: view.full)
    let entries = shown.compactMap { name in
      metrics.value(name).map { (name: name, value: NumberText.significant($0)) }
    }
    let rest = metrics.count + (view.full ? 0 : distributions.count) - shown.count
    let lists =
      view.full
      ? distributions.map { (name: $0.name, value: Value.numbers($0.values).shown) } : []
    return KeyValueView.text(entries + lists, title: title, style: view)
      + Metric.rest(rest, view, indent: 2)
  }

  package func plain() throws -> Value? {
    .map(
      metrics.map { ($0.name, .float($0.value)) }
        + distributions.map { ($0.name, .numbers($0.values)) })
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.metrics(metrics)
    for (name, values) in distributions {
      digest.text(name)
      digest.count(values.count)
      for value in values { digest.number(value) }
    }
  }
}
