import Glibc
import Synchronization

/// The settings of the terminal, and the way back to how the shell found them.
final class TerminalMode: Sendable {
  private struct State {
    var original: termios?
    var pasteIsBracketed = false
  }

  private let state: Mutex<State>
  /// Whether standard input is a terminal at all; if not, nothing here does anything.
  let isTerminal: Bool

  init() {
    var settings = termios()
    let isTerminal = isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &settings) == 0
    self.isTerminal = isTerminal
    state = Mutex(State(original: isTerminal ? settings : nil))
  }

  /// Puts the terminal back as it was found. Safe to call from any thread, and more than once.
  func restore() {
    state.withLock { state in
      if state.pasteIsBracketed {
        writeAll("\u{1B}[?2004l", to: STDOUT_FILENO)
        state.pasteIsBracketed = false
      }
      if var original = state.original { tcsetattr(STDIN_FILENO, TCSADRAIN, &original) }
    }
  }

  /// Keys come one by one and unseen; Ctrl-C is still a signal, unless `interruptsAreKeys`: while a line
  /// is read it is a key, too, so that its place among the others is kept. What was typed ahead is kept.
  ///
  /// This is the mode while a statement runs, too: were it the usual one, the terminal would show
  /// what is typed ahead twice, and take a Ctrl-D typed ahead for itself.
  func takeKeys(interruptsAreKeys: Bool = false) {
    state.withLock { state in
      guard var settings = state.original else { return }
      settings.c_lflag &= ~tcflag_t(ICANON | ECHO | ECHOE | ECHOK | ECHONL | IEXTEN)
      settings.c_lflag |= tcflag_t(ISIG)
      withUnsafeMutableBytes(of: &settings.c_cc) { bytes in
        bytes[Int(VMIN)] = 1
        bytes[Int(VTIME)] = 0
        if interruptsAreKeys { bytes[Int(VINTR)] = 0 }  // _POSIX_VDISABLE
      }
      tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
    }
  }

  /// Runs `body` in the mode of `takeKeys`, then returns to the settings from before.
  func withKeys<Result>(_ body: () -> Result) -> Result {
    var before = termios()
    let known = isTerminal && tcgetattr(STDIN_FILENO, &before) == 0
    takeKeys()
    defer { if known { tcsetattr(STDIN_FILENO, TCSADRAIN, &before) } }
    return body()
  }

  /// Runs `body` with the terminal as it was found, for a program that takes it over meanwhile.
  func withOriginal<Result>(_ body: () -> Result) -> Result {
    restore()
    defer { takeKeys() }
    return body()
  }

  /// Asks the terminal to mark pasted text, or to stop doing so.
  func bracketPaste(_ wanted: Bool) {
    state.withLock { state in
      guard state.pasteIsBracketed != wanted else { return }
      state.pasteIsBracketed = wanted
      writeAll(wanted ? "\u{1B}[?2004h" : "\u{1B}[?2004l", to: STDOUT_FILENO)
    }
  }
}

/// Writes all of `text`, whatever its length. A reader that has gone away is not an error here.
///
/// Returns nil, or the `errno` of what else stopped it.
@discardableResult
func writeAll(_ text: String, to descriptor: Int32) -> Int32? {
  var text = text
  return text.withUTF8 { bytes in
    var written = 0
    while written < bytes.count {
      let rest = UnsafeRawBufferPointer(bytes)[written...]
      let count = Glibc.write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count > 0 {
        written += count
      } else if errno == EAGAIN {
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = Glibc.poll(&poll, 1, -1)
      } else if errno != EINTR {
        return errno == EPIPE ? nil : errno
      }
    }
    return nil
  }
}
