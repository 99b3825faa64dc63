import RLXScript
import RLXSession
import Testing

/// Runs scripts with the bindings of tensors, datasets and session functions, without a journal.
struct ScriptBench {
  let core: SessionCore
  let interpreter: Interpreter
  let registry: Registry

  init(seed: UInt64 = 0) {
    core = SessionCore(console: SilentConsole(), stop: StopFlag(), seed: seed, maxSteps: 10_000_000)
    registry = Registry()
    registerTensors(registry, core: core)
    registerData(registry, core: core)
    registerSessionFunctions(registry, core: core)
    interpreter = Interpreter(registry: registry, effects: core)
  }

  /// The value of the last expression statement; nil if there was none.
  @discardableResult
  func run(_ text: String) throws -> Value? {
    let program = try interpreter.prepare(Source(text, name: "test.rlx"))
    var value: Value?
    for statement in program.statements { value = try interpreter.run(statement).value ?? value }
    return value
  }

  /// The value as one line of JSON, without the spaces after `,` and `:`.
  func json(_ text: String) throws -> String {
    let lines = text.replacing("; ", with: "\n").split(
      separator: "\n", omittingEmptySubsequences: false)
    let last = lines.last ?? ""
    let wrapped = (lines.dropLast() + ["json(\(last))"]).joined(separator: "\n")
    guard case .string(let text)? = try run(wrapped) else { return "no text" }
    return text.string.replacing(", ", with: ",").replacing(": ", with: ":")
  }

  /// The message and remedy of the error that a script ends with.
  func error(_ text: String) -> String {
    do {
      return "no error, but \(try run(text)?.shown ?? "nothing")"
    } catch let diagnostic as Diagnostic {
      return "\(diagnostic.kind.rawValue): \(diagnostic.message)"
        + (diagnostic.remedy.map { " | \($0)" } ?? "")
    } catch {
      return "an error without a place: \(error)"
    }
  }

  /// The text that the prompt would show.
  func display(_ text: String, width: Int = 80) throws -> String {
    try run(text)?.display(DisplayStyle(width: width)) ?? ""
  }
}

/// A console without a terminal that forgets what it is told.
private final class SilentConsole: Console {
  var facts: TerminalFacts { TerminalFacts() }
  func write(_ text: String) {}
  func writeError(_ text: String) {}
  func progress(_ line: ProgressLine?) {}
  func ask(_ question: LabelQuestion) -> LabelAnswer { .quit }
}
