import RLXData
import RLXScript
import RLXTraining

// What completion may ask of the session's objects. All of it is at hand: nothing here reads rows,
// files or tables, or computes.

extension DatasetObject: Browsable {
  package var keys: [KeyOutline] {
    dataset.columns.map { KeyOutline($0, doc: "a column", outline: .list(.unknown)) }
  }

  package var element: Outline { .record(dataset.columns.map { KeyOutline($0, doc: "a column") }) }

  /// All but `map` keep the columns.
  package func result(of method: String) -> Outline? {
    switch method {
    case "take", "sample", "shuffle", "filter": .value(.host(self))
    case "split": .list(.value(.host(self)))
    case "list", "plain": .list(element)
    default: nil
    }
  }
}

extension TrainLogObject: Browsable {
  /// The names of the last step, and what other systems call them.
  package var keys: [KeyOutline] {
    let names = log.entries.last?.map(\.name) ?? []
    let known = Set(names)
    return names.map {
      KeyOutline($0, doc: Metric.named($0)?.meaning ?? "", outline: .list(.float))
    }
      + log.aliases.filter { known.contains($0.name) }
      .map { KeyOutline($0.alias, doc: "the same as \($0.name)", outline: .list(.float)) }
  }

  package var element: Outline {
    .record((log.entries.last ?? []).map { KeyOutline($0.name, outline: .float) })
  }
}

extension MetricsObject: Browsable {
  package var keys: [KeyOutline] {
    (metrics.map(\.name) + distributions.map(\.name)).map {
      KeyOutline($0, doc: Metric.named($0)?.meaning ?? "")
    }
  }
}

extension TrainerObject {
  /// The parts of a trainer that can be had without work.
  fileprivate func partAtHand(_ name: String) -> Value? {
    switch name {
    case "log": .host(logObject)
    case "settings": settingsMap
    default: nil
    }
  }
}

extension SFTObject: Browsable {
  package func part(_ name: String) -> Value? { partAtHand(name) }
}
extension DPOObject: Browsable {
  package func part(_ name: String) -> Value? { partAtHand(name) }
}
extension PPOObject: Browsable {
  package func part(_ name: String) -> Value? { partAtHand(name) }
}
extension RewardModelObject: Browsable {
  package func part(_ name: String) -> Value? { partAtHand(name) }
}
extension PRMObject: Browsable {
  package func part(_ name: String) -> Value? { partAtHand(name) }
}

extension Outline {
  fileprivate static var float: Outline { .instance("float") }
}

extension OutlineTables {
  /// The session's types, as far as their tables of functions do not say it.
  package static var session: OutlineTables {
    let comparison = ["prompt", "chosen", "rejected", "by"].map { KeyOutline($0, outline: .string) }
    return OutlineTables(
      elements: [
        CompletionsObject.typeName: .instance(CompletionObject.typeName),
        BestOfObject.typeName: .instance(CompletionObject.typeName),
        StepScoresObject.typeName: .float,
        PPOBatchObject.typeName: .instance(PPOAnswerObject.typeName),
        PreferencesObject.typeName: .record(comparison),
      ],
      callbacks: [
        "Preferences.label.with": [.string, .string, .string],
        "PPO.reward": [.string, .string],
        "best_of.by": [.string, .string],
        "best_of.answer": [.string],
        "rejection_sample.by": [.string, .string],
        "rejection_sample.answer": [.string],
      ])
  }
}
