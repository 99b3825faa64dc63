import RLXScript
import RLXTensor

/// A session: text in, results out. The prompt, a file, a replay and the tests all drive this one.
///
/// Everything behind it is synchronous and lives on one thread of its own with a large stack; from
/// outside only the stop flag is reached while a statement runs.
package actor Session {
  /// Raise it to stop the running statement at its next counted point.
  package nonisolated let stop: StopFlag
  private nonisolated let thread = SessionThread()
  let runner: Runner

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    thread.asUnownedSerialExecutor()
  }

  /// Opens a session. Throws where its journal cannot be written.
  package init(
    options: SessionOptions, console: any Console, stop: StopFlag = StopFlag()
  ) throws {
    self.stop = stop
    if let threads = options.threads { Engine.threads = threads }
    runner = Runner(options: options, console: console, stop: stop)
    if let path = options.journal { try runner.openJournal(at: path) }
  }

  /// Whether a text can run as it stands: what Enter, pipes and notebooks ask. The newline that
  /// Enter would add is part of the question: without it the last word might still be growing.
  package nonisolated static func state(of text: String) -> InputState {
    switch classify(text + "\n") {
    case .complete: .complete
    case .incomplete(let waitingFor): .incomplete(waitingFor: waitingFor)
    case .invalid: .invalid
    }
  }

  /// Runs what was typed at the prompt; a failure leaves the session as the statement left it.
  ///
  /// The flag is lowered afterwards, not before: a stop that comes as the text starts counts.
  package func run(_ text: String, name: String = "<prompt>") -> CellResult {
    defer { stop.reset() }
    return runner.run(Source(text, name: name), mode: .prompt)
  }

  /// Runs a program: all of it is parsed and its names are looked up first, then it runs up to the
  /// first statement that fails. A session file is run with the answers and stops it records.
  package func runProgram(_ text: String, name: String, path: String? = nil) -> CellResult {
    let source = Source(text, name: name, path: path)
    if SessionFile.isSession(text) { return runner.runSession(source, comparing: false).result }
    return runner.run(source, mode: .file)
  }

  /// Runs the program in a file.
  package func runFile(_ path: String) -> CellResult {
    switch runner.readText(path) {
    case .success(let text):
      runProgram(text, name: path, path: runner.identity(of: path))
    case .failure(let diagnostic): runner.report(diagnostic)
    }
  }

  /// Runs a session file and compares every statement with its record; stops at the first that
  /// differs.
  package func replay(_ path: String) -> CellResult {
    runner.replay(path)
  }

  /// `:load FILE`: runs a script or session file as if it were typed here.
  package func load(_ path: String) -> CellResult {
    defer { stop.reset() }
    return runner.load(path)
  }

  /// `:load --recover`: runs again what a shell that died had done. Says how many statements.
  package func recover() -> CellResult {
    defer { stop.reset() }
    return runner.recover()
  }

  /// `:save FILE`: writes the session so far as a script that runs and replays.
  package func save(to path: String) -> CellResult {
    runner.save(to: path)
  }

  /// `:undo [n]`: takes back the last statements, and says what stays.
  package func undo(_ count: Int = 1) -> CellResult {
    defer { stop.reset() }
    return runner.undo(count)
  }

  /// `:redo [n]`: does again what was undone last.
  package func redo(_ count: Int = 1) -> CellResult {
    defer { stop.reset() }
    return runner.redo(count)
  }

  /// `:set`: the settings that can be changed while the session lives, with their values.
  package var limits: [(name: String, value: String)] { runner.limits }

  /// `:set NAME VALUE`.
  package func setLimit(_ name: String, to value: String) -> CellResult {
    runner.setLimit(name, to: value)
  }

  /// The names at the top level with their types and a preview, in the order they were made.
  package var variables: [(name: String, type: String, preview: String)] {
    runner.variables
  }

  /// The interpreter's names, for did-you-mean and completion.
  package var names: [String] {
    runner.interpreter.globalNames + runner.interpreter.registry.names
  }

  /// `:last`: the value shown last, as it is now, with nothing left out; nil where none was shown.
  package var lastInFull: String? {
    var style = runner.core.output.style
    style.maximumItems = nil
    style.hint = nil
    return runner.lastShown.map { ShownValue.text($0, style) }
  }

  /// How many statements the session holds.
  package var statementCount: Int { runner.entries.count }

  /// A digest of everything undo puts back: equal where nothing can be told apart.
  package var fingerprint: String { runner.fingerprint }

  /// How many states undo keeps in memory, on disk (in bytes), and how many it has let go.
  package var undoKeeps: (memory: Int, disk: Int, letGo: Int) {
    runner.history.map { ($0.memory, $0.disk, $0.letGo) } ?? (0, 0, 0)
  }

  /// Writes the end of the journal. Nothing runs afterwards.
  package func close() {
    runner.close()
  }
}
