import Synchronization

/// Where a session's text goes and where a person's answers come from.
///
/// A session never touches a terminal itself: the prompt, a file run, a notebook and a test each
/// hand it a console. Calls come from the session's own thread, one at a time.
package protocol Console: Sendable {
  /// What the session may know about the screen, asked anew each time because windows change size.
  var facts: TerminalFacts { get }

  /// Shows text on standard output, as it is: no line end is added.
  func write(_ text: String)

  /// Shows text on standard error, as it is: no line end is added.
  func writeError(_ text: String)

  /// Tells how far a long statement is; nil ends the display of the last line, if there was one.
  ///
  /// Cheap enough to call at every optimizer step and token: the console decides what is drawn.
  func progress(_ line: ProgressLine?)

  /// Shows two answers to a person and returns the choice; waits as long as it takes.
  ///
  /// Called only where `facts.isTerminal`. A console whose stop flag is set meanwhile returns
  /// `.quit`; the session then sees the flag at its next counted point.
  func ask(_ question: LabelQuestion) -> LabelAnswer

  /// Asks a person whether to do something; anything but a yes is no. Called only where
  /// `facts.isTerminal`.
  func confirm(_ question: String) -> Bool
}

extension Console {
  /// Where nobody can be asked.
  package func confirm(_ question: String) -> Bool { false }
}

/// What is known about the terminal a session talks to.
package struct TerminalFacts: Equatable, Sendable {
  /// Columns; 80 where there is no terminal.
  package var width: Int
  /// Whether a person can be asked: standard input and standard output are both a terminal.
  package var isTerminal: Bool
  /// Whether standard output takes colour codes.
  package var usesColor: Bool
  /// Whether standard error takes colour codes.
  package var usesErrorColor: Bool
  /// Whether the display must do without cursor movement, box characters and colour (`--plain`).
  package var isPlain: Bool
  /// Whether the terminal shows characters outside ASCII; layout keeps to ASCII where not.
  package var usesUnicode: Bool

  package init(
    width: Int = 80, isTerminal: Bool = false, usesColor: Bool = false,
    usesErrorColor: Bool = false, isPlain: Bool = false, usesUnicode: Bool = true
  ) {
    self.width = width
    self.isTerminal = isTerminal
    self.usesColor = usesColor
    self.usesErrorColor = usesErrorColor
    self.isPlain = isPlain
    self.usesUnicode = usesUnicode
  }
}

/// How far a long statement is.
package struct ProgressLine: Equatable, Sendable {
  /// What is being done, such as "PPO" or "generate"; a new phase starts a new clock.
  package var phase: String
  package var done: Int
  /// How many units there are in all; 0 where that is not known.
  package var total: Int
  /// A few words or numbers beside the bar, such as "loss 0.693".
  package var note: String
  /// Tokens read so far, for a rate, where somebody counts them.
  package var tokens: Int?
  /// Bytes of tensors in use now.
  package var bytes: Int?

  package init(
    phase: String, done: Int, total: Int, note: String = "", tokens: Int? = nil, bytes: Int? = nil
  ) {
    self.phase = phase
    self.done = done
    self.total = total
    self.note = note
    self.tokens = tokens
    self.bytes = bytes
  }
}

/// Two answers to one prompt, as a person is to see them. The session has drawn which is left.
package struct LabelQuestion: Equatable, Sendable {
  package var prompt: String
  package var left: String
  package var right: String
  /// Which comparison this is, from 1.
  package var number: Int
  /// How many comparisons there are in all.
  package var total: Int
  /// Who labels.
  package var by: String

  package init(
    prompt: String, left: String, right: String, number: Int, total: Int, by: String
  ) {
    self.prompt = prompt
    self.left = left
    self.right = right
    self.number = number
    self.total = total
    self.by = by
  }
}

/// What a person answered: the left one, the right one, or one of the keys that choose neither.
package enum LabelAnswer: Equatable, Sendable {
  case first, second, tie, skip, undo, quit
}

/// Whether a text can run as it stands: what the Enter key, pipes and notebooks ask.
package enum InputState: Equatable, Sendable {
  case complete
  case incomplete(waitingFor: String)
  /// More text cannot mend it: running it shows the error.
  case invalid
}

/// One flag that any thread may raise and that a running statement reads at its counted points.
package final class StopFlag: Sendable {
  private let raised = Atomic<Bool>(false)

  package init() {}

  package var isSet: Bool { raised.load(ordering: .acquiring) }

  package func set() { raised.store(true, ordering: .releasing) }

  package func reset() { raised.store(false, ordering: .releasing) }
}
