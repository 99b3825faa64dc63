import Glibc
import RLXSession

/// Shows text that may be longer than the screen in the reader's own program: `$PAGER`, else less.
struct Pager {
  private static let standard = "less"

  let mode: TerminalMode

  /// What less is told where `$LESS` says nothing: pass colours through (R), leave the text on the
  /// screen (X); and either go on at once if all fits (F), or, where lines are longer than the
  /// screen is wide, cut them instead of folding them (S): the arrows then move sideways.
  static func lessFlags(for text: String, columns: Int) -> String {
    let isWide = text.replacing(/\u{1B}\[[0-9;]*m/, with: "").split(separator: "\n")
      .contains { TextWidth.of($0) > columns }
    return isWide ? "RSX" : "FRX"
  }

  /// Waits until the reader has left the pager. False where none could be started, or the terminal
  /// is one that no pager can move about in.
  func show(_ text: String, columns: Int) -> Bool {
    guard Self.variable("TERM") != "dumb", let source = Self.file(holding: text) else {
      return false
    }
    defer { close(source) }
    let command = Self.variable("PAGER") ?? Self.standard
    let flags = Self.lessFlags(for: text, columns: columns)
    return mode.withOriginal { Self.run(command, lessFlags: flags, on: source) }
  }

  /// A file without a name. Not a pipe: a reader who leaves early must not end the writer.
  private static func file(holding text: String) -> Int32? {
    let folder = variable("TMPDIR") ?? "/tmp"
    var path = Array((folder + "/rlx-last-XXXXXX").utf8CString)
    let descriptor = mkstemp(&path)
    guard descriptor >= 0 else { return nil }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(path)
    guard writeAll(text, to: descriptor) == nil, lseek(descriptor, 0, SEEK_SET) == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  private static func run(_ command: String, lessFlags: String, on source: Int32) -> Bool {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, source, STDIN_FILENO)
    // The shell takes `$PAGER` apart, as for every program that has one.
    let arguments = ["/bin/sh", "-c", "export LESS=\"${LESS-\(lessFlags)}\"; \(command)"]
    var words = arguments.map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var process: pid_t = 0
    guard posix_spawn(&process, "/bin/sh", &actions, nil, &words, environ) == 0 else {
      return false
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    // 126 and 127 are the shell's words for a program that cannot be run or is not there.
    let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 0
    return code != 126 && code != 127
  }

  /// An environment variable that holds something.
  private static func variable(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}
