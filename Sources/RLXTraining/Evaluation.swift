import RLXModels
import RLXTensor

// What trainers measure of data they do not train on, under the names of training with `eval_` before
// them, as transformers and TRL do. Nothing is changed and no draw of the trainer's is taken, so that
// training goes the same way whether or not it is evaluated.

/// Thrown by a report to end a run after the step just done, as if that had been its last.
package struct RunEnd: Error {
  package init() {}
}

/// A trainer whose log takes more than its steps.
package protocol RecordingTrainer: ResumableTrainer {
  /// Changes the log, such as by what an evaluation found.
  func record(_ change: (inout TrainLog) -> Void)
}

extension SFT: RecordingTrainer {
  package func record(_ change: (inout TrainLog) -> Void) { change(&log) }
}
extension RewardModel: RecordingTrainer {
  package func record(_ change: (inout TrainLog) -> Void) { change(&log) }
}
extension DPO: RecordingTrainer {
  package func record(_ change: (inout TrainLog) -> Void) { change(&log) }
}
extension PPO: RecordingTrainer {
  package func record(_ change: (inout TrainLog) -> Void) { change(&log) }
}

extension RecordingTrainer {
  /// Answers to prompts from the model as the last step left it. The draws are numbered by the step and
  /// of a purpose of their own.
  package func sampled(
    _ prompts: [Prompt], _ generation: GenerationSettings, report: Report = silent
  ) throws -> [LoggedSample] {
    let completions = try trainedModel.generate(
      prompts.map(\.tokens), generation, draw: draw(.preview)
    ) { progress in
      try report(TrainProgress(phase: "sample", done: progress.done, total: progress.total))
    }
    return zip(prompts, completions).map {
      LoggedSample(step: log.count, prompt: $0.text, response: $1.text)
    }
  }

  /// The draw of an evaluation after the last step.
  func draw(_ purpose: Draw.Purpose) -> Draw {
    Draw(seed: draws.seed, call: draws.call, count: UInt64(log.count), purpose: purpose)
  }
}

/// The names under which measurements of held-out data are logged.
package let evaluationPrefix = "eval_"

extension Metrics {
  /// The same measurements under the names of held-out data.
  var heldOut: Metrics { map { (evaluationPrefix + $0.name, $0.value) } }
}

/// The groups of `size` rows an evaluation reads, one counted point after each.
func inGroups<Row>(
  _ rows: [Row], of size: Int, report: Report, _ body: ([Row]) throws -> Void
) throws {
  for (place, group) in chunks(rows, of: size).enumerated() {
    try body(group)
    try report(
      TrainProgress(
        phase: "evaluate", done: min((place + 1) * size, rows.count), total: rows.count))
  }
}

extension SFT {
  /// The loss of training, token for token the same mean, with accuracy and entropy.
  package func evaluate(_ examples: [Example], report: Report = silent) throws -> Metrics {
    let all = try pairs(examples)
    guard !all.isEmpty else { throw nothing }
    let tokens = all.reduce(0) { $0 + $1.response.count }
    var measures = WeightedMeans()
    try inGroups(all, of: settings.batchSize, report: report) { group in
      let pass = try pass(group, recording: false)
      measures.add(
        [
          ("loss", Double(negativeLogLikelihood(pass.logProbs).item)),
          ("mean_token_accuracy", pass.accuracy), ("entropy", pass.entropy),
        ], weight: Double(pass.targets.count) / Double(tokens))
    }
    return measures.means.heldOut
  }
}

extension DPO {
  /// The loss of training, and the implicit rewards.
  package func evaluate(_ pairs: [PreferencePair], report: Report = silent) throws -> Metrics {
    guard !pairs.isEmpty else { throw nothing }
    var measures = WeightedMeans()
    try inGroups(pairs, of: settings.batchSize, report: report) { group in
      let batch = try measure(group, recording: false)
      measures.add(
        [("loss", Double(try losses(batch).mean().item))] + rewardMetrics(batch),
        weight: Double(group.count) / Double(pairs.count))
    }
    return measures.means.heldOut
  }
}

extension PRM {
  /// The loss of training, over all labelled steps, and how many of them are judged as labelled.
  package func evaluate(_ rows: [Row], report: Report = silent) throws -> Metrics {
    guard !rows.isEmpty else { throw nothing }
    let steps = rows.reduce(0) { $0 + $1.places.count }
    var measures = WeightedMeans()
    try inGroups(rows, of: settings.batchSize, report: report) { group in
      let (loss, accuracy) = try measure(group, recording: false)
      measures.add(
        [("loss", Double(loss.item)), ("accuracy", accuracy)],
        weight: Double(group.reduce(0) { $0 + $1.places.count }) / Double(steps))
    }
    return measures.means.heldOut
  }
}
