import RLXScript
import RLXTraining

/// What fits on comparisons share: what is refused before anything runs, and what is told after.
enum PreferenceFit {
  /// Throws where training is to stop by evaluations that nobody asked for.
  static func check(_ call: Call, _ settings: RewardModel.Settings) throws {
    guard settings.earlyStoppingPatience != nil else { return }
    guard call.spec.parameters.contains(where: { $0.name == "eval" }) else {
      throw Fault(
        .argument, "\(call.spec.qualifiedName): early_stopping_patience: nothing is evaluated here",
        remedy: "until the loss is low: epochs or max_steps", parameter: "early_stopping_patience")
    }
    guard
      !call.isGiven("eval") || !call.isGiven("eval_steps")
    else { return }
    let missing = call.isGiven("eval") ? "eval_steps" : "eval"
    throw Fault(
      .argument, "\(call.spec.qualifiedName): early_stopping_patience: there is no \(missing)",
      remedy: "rm.fit(data, eval: held_out, eval_steps: 10, early_stopping_patience: 3)",
      parameter: "early_stopping_patience")
  }

  /// Lets a run evaluate, stop and keep what was best.
  static func watch<Trainer: PreferenceTrainer>(
    _ held: [Comparison<Trainer.Answer>], _ trainer: Trainer, _ settings: RewardModel.Settings,
    _ work: inout TrainingRun.Work
  ) -> HeldOutWatch {
    let watch = HeldOutWatch(trainer, settings)
    work.evaluate = { report in
      let found = try trainer.evaluate(held, report: report)
      watch.note(found, after: trainer.log.count)
      return found
    }
    work.isEnough = { watch.isEnough }
    work.finish = { watch.keepBest(after: trainer.log.count) }
    return watch
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
    _ watch: HeldOutWatch, _ settings: RewardModel.Settings, _ object: RewardModelObject,
    _ core: SessionCore
  ) {
    guard let best = watch.best, best.step != object.model.log.count else { return }
    let metric = settings.metricForBestModel.rawValue
    var facts: [String] = []
    if watch.isEnough, let patience = settings.earlyStoppingPatience {
      facts.append(
        "stopped after step \(object.model.log.count): "
          + "\(NumberText.count(patience, "evaluation")) without a better \(metric)")
    }
    if settings.loadBestModelAtEnd {
      facts.append(
        "kept the weights of step \(best.step), \(metric) \(NumberText.significant(best.value))")
    }
    if !facts.isEmpty { core.note("\(object.typeName): " + facts.joined(separator: "; ")) }
  }
}
