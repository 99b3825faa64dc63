/// The session's account of its random draws.
///
/// Each call that draws takes the next number since `seed` was last said; calls that draw nothing
/// take none. A draw is a function of (seed, call, count, purpose, row, position), so neither batch
/// splits nor thread counts enter, and an inserted display shifts nothing.
package struct DrawLedger: Equatable, Sendable {
  package private(set) var seed: UInt64
  /// How many draws have been taken since the seed was said.
  package private(set) var taken: UInt64 = 0

  package init(seed: UInt64 = 0) {
    self.seed = seed
  }

  /// Starts again from `seed`: the same draws come in the same order.
  package mutating func reseed(_ seed: UInt64) {
    self.seed = seed
    taken = 0
  }

  /// The number of the next draw, and the seed in force.
  package mutating func take() -> (seed: UInt64, call: UInt64) {
    defer { taken += 1 }
    return (seed, taken)
  }
}
