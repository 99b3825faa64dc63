import RLXScript
import RLXTraining

/// What one metric means, with the numbers of the last step that has it.
struct MetricExplanation {
  let metric: Metric
  let log: TrainLog
  /// The settings in force, where the trainer is at hand.
  var settings: [(name: String, value: SettingValue)] = []

  /// The metric of that name or alias. Throws a name error with the nearest where there is none.
  static func metric(_ name: String, among known: [String]? = nil) throws -> Metric {
    let canonical = PPO.aliases.first { $0.alias == name }?.name ?? name
    if let found = Metric.named(canonical) { return found }
    let names = known ?? Metric.table.map(\.name) + PPO.aliases.map(\.alias)
    let nearest = Spelling.nearest(name, among: names) ?? ending(name, among: names)
    throw Fault(
      .name, "explain: no trainer logs \"\(name)\"",
      remedy: nearest.map { "explain(\"\($0)\")" } ?? ":help metrics lists them all")
  }

  /// `kl` of `objective/kl`: the name whose last part is nearest.
  private static func ending(_ name: String, among names: [String]) -> String? {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    let parts = names.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    return Spelling.nearest(last, among: parts).flatMap { near in
      parts.firstIndex(of: near).map { names[$0] }
    }
  }

  var text: String {
    var facts = [("Formula", metric.formula)]
    if !metric.unit.isEmpty { facts.append(("Unit", metric.unit)) }
    facts.append(("Healthy", metric.healthy))
    facts += metric.causes.enumerated().map { ($0 == 0 ? "When off" : "", $1) }
    return "\(metric.name)\n  \(metric.meaning)\n\n" + HelpText.columns(facts) + course + operands
  }

  /// The last step, from 1, whose entry has the metric.
  private var step: Int? {
    log.entries.lastIndex { $0.value(metric.name) != nil }.map { $0 + 1 }
  }

  private var course: String {
    let values = log[metric.name]
    guard let first = values.first, let last = values.last else { return "" }
    return "\n\nSo far\n"
      + HelpText.columns([
        (
          NumberText.count(values.count, "step"),
          "from \(NumberText.significant(first)) to \(NumberText.significant(last))"
        )
      ])
  }

  /// The metric at that step and what it was computed from or goes with.
  private var operands: String {
    guard let step else { return "" }
    let entry = log.entries[step - 1]
    let found = ([metric.name] + metric.operands).compactMap { name -> (String, String)? in
      if let number = entry.value(name) { return (name, NumberText.significant(number, digits: 6)) }
      return settings.first { $0.name == name }.map { ($0.name, Value($0.value).shown) }
    }
    var lines = HelpText.columns(found)
    if let value = metric.identity?({ operand($0, in: entry) }) {
      lines += "\n  The formula gives \(NumberText.significant(value, digits: 6))."
    }
    return "\n\nStep \(NumberText.grouped(step))\n" + lines
  }

  private func operand(_ name: String, in entry: Metrics) -> Double? {
    if let number = entry.value(name) { return number }
    switch settings.first(where: { $0.name == name })?.value {
    case .number(let number)?: return number
    case .integer(let number)?: return Double(number)
    default: return nil
    }
  }
}

extension Metric {
  /// The value by the formula from the other numbers of a step, where they suffice; nil elsewhere.
  var identity: (((String) -> Double?) -> Double?)? {
    switch name {
    case "rewards/margins":
      return { of in
        guard let chosen = of("rewards/chosen"), let rejected = of("rewards/rejected") else {
          return nil
        }
        return chosen - rejected
      }
    case "ppo/loss/total":
      return { of in
        guard let policy = of("ppo/loss/policy"), let value = of("ppo/loss/value"),
          let weight = of("vf_coef")
        else { return nil }
        func term(_ name: String, _ coefficient: String) -> Double {
          (of(name) ?? 0) * (of(coefficient) ?? 0)
        }
        return policy + weight * value + term("ppo/loss/kl", "objective/kl_coef")
          - term("ppo/loss/entropy", "entropy_coef") + term("ppo/loss/ptx", "ptx_coef")
      }
    case "ppo/val/var_explained":
      return { of in
        guard let error = of("ppo/val/error"), let variance = of("ppo/returns/var"), variance > 0
        else { return nil }
        return 1 - error / variance
      }
    default: return nil
    }
  }
}
