import Foundation

/// A program under a terminal of its own, driven by keys and read as text arrives.
///
/// The program leads a new session with the terminal as its controlling one, so Ctrl-C and window
/// changes reach it as they would from a real terminal.
package final class Pty {
  package let process: pid_t
  // TIOCSPTLCK and TIOCGPTN of Linux's ioctls.h, macros that Swift cannot read.
  private static let lockTerminal: UInt = 0x4004_5431
  private static let terminalNumber: UInt = 0x8004_5430

  private let master: Int32
  private var unread = ""
  private var pendingBytes: [UInt8] = []
  private var status: Int32?

  /// Starts `executable`. `environment` is the whole environment; `TERM` is xterm unless it says so.
  package init(
    _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:],
    columns: Int = 80, rows: Int = 24
  ) throws {
    // What posix_openpt, unlockpt and ptsname do, which Glibc's module does not offer to Swift.
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var locked: Int32 = 0
    var number: UInt32 = 0
    guard master >= 0, ioctl(master, Self.lockTerminal, &locked) == 0,
      ioctl(master, Self.terminalNumber, &number) == 0
    else { throw PtyError.noTerminal }
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    var environment = environment
    if environment["TERM"] == nil { environment["TERM"] = "xterm" }
    process = try Self.spawn(
      executable, arguments, environment, terminal: "/dev/pts/\(number)")
  }

  deinit {
    if status == nil {
      Foundation.kill(process, SIGKILL)
      var ignored: Int32 = 0
      waitpid(process, &ignored, 0)
    }
    close(master)
  }

  /// Types `text`, as it is: Enter is "\r".
  package func send(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      if count > 0 { bytes = bytes.dropFirst(count) } else if errno != EINTR { return }
    }
  }

  /// Waits until the program has shown `text`, and returns all it showed up to its end.
  @discardableResult
  package func expect(_ text: String, within limit: Duration = .seconds(20)) throws -> String {
    let deadline = ContinuousClock.now + limit
    while true {
      if let range = unread.ranges(of: text).first {
        let seen = String(unread[..<range.upperBound])
        unread = String(unread[range.upperBound...])
        return seen
      }
      guard ContinuousClock.now < deadline, fill(until: deadline) else {
        throw PtyError.neverShown(wanted: text, seen: unread)
      }
    }
  }

  /// What the program shows within `time`, and has not been waited for.
  package func rest(for time: Duration) -> String {
    let deadline = ContinuousClock.now + time
    while ContinuousClock.now < deadline, fill(until: deadline) {}
    defer { unread = "" }
    return unread
  }

  /// The exit code, or 128 and the number of the signal that ended the program.
  package func exitCode(within limit: Duration = .seconds(20)) throws -> Int32 {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
      _ = fill(until: ContinuousClock.now + .milliseconds(20))  // a full terminal would block it
      var raw: Int32 = 0
      if waitpid(process, &raw, WNOHANG) == process {
        let code = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
        status = code
        return code
      }
    }
    throw PtyError.neverEnded(seen: unread)
  }

  package func kill(_ signal: Int32) {
    Foundation.kill(process, signal)
  }

  package func resize(columns: Int, rows: Int) {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  /// The terminal's settings as they are now.
  package var settings: termios {
    var settings = termios()
    tcgetattr(master, &settings)
    return settings
  }

  /// Takes what the program has written; false at its end or at the deadline.
  private func fill(until deadline: ContinuousClock.Instant) -> Bool {
    let left = (deadline - .now) / .milliseconds(1)
    var poll = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard Foundation.poll(&poll, 1, Int32(max(0, min(left, 60_000)))) > 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    let count = read(master, &buffer, buffer.count)
    guard count > 0 else { return false }
    pendingBytes += buffer[..<count]
    // A character may be cut in two by the reads: its first part waits for the rest.
    let whole = pendingBytes.count - Self.unfinished(pendingBytes)
    unread += String(decoding: pendingBytes[..<whole], as: UTF8.self)
    pendingBytes.removeFirst(whole)
    return true
  }

  /// How many bytes at the end begin a character that has not all come.
  private static func unfinished(_ bytes: [UInt8]) -> Int {
    for back in 1...3 where back <= bytes.count {
      let byte = bytes[bytes.count - back]
      if byte & 0xC0 == 0x80 { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > back ? back : 0
    }
    return 0
  }

  private static func spawn(
    _ executable: String, _ arguments: [String], _ environment: [String: String],
    terminal: String
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // Opened by the leader of a new session, the terminal becomes its controlling one.
    posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Whoever runs the tests may have signals blocked or ignored; the program starts with neither.
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID
    let flags = newSession | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var argv = ([executable] + arguments).map { strdup($0) } + [nil]
    // Sorted, so that a run does not differ from the next: the engine borrows the first place.
    let entries: [String] = environment.map { "\($0.key)=\($0.value)" }.sorted()
    var envp = entries.map { strdup($0) } + [nil]
    defer { (argv + envp).forEach { free($0) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, executable, &actions, &attributes, &argv, &envp)
    guard code == 0 else { throw PtyError.notStarted(executable, code) }
    return process
  }
}

package enum PtyError: Error, CustomStringConvertible {
  case noTerminal
  case notStarted(String, Int32)
  case neverShown(wanted: String, seen: String)
  case neverEnded(seen: String)

  package var description: String {
    switch self {
    case .noTerminal: "no pseudo-terminal to be had"
    case .notStarted(let name, let code):
      "\(name) did not start: \(String(cString: strerror(code)))"
    case .neverShown(let wanted, let seen):
      "\(wanted.debugDescription) never came; seen: \(seen.debugDescription)"
    case .neverEnded(let seen): "the program did not end; seen: \(seen.debugDescription)"
    }
  }
}
