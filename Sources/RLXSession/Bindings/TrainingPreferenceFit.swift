import RLXScript
import RLXTraining

/// What fits on comparisons share: what is refused before anything runs, and what is told after.
enum PreferenceFit {
  /// Throws where a setting speaks of held-out comparisons and there are none.
  static func check(_ call: Call, _ settings: RewardModel.Settings) throws {
    guard !call.isGiven("held_out") else { return }
    let asked: String? =
      if settings.earlyStoppingPatience != nil {
        "early_stopping_patience"
      } else if settings.evalSteps != nil {
        "eval_steps"
      } else {
        nil
      }
    guard let asked else { return }
    throw Fault(
      .argument, "\(call.spec.qualifiedName): \(asked): there is no held_out to look at",
      remedy: "parts = prefs.split(0.9); rm.fit(parts[0], held_out: parts[1], \(asked): 3)",
      parameter: asked)
  }

  /// Throws for the first comparison of answers that are the same to the scorer, which teaches
  /// nothing; `rows` are what the scorer reads of `read`.
  static func refuseEqualAnswers<Answer>(
    _ rows: [Comparison<Answer>], _ read: [Comparison<Sample>], _ call: Call, _ parameter: String
  ) throws {
    for (place, comparison) in rows.enumerated() {
      let answers = comparison.answers
      let isTwice = answers.indices.contains { answers[..<$0].contains(answers[$0]) }
      guard isTwice, !comparison.isTie else { continue }
      let texts = read[place].answers.map(\.response)
      let wasCut = texts.indices.allSatisfy { !texts[..<$0].contains(texts[$0]) }
      let place = "\(call.spec.qualifiedName): \(parameter)[\(place)]"
      throw wasCut
        ? Fault(
          .value, "\(place): expected answers that differ, got answers that are the same once cut",
          remedy: "a larger max_length, or truncation_mode: \"keep_end\"", parameter: parameter)
        : Fault(
          .value, "\(place): expected answers that differ, got the same answer twice",
          remedy: "data.filter(fn(row) => row.chosen != row.rejected)", parameter: parameter)
    }
  }

  /// Says that a fit stopped, and which weights it kept.
  static func tell(
    _ result: FitResult, _ settings: RewardModel.Settings, _ name: String, _ core: SessionCore
  ) {
    var facts: [String] = []
    if let step = result.stopped, let patience = settings.earlyStoppingPatience {
      facts.append(
        "stopped after step \(step): \(NumberText.count(patience, "evaluation")) without a better "
          + settings.metricForBestModel.rawValue)
    }
    if let kept = result.kept {
      facts.append(
        "kept the weights of step \(kept.step), \(settings.metricForBestModel.rawValue) "
          + NumberText.significant(kept.value))
    }
    if !facts.isEmpty { core.warn("\(name): " + facts.joined(separator: "; ")) }
  }
}
