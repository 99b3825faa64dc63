import Glibc
import RLXSession
import Synchronization

/// The console of a process: standard output and error, and the keys of the terminal.
final class TerminalConsole: Console {
  let input: TerminalInput
  let mode: TerminalMode
  let look: Look
  let stop: StopFlag
  private let bar: ProgressBar?
  private let mayHoldTypedAhead = Atomic<Bool>(true)
  private let lastFailure = Atomic<Int32>(0)

  /// How things are to look, decided once from options, environment and streams.
  struct Look: Sendable {
    var isPlain = false
    var outputIsTerminal = isatty(STDOUT_FILENO) == 1
    var errorIsTerminal = isatty(STDERR_FILENO) == 1
    var usesColor = false
    var usesErrorColor = false
    var usesUnicode = true
  }

  init(input: TerminalInput, mode: TerminalMode, look: Look, stop: StopFlag) {
    self.input = input
    self.mode = mode
    self.look = look
    self.stop = stop
    bar =
      look.errorIsTerminal
      ? ProgressBar(isPlain: look.isPlain, usesUnicode: look.usesUnicode) : nil
  }

  /// The `errno` of output that could not be written, 0 where all was.
  var outputFailure: Int32 { lastFailure.load(ordering: .relaxed) }

  var facts: TerminalFacts {
    TerminalFacts(
      width: Self.width, isTerminal: mode.isTerminal && look.outputIsTerminal,
      usesColor: look.usesColor, usesErrorColor: look.usesErrorColor, isPlain: look.isPlain,
      usesUnicode: look.usesUnicode)
  }

  func write(_ text: String) {
    bar?.clear()
    if let failure = writeAll(text, to: STDOUT_FILENO) {
      lastFailure.store(failure, ordering: .relaxed)
    }
  }

  func writeError(_ text: String) {
    bar?.clear()
    writeAll(text, to: STDERR_FILENO)
  }

  func progress(_ line: ProgressLine?) {
    bar?.show(line, width: Self.width)
  }

  /// Says that a statement starts, so that what was typed before it is no answer to its questions.
  func beginStatement() {
    mayHoldTypedAhead.store(true, ordering: .relaxed)
  }

  func ask(_ question: LabelQuestion) -> LabelAnswer {
    bar?.clear()
    return mode.withKeys {
      // Keys from before the first question cannot be answers: nobody had seen the question.
      if mayHoldTypedAhead.exchange(false, ordering: .relaxed) { input.discardTypedAhead() }
      input.forgetWakes()
      writeAll(LabelPage(question, facts: facts).text, to: STDOUT_FILENO)
      return waitForAnswer(question)
    }
  }

  private func waitForAnswer(_ question: LabelQuestion) -> LabelAnswer {
    while !stop.isSet {
      switch input.next(milliseconds: 200) {
      case .byte(let byte):
        if byte == 0x1B {
          skipKeySequence()
        } else if let answer = LabelPage.answer(for: byte) {
          writeAll(LabelPage.echo(of: answer), to: STDOUT_FILENO)
          input.skipEnter()
          return answer
        } else if byte > UInt8(ascii: " ") {
          writeAll("\u{7}", to: STDOUT_FILENO)
        }
      case .resume:
        mode.takeKeys()
        writeAll(LabelPage(question, facts: facts).text, to: STDOUT_FILENO)
      case .resize, .interrupt, .timeout: continue
      case .end: return .quit
      }
    }
    writeAll(LabelPage.echo(of: .quit), to: STDOUT_FILENO)
    return .quit
  }

  func confirm(_ question: String) -> Bool {
    bar?.clear()
    return mode.withKeys {
      if mayHoldTypedAhead.exchange(false, ordering: .relaxed) { input.discardTypedAhead() }
      input.forgetWakes()
      writeAll(TextWidth.visible(question) + " [y/N] ", to: STDOUT_FILENO)
      let isYes = waitForYes(question)
      writeAll(isYes ? "yes\n" : "no\n", to: STDOUT_FILENO)
      return isYes
    }
  }

  private func waitForYes(_ question: String) -> Bool {
    while !stop.isSet {
      switch input.next(milliseconds: 200) {
      case .byte(0x1B): skipKeySequence()
      case .byte(let byte):
        input.skipEnter()
        return byte == UInt8(ascii: "y") || byte == UInt8(ascii: "Y")
      case .resume:
        mode.takeKeys()
        writeAll(TextWidth.visible(question) + " [y/N] ", to: STDOUT_FILENO)
      case .resize, .interrupt, .timeout: continue
      case .end: return false
      }
    }
    return false
  }

  /// Passes over what an arrow or function key sends after its escape character.
  private func skipKeySequence() {
    guard case .byte(let lead) = input.next(milliseconds: 20),
      lead == UInt8(ascii: "[") || lead == UInt8(ascii: "O")
    else { return }
    while case .byte(let byte) = input.next(milliseconds: 20), byte < 0x40 {}
  }

  /// Columns of the terminal; without one 80, or what `COLUMNS` says.
  private static var width: Int {
    var size = winsize()
    for stream in [STDOUT_FILENO, STDERR_FILENO]
    where ioctl(stream, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 {
      return Int(size.ws_col)
    }
    let named = getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? 80
    return min(max(named, 20), 1000)
  }
}

extension TerminalConsole.Look {
  /// What `--color` may say.
  enum ColorChoice: String, CaseIterable, Sendable {
    case auto, always, never
  }

  /// Colour only where a terminal shows it and neither `NO_COLOR` nor `TERM=dumb` speaks against it.
  init(color: ColorChoice, isPlain: Bool) {
    self.init()
    self.isPlain = isPlain
    usesUnicode = Self.showsUnicode(locale: Self.locale)
    let term = getenv("TERM").map { String(cString: $0) } ?? "dumb"
    let refused = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    let allowed = term != "dumb" && !refused && !isPlain
    switch color {
    case .always: (usesColor, usesErrorColor) = (true, true)
    case .never: (usesColor, usesErrorColor) = (false, false)
    case .auto:
      (usesColor, usesErrorColor) = (allowed && outputIsTerminal, allowed && errorIsTerminal)
    }
  }

  /// The locale for characters that the environment names; nil where it names none.
  private static var locale: String? {
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
      if let value = getenv(name), value.pointee != 0 { return String(cString: value) }
    }
    return nil
  }

  /// Whether a terminal of this locale shows characters outside ASCII. A machine that names none,
  /// as containers do, is taken to have a terminal of today.
  static func showsUnicode(locale: String?) -> Bool {
    guard let locale else { return true }
    let charset = locale.split(separator: ".", maxSplits: 1).dropFirst().first ?? ""
    let letters = charset.lowercased().prefix { $0 != "@" }.filter { $0 != "-" }
    return letters == "utf8"
  }
}
