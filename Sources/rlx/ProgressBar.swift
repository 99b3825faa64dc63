import Glibc
import RLXSession
import Synchronization

/// The line on standard error that says how far a long statement is.
///
/// Shown once a phase has taken a second, drawn again at most ten times a second, and gone when it
/// ends or other text comes. A plain terminal gets whole lines now and then in its place.
final class ProgressBar: Sendable {
  private static let patience: Duration = .seconds(1)
  private static let pause: Duration = .milliseconds(100)
  private static let plainPause: Duration = .seconds(10)

  private struct State {
    var phase: String?
    var started = ContinuousClock.now
    /// The tokens that had been read when they were first told, and when that was.
    var counted: (tokens: Int, at: ContinuousClock.Instant)?
    var drawn: ContinuousClock.Instant?
    var isShown = false

    /// Tokens a second, once some have been read since they were first counted.
    func rate(_ line: ProgressLine, _ now: ContinuousClock.Instant) -> Double? {
      guard let counted, let tokens = line.tokens, tokens > counted.tokens else { return nil }
      return Double(tokens - counted.tokens) / ((now - counted.at) / .seconds(1))
    }
  }

  private let isPlain: Bool
  private let usesUnicode: Bool
  private let state = Mutex(State())

  init(isPlain: Bool, usesUnicode: Bool = true) {
    self.isPlain = isPlain
    self.usesUnicode = usesUnicode
  }

  /// Takes the newest state; nil ends the phase.
  func show(_ line: ProgressLine?, width: Int) {
    let now = ContinuousClock.now
    state.withLock { state in
      guard let line else {
        erase(&state)
        state.phase = nil
        return
      }
      if state.phase != line.phase {
        erase(&state)
        state = State(phase: line.phase, started: now)
      }
      if state.counted == nil, let tokens = line.tokens { state.counted = (tokens, now) }
      guard now - state.started >= Self.patience else { return }
      if let drawn = state.drawn, now - drawn < (isPlain ? Self.plainPause : Self.pause) { return }
      state.drawn = now
      let text = Self.text(
        line, elapsed: now - state.started, rate: state.rate(line, now), width: width,
        isPlain: isPlain, usesUnicode: usesUnicode)
      writeAll(isPlain ? text + "\n" : "\r\u{1B}[K" + text, to: STDERR_FILENO)
      state.isShown = !isPlain
    }
  }

  /// Takes the line off the screen, so that other text can be written.
  func clear() {
    state.withLock { erase(&$0) }
  }

  private func erase(_ state: inout State) {
    guard state.isShown else { return }
    writeAll("\r\u{1B}[K", to: STDERR_FILENO)
    state.isShown = false
  }

  /// One line, shorter than the window is wide: a line that wraps could not be erased.
  static func text(
    _ line: ProgressLine, elapsed: Duration, rate: Double? = nil, width: Int, isPlain: Bool,
    usesUnicode: Bool = true
  ) -> String {
    let seconds = elapsed / .seconds(1)
    var parts = [line.phase]
    if line.total > 0 {
      let share = min(max(Double(line.done) / Double(line.total), 0), 1)
      if !isPlain { parts.append(bar(share, cells: 20, usesUnicode: usesUnicode)) }
      parts.append("\(line.done)/\(line.total)")
      parts.append(clock(seconds))
      if line.done > 0, share < 1 {
        parts.append((isPlain ? "about " : "~") + clock(seconds / share - seconds) + " left")
      }
    } else {
      parts += ["\(line.done)", clock(seconds)]
    }
    if !line.note.isEmpty { parts.append(line.note) }
    if let rate, rate.isFinite { parts.append("\(Int(min(rate, 1e12))) tokens/s") }
    if let bytes = line.bytes { parts.append("\(bytes >> 20) MB") }
    return String(TextWidth.visible(parts.joined(separator: "  ")).prefix(max(width - 1, 10)))
  }

  private static func bar(_ share: Double, cells: Int, usesUnicode: Bool) -> String {
    let full = Int(share * Double(cells))
    let (done, open) = usesUnicode ? ("█", "░") : ("#", ".")
    return String(repeating: done, count: full) + String(repeating: open, count: cells - full)
  }

  /// Minutes and seconds, or hours, minutes and seconds.
  private static func clock(_ seconds: Double) -> String {
    let all = seconds.isFinite ? Int(min(seconds, 3.6e8)) : 0
    let (hours, minutes) = (all / 3600, all / 60 % 60)
    let end = String(all % 60 + 100).dropFirst()
    return hours > 0 ? "\(hours):\(String(minutes + 100).dropFirst()):\(end)" : "\(minutes):\(end)"
  }
}
