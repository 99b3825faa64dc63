import Synchronization

/// A clock that says 1000, 1001, …
final class CountingClock: Sendable {
  private let last = Atomic<Int64>(999)
  func now() -> Int64 { last.add(1, ordering: .relaxed).newValue }
}
