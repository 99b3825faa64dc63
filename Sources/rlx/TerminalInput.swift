import Glibc
import Synchronization

/// The one reader of standard input: the prompt and the label keys both take their bytes from here.
///
/// One thread reads at a time. Any thread may `wake` it, which is how a signal reaches a reader that
/// waits for a key.
final class TerminalInput: Sendable {
  enum Event: Equatable {
    case byte(UInt8)
    case interrupt
    case resize
    /// The process was stopped and continued: whoever reads must set the terminal up again.
    case resume
    case timeout
    case end
  }

  /// Ctrl-C, where the terminal makes no signal of it.
  static let interruptKey: UInt8 = 3

  private struct State {
    var waiting: [UInt8] = []
    var next = 0
    var skipsEnter = false
  }

  private let descriptor: Int32
  private let wakeRead: Int32
  private let wakeWrite: Int32
  private let state = Mutex(State())

  init(descriptor: Int32 = STDIN_FILENO) {
    self.descriptor = descriptor
    var ends: [Int32] = [-1, -1]
    // Without a pipe (no descriptors left) signals still act, only later: at the next key.
    if pipe(&ends) != 0 { ends = [-1, -1] }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    wakeRead = ends[0]
    wakeWrite = ends[1]
  }

  /// Makes the reader return `event`, which is one of interrupt, resize and resume.
  func wake(_ event: Event) {
    var code: UInt8 =
      switch event {
      case .interrupt: UInt8(ascii: "i")
      case .resize: UInt8(ascii: "w")
      default: UInt8(ascii: "c")
      }
    _ = Glibc.write(wakeWrite, &code, 1)
  }

  /// Forgets wakes that came while nobody read.
  func forgetWakes() {
    var scratch = [UInt8](repeating: 0, count: 64)
    while Glibc.read(wakeRead, &scratch, scratch.count) > 0 {}
  }

  /// Drops what was typed before now.
  func discardTypedAhead() {
    tcflush(descriptor, TCIFLUSH)
    discardRead()
  }

  /// Drops what has been read and not used. (At a Ctrl-C the terminal itself drops the rest.)
  func discardRead() {
    state.withLock { $0 = State() }
  }

  /// Whether Ctrl-C is among what was typed and not yet used; drops it and all before it.
  ///
  /// For the moment in which reading a line ends: what was typed in it made no signal.
  func takeInterruptKey() -> Bool {
    while hasPendingInTerminal, fill() {}
    return state.withLock { state in
      guard let place = state.waiting[state.next...].lastIndex(of: Self.interruptKey) else {
        return false
      }
      state.next = place + 1
      return true
    }
  }

  private var hasPendingInTerminal: Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, 0) > 0 && poll.revents & Int16(POLLIN) != 0
  }

  /// Drops the next byte if it is an Enter: the habit of ending a one-key answer with it.
  func skipEnter() {
    state.withLock { $0.skipsEnter = true }
  }

  /// Whether a byte can be had without waiting.
  var hasPending: Bool {
    state.withLock { $0.next < $0.waiting.count } || hasPendingInTerminal
  }

  /// Whether all that can be had without waiting is `byte`, over and over.
  func hasPending(only byte: UInt8) -> Bool {
    let ready = state.withLock { $0.waiting[$0.next...] }
    if ready.contains(where: { $0 != byte }) { return false }
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return !ready.isEmpty && Glibc.poll(&poll, 1, 0) <= 0
  }

  /// The next byte or wake; waits for at most `milliseconds`, or for ever if that is negative.
  func next(milliseconds: Int32 = -1) -> Event {
    while true {
      if let byte = takeWaiting() { return .byte(byte) }
      var polls = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0),
      ]
      let ready = Glibc.poll(&polls, 2, milliseconds)
      if ready == 0 { return .timeout }
      if ready < 0 {
        if errno == EINTR { continue }
        return .end
      }
      if polls[1].revents != 0, let event = takeWake() { return event }
      if polls[0].revents != 0, !fill() { return .end }
    }
  }

  private func takeWaiting() -> UInt8? {
    state.withLock { state in
      while state.next < state.waiting.count {
        let byte = state.waiting[state.next]
        state.next += 1
        let isEnter = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
        let skip = state.skipsEnter && isEnter
        state.skipsEnter = false
        if !skip { return byte }
      }
      return nil
    }
  }

  private func takeWake() -> Event? {
    var code: UInt8 = 0
    guard Glibc.read(wakeRead, &code, 1) == 1 else { return nil }
    switch code {
    case UInt8(ascii: "i"): return .interrupt
    case UInt8(ascii: "w"): return .resize
    default: return .resume
    }
  }

  /// Reads what there is; false at the end of input.
  private func fill() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    if count < 0 { return errno == EINTR || errno == EAGAIN }
    guard count > 0 else { return false }
    state.withLock { state in
      state.waiting = Array(state.waiting[state.next...] + buffer[..<count])
      state.next = 0
    }
    return true
  }
}

extension TerminalInput {
  /// The next Unicode scalar, for an editor; invalid bytes come as U+FFFD.
  func nextScalar() -> (scalar: Unicode.Scalar?, event: Event) {
    let event = next()
    guard case .byte(let first) = event else { return (nil, event) }
    if first < 0x80 { return (Unicode.Scalar(first), event) }
    let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1
    var bytes = [first]
    while bytes.count < length {
      // The rest of a character comes at once; a lone lead byte must not hold the next key.
      guard case .byte(let byte) = next(milliseconds: 100) else { break }
      bytes.append(byte)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return (text.unicodeScalars.first, event)
  }
}
