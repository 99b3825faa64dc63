import Foundation
import Synchronization

/// The one thread a session runs on.
///
/// Engine and interpreter are synchronous and not Sendable, and a script may nest a thousand calls:
/// the thread's stack fits them in a debug build too. Address space only; pages are taken as used.
final class SessionThread: SerialExecutor {
  /// Measured: a debug build takes up to 120 kB of stack for one nested call through a host
  /// function, so a thousand need 120 MB; 512 MB leaves room for nesting within each.
  static let stackSize = 512 << 20

  private let queue = JobQueue()

  init() {
    let thread = Thread { [queue, unowned self] in
      while let job = queue.next() {
        job.runSynchronously(on: self.asUnownedSerialExecutor())
      }
    }
    thread.stackSize = Self.stackSize
    thread.name = "rlx session"
    thread.start()
  }

  deinit {
    queue.close()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    queue.append(UnownedJob(job))
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }
}

/// Jobs waiting for the session's thread, first in first out.
///
/// `@unchecked Sendable`: every access to `jobs` and `closed` is made with `condition` locked.
private final class JobQueue: @unchecked Sendable {
  private let condition = NSCondition()
  private var jobs: [UnownedJob] = []
  private var closed = false

  func append(_ job: UnownedJob) {
    condition.lock()
    jobs.append(job)
    condition.signal()
    condition.unlock()
  }

  /// The next job; blocks until there is one. Nil once the queue is closed and empty.
  func next() -> UnownedJob? {
    condition.lock()
    defer { condition.unlock() }
    while jobs.isEmpty {
      if closed { return nil }
      condition.wait()
    }
    return jobs.removeFirst()
  }

  func close() {
    condition.lock()
    closed = true
    condition.broadcast()
    condition.unlock()
  }
}
