import Foundation
import Glibc
import RLXSession
import Synchronization

/// Takes the process's signals on a thread of its own and gives each its meaning.
///
/// Signals are blocked everywhere else, so no code ever runs inside a handler and no call returns
/// early. What Ctrl-C means depends on what the shell is doing: at the prompt it clears the line;
/// while a statement runs it asks the statement to stop, and a second one within two seconds of the
/// first, if it has not stopped, ends the process.
final class SignalWatch: Sendable {
  private enum Activity {
    case reading
    case running
    case stopping(since: ContinuousClock.Instant)
  }

  private static let patience: Duration = .seconds(2)

  private let stop: StopFlag
  private let input: TerminalInput
  private let mode: TerminalMode
  private let activity = Mutex(Activity.reading)
  private let lastWords = Mutex<(@Sendable () -> Void)?>(nil)

  init(stop: StopFlag, input: TerminalInput, mode: TerminalMode) {
    self.stop = stop
    self.input = input
    self.mode = mode
  }

  /// Blocks the signals and starts the thread. Call before any other thread exists: they inherit it.
  func start() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGCONT] where !isIgnored(signal) {
      sigaddset(&signals, signal)
    }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let watched = signals
    Thread.detachNewThread { [self] in
      var watched = watched
      while true {
        var signal: Int32 = 0
        guard sigwait(&watched, &signal) == 0 else { return }
        take(signal)
      }
    }
  }

  /// What must still be done when the process ends at once, such as writing out the journal.
  func beforeSuddenEnd(_ action: @escaping @Sendable () -> Void) {
    lastWords.withLock { $0 = action }
  }

  /// Says that a statement starts: from now on Ctrl-C stops it.
  func beginRunning() {
    activity.withLock { activity in
      activity = .running
      stop.reset()
    }
  }

  /// Says that the statement has ended: Ctrl-C belongs to the prompt again.
  func endRunning() {
    activity.withLock { activity in
      activity = .reading
      stop.reset()
    }
  }

  private func take(_ signal: Int32) {
    switch signal {
    case SIGINT: interrupt()
    case SIGWINCH: input.wake(.resize)
    case SIGCONT: input.wake(.resume)
    default: end(code: 128 + signal)
    }
  }

  private func interrupt() {
    let now = ContinuousClock.now
    let isSecond = activity.withLock { activity in
      switch activity {
      case .reading: return false
      case .stopping(let since) where now - since < Self.patience: return true
      case .running, .stopping:
        activity = .stopping(since: now)
        stop.set()
        return false
      }
    }
    if isSecond { end(code: ExitCode.interrupted.rawValue) }
    input.discardRead()
    input.wake(.interrupt)
  }

  private func end(code: Int32) {
    lastWords.withLock { $0 }?()
    mode.restore()
    _exit(code)
  }

  /// Whether whoever started the process wants this signal to have no effect, as nohup does.
  private func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    sigaction(signal, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1  // SIG_IGN
  }
}
