import RLXScript
import RLXTraining

/// A number measured over rows, with its 95 % bootstrap interval and what else was counted.
package final class MeasureObject: Unchanging {
  package static let typeName = "Measure"

  package let interval: BootstrapInterval
  /// What the rows are: "prompt", "text".
  let unit: String
  /// Counts to tell beside it, in order.
  let facts: [(name: String, value: Value)]
  package let identity = ObjectIdentity()

  init(_ interval: BootstrapInterval, unit: String, facts: [(name: String, value: Value)] = []) {
    self.interval = interval
    self.unit = unit
    self.facts = facts
  }

  package var typeName: String { Self.typeName }
  package var isData: Bool { true }

  package func isEqual(to other: any HostObject) -> Bool {
    (other as? MeasureObject)?.interval == interval
  }

  package func display(_ style: DisplayStyle) -> String {
    guard interval.rows > 0 else { return "no \(unit)s" }
    func shown(_ x: Double) -> String {
      abs(x) < 10 ? NumberText.fixed(x, digits: 3) : NumberText.significant(x)
    }
    var parts = [NumberText.count(interval.rows, unit)]
    if let low = interval.low, let high = interval.high {
      parts.append("95 % interval \(shown(low)) to \(shown(high))")
    }
    for fact in facts { if case .int(let n) = fact.value { parts.append("\(fact.name) \(n)") } }
    return "\(shown(interval.value)) (\(parts.joined(separator: ", ")))"
  }

  package func plain() throws -> Value? {
    var map: [(String, Value)] = [("value", .float(interval.value))]
    map.append(("low", interval.low.map { .float($0) } ?? .nil))
    map.append(("high", interval.high.map { .float($0) } ?? .nil))
    map.append(("rows", .int(interval.rows)))
    map.append(("resamples", .int(interval.resamples)))
    for fact in facts { map.append((fact.name, fact.value)) }
    return .map(map)
  }

  package func absorb(into digest: inout DigestBuilder) {
    for number in [interval.value, interval.low ?? .nan, interval.high ?? .nan] {
      digest.number(number)
    }
    digest.count(interval.rows)
    digest.count(interval.resamples)
    for fact in facts { digest.text(fact.name) }
  }
}
