/// Counts the points at which a statement may be stopped: calls, loop turns, passes through a network,
/// optimizer steps, generated tokens and rows. Counts, never time: a replay stops at the same count.
package struct PointCounter {
  /// Points taken by the statement that runs.
  package private(set) var inStatement = 0
  /// Points taken by the whole run.
  package private(set) var total = 0
  /// The count at which the record says the statement was stopped.
  package var stopAt: Int?
  package var limit: Int

  package init(limit: Int) {
    self.limit = limit
  }

  package mutating func beginStatement(stopAt: Int?) {
    inStatement = 0
    self.stopAt = stopAt
  }

  /// Takes the point at the end of a pass through a network: the count, if the statement is to stop
  /// there. Limits are left to the next point of another kind.
  package mutating func endPass(_ stop: StopFlag) -> Int? {
    inStatement += 1
    total += 1
    return stop.isSet || inStatement == stopAt ? inStatement : nil
  }

  /// Takes one point. Throws where the statement is to stop, or the run's limit is passed.
  package mutating func take(_ stop: StopFlag) throws(Interruption) {
    inStatement += 1
    total += 1
    if stop.isSet || inStatement == stopAt { throw .stopped(at: inStatement) }
    if total > limit { throw .pointLimit(limit) }
  }
}

/// Why a statement was cut off from outside. No `try` of a script catches it.
package enum Interruption: Error, Equatable, Sendable {
  case stopped(at: Int)
  case pointLimit(Int)
}
