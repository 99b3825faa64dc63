import CEditLine
import Foundation
import Glibc
import RLXSession
import Synchronization

/// Takes the process's signals on a thread of its own and gives each its meaning.
///
/// A handler only passes the signal's number on, so no code of ours runs inside one and no call
/// returns early. What Ctrl-C means depends on what the shell is doing: at the prompt it clears the line;
/// while a statement runs it asks the statement to stop, and a second one within two seconds of the
/// first, if it has not stopped, ends the process.
final class SignalWatch: Sendable {
  private enum Activity {
    case reading
    case running
    case stopping(since: ContinuousClock.Instant, isSaid: Bool)
  }

  private static let patience: Duration = .seconds(2)
  /// Milliseconds after which a statement that has not stopped is worth a word.
  private static let hintAfter: Int32 = 700

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

  /// Takes over the signals and starts the thread that acts on them.
  func start() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }  // no descriptors left: signals keep their usual meaning
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGCONT]
    rlx_signals_to(ends[1], signals, Int32(signals.count))
    let source = ends[0]
    Thread.detachNewThread { [self] in
      var number: UInt8 = 0
      while true {
        var wait = pollfd(fd: source, events: Int16(POLLIN), revents: 0)
        if poll(&wait, 1, isStopping ? Self.hintAfter : -1) == 0 {
          hint()
        } else if read(source, &number, 1) == 1 {
          take(Int32(number))
        } else if errno != EINTR {
          return
        }
      }
    }
  }

  /// What must still be done when the process ends at once, such as writing out the journal.
  func beforeSuddenEnd(_ action: @escaping @Sendable () -> Void) {
    lastWords.withLock { $0 = action }
  }

  /// Says that a statement starts: from now on Ctrl-C stops it.
  ///
  /// `wasTyped`: in a line at the prompt. A Ctrl-C behind its Enter, typed before the terminal makes
  /// signals of it again, is then taken into account.
  func beginRunning(wasTyped: Bool = false) {
    activity.withLock { activity in
      activity = .running
      stop.reset()
      if wasTyped, input.takeInterruptKey() {
        activity = .stopping(since: .now, isSaid: false)
        stop.set()
      }
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
      case .stopping(let since, _) where now - since < Self.patience: return true
      case .running, .stopping:
        activity = .stopping(since: now, isSaid: false)
        stop.set()
        return false
      }
    }
    if isSecond { end(code: ExitCode.interrupted.rawValue) }
    input.discardRead()
    input.wake(.interrupt)
  }

  private var isStopping: Bool {
    activity.withLock { if case .stopping(_, isSaid: false) = $0 { true } else { false } }
  }

  private func hint() {
    let isDue = activity.withLock { activity in
      guard case .stopping(let since, isSaid: false) = activity else { return false }
      activity = .stopping(since: since, isSaid: true)
      return true
    }
    if isDue { writeAll("\nstopping; Ctrl-C twice within 2 s ends rlx\n", to: STDERR_FILENO) }
  }

  private func end(code: Int32) {
    lastWords.withLock { $0 }?()
    mode.restore()
    _exit(code)
  }
}
