import RLXTensor

/// The source of one trainer's randomness: the session's seed and the draw number the trainer took
/// when it was made. From then on it counts its own draws, so that `run(4)` then `run(6)` draws as
/// `run(10)` does, and nothing else in the session shifts them.
package struct TrainerDraws: Equatable, Sendable {
  package let seed: UInt64
  package let call: UInt64
  /// How many draws have been taken.
  package private(set) var count: UInt64

  package init(seed: UInt64, call: UInt64, count: UInt64 = 0) {
    self.seed = seed
    self.call = call
    self.count = count
  }

  /// The next draw, for one purpose; every row and position of it is a number of its own.
  package mutating func next(_ purpose: Draw.Purpose) -> Draw {
    defer { count += 1 }
    return Draw(seed: seed, call: call, count: count, purpose: purpose)
  }
}
