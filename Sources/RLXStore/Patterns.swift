/// Habits that judgements may owe to something else than the answers' worth.
package struct Patterns: Equatable, Sendable {
  /// How often something held, of how often it could have.
  package struct Share: Equatable, Sendable {
    package var held = 0
    package var of = 0

    package init(held: Int = 0, of: Int = 0) {
      self.held = held
      self.of = of
    }

    /// nil of none.
    package var fraction: Double? { of == 0 ? nil : Double(held) / Double(of) }

    mutating func count(_ isTrue: Bool) {
      held += isTrue ? 1 : 0
      of += 1
    }
  }

  /// Of judgements with a winner and answers of unequal length (in characters, as Unicode scalars):
  /// those where the longer answer won.
  package var longer = Share()
  /// Of judgements with a winner whose answers were shown: those where the left, or upper, won.
  package var left = Share()

  fileprivate mutating func count(_ record: JudgementRecord) {
    guard let pair = PairRecord(record) else { return }
    let chosen = pair.chosen.unicodeScalars.count
    let rejected = pair.rejected.unicodeScalars.count
    if chosen != rejected { longer.count(chosen > rejected) }
    if let shown = record.shown { left.count((record.verdict.choice == .first) == (shown == .ab)) }
  }
}

extension PreferenceStore {
  /// Patterns over all standing judgements, and by annotator in the order of their first one here.
  package func patterns() throws(StoreError) -> (
    all: Patterns, byAnnotator: [(name: String, patterns: Patterns)]
  ) {
    var all = Patterns()
    var each: [(name: String, patterns: Patterns)] = []
    for record in try standing() {
      all.count(record)
      let name = Array(record.by.utf8)
      let place = each.firstIndex { $0.name.utf8.elementsEqual(name) }
      if place == nil { each.append((record.by, Patterns())) }
      each[place ?? each.count - 1].patterns.count(record)
    }
    return (all, each)
  }
}
