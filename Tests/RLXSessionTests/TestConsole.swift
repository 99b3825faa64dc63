import RLXSession
import Synchronization

/// A console that keeps what it is told, and answers questions from a list.
final class TestConsole: Console {
  private struct State {
    var out = ""
    var err = ""
    var answers: [LabelAnswer] = []
    var questions: [LabelQuestion] = []
    var progress: [ProgressLine] = []
    var agrees = false
  }
  private let state = Mutex(State())
  let facts: TerminalFacts

  init(answers: [LabelAnswer] = [], isTerminal: Bool = false) {
    facts = TerminalFacts(isTerminal: isTerminal)
    state.withLock { $0.answers = answers }
  }

  var out: String { state.withLock { $0.out } }
  var err: String { state.withLock { $0.err } }
  var questions: [LabelQuestion] { state.withLock { $0.questions } }
  var progressLines: [ProgressLine] { state.withLock { $0.progress } }

  func write(_ text: String) { state.withLock { $0.out += text } }
  func writeError(_ text: String) { state.withLock { $0.err += text } }
  func progress(_ line: ProgressLine?) {
    if let line { state.withLock { $0.progress.append(line) } }
  }

  /// What it says to every question of yes and no from now on.
  func agree(_ yes: Bool) { state.withLock { $0.agrees = yes } }
  func confirm(_ question: String) -> Bool { state.withLock { $0.agrees } }

  /// The next answer of the list; "quit" when there are no more.
  func ask(_ question: LabelQuestion) -> LabelAnswer {
    state.withLock {
      $0.questions.append(question)
      return $0.answers.isEmpty ? .quit : $0.answers.removeFirst()
    }
  }
}
