import RLXScript
import RLXTraining

/// Shows where a trainer stands, and takes a counted point at each of its reports.
struct TrainingProgress {
  let core: SessionCore
  let trainer: String
  /// The measurement shown beside the bar.
  let headlines: [String]
  /// Steps of a run of many; 1 for a single step.
  var steps = 1

  /// What to hand to a trainer whose reports count its optimizer steps.
  var counting: Report {
    let stage = Stage()
    return { progress in
      if let metrics = progress.metrics {
        (stage.done, stage.total, stage.note) = (progress.done, progress.total, note(metrics))
        stage.tokens = metrics.value("num_tokens").map { Int($0) }
        try core.progress(
          trainer, stage.done, of: stage.total, note: stage.note, tokens: stage.tokens)
      } else {
        try core.progress(
          trainer, stage.done, of: stage.total, note: stage.note(during: progress),
          tokens: stage.tokens)
      }
    }
  }

  /// What to hand to PPO, whose steps have stages of their own.
  var staged: Report {
    let stage = Stage()
    return { progress in
      if let metrics = progress.metrics {
        stage.done += 1
        stage.note = note(metrics)
        stage.tokens = metrics.value("num_tokens").map { Int($0) }
        try core.progress(
          trainer, stage.done, of: steps, note: stage.note, tokens: stage.tokens)
      } else if steps == 1 {
        try core.progress("\(trainer) \(progress.phase)", progress.done, of: progress.total)
      } else {
        try core.progress(
          trainer, stage.done, of: steps, note: stage.note(during: progress), tokens: stage.tokens)
      }
    }
  }

  private final class Stage {
    var done = 0
    var total = 0
    var tokens: Int?
    var note = ""

    /// What the last step measured, and what is going on now.
    func note(during progress: TrainProgress) -> String {
      let now = "\(progress.phase) \(progress.done)/\(progress.total)"
      return note.isEmpty ? now : "\(now), \(note)"
    }
  }

  private func note(_ metrics: Metrics) -> String {
    headlines.compactMap { name in
      metrics.value(name).map { value in
        let short = name.split(separator: "/").last.map(String.init) ?? name
        return "\(short) \(NumberText.significant(value, digits: 3))"
      }
    }.joined(separator: " ")
  }
}

extension SessionCore {
  /// Shows the warnings of some steps: of each kind the first, and how many more there were.
  func warn(_ trainer: String, _ warnings: [TrainWarning]) {
    var kinds: [(first: TrainWarning, count: Int)] = []
    for warning in warnings {
      if let place = kinds.firstIndex(where: { $0.first.isLike(warning) }) {
        kinds[place].count += 1
      } else {
        kinds.append((warning, 1))
      }
    }
    for (first, count) in kinds {
      let more = count > 1 ? " (and \(NumberText.count(count - 1, "more step")) alike)" : ""
      warn("\(trainer): \(first)\(more)")
    }
  }

  /// Makes a trainer, which takes one number and counts on from there itself. Where that fails
  /// nothing was drawn, and the number stays for the next call.
  func drawing<Trainer>(_ make: (TrainerDraws) throws -> Trainer) throws -> Trainer {
    let before = draws
    do {
      let (seed, call) = draws.take()
      return try make(TrainerDraws(seed: seed, call: call))
    } catch {
      draws = before
      throw error
    }
  }
}

extension TrainWarning {
  fileprivate func isLike(_ other: TrainWarning) -> Bool {
    switch (self, other) {
    case (.equalScores, .equalScores), (.negativeKL, .negativeKL), (.noTokens, .noTokens),
      (.largeKL, .largeKL), (.ratioAboveThreshold, .ratioAboveThreshold),
      (.otherTemperature, .otherTemperature):
      true
    case (.equalScores, _), (.negativeKL, _), (.largeKL, _), (.noTokens, _),
      (.ratioAboveThreshold, _), (.otherTemperature, _):
      false
    }
  }
}
