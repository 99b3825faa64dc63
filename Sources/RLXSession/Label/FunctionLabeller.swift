import RLXScript
import RLXStore

/// Judges comparisons by a function of the script. Nothing is shown and nothing recorded: a replay
/// computes the answers again.
struct FunctionLabeller {
  let judge: FunctionValue
  let call: Call

  /// What the function says of a comparison.
  func verdict(on comparison: ComparisonRecord) throws -> Verdict {
    let answer = try call.call(
      judge,
      [.string(comparison.prompt), .string(comparison.a.text), .string(comparison.b.text)])
    switch answer {
    case .bool(true), .int(1): return Verdict(.first)
    case .bool(false), .int(2): return Verdict(.second)
    case .string(let word) where word == "tie": return Verdict(.tie)
    case .nil: return Verdict(.skip)
    case .float(let probability):
      if let verdict = Verdict(probabilityOfFirst: probability) { return verdict }
    default: break
    }
    throw Fault(
      .value,
      "Preferences.label: with: expected true or 1, false or 2, \"tie\", nil, or a float between 0 "
        + "and 1 from the function, got \(answer.described)",
      remedy: "with: fn(prompt, a, b) => a.len > b.len", parameter: "with")
  }
}
