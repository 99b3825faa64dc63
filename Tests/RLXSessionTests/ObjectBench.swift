import RLXScript
import RLXSession

/// Runs scripts with everything a session has, on a small model: `MODEL` in a script is its folder,
/// `OTHER` that of one with another tokenizer.
struct ObjectBench {
  let console: TestConsole
  let core: SessionCore
  let interpreter: Interpreter

  init(answers: [LabelAnswer] = [], isTerminal: Bool = false, seed: UInt64 = 0) {
    console = TestConsole(answers: answers, isTerminal: isTerminal)
    core = SessionCore(console: console, stop: StopFlag(), seed: seed, maxSteps: 10_000_000)
    let registry = Registry()
    Bindings.register(in: registry, core: core)
    interpreter = Interpreter(registry: registry, effects: core)
    interpreter.setGlobal("MODEL", .string(SmallModel.folder))
    interpreter.setGlobal("OTHER", .string(SmallModel.otherFolder))
  }

  /// The value of the last expression statement; nil if there was none.
  @discardableResult
  func run(_ text: String) throws -> Value? {
    let program = try interpreter.prepare(Source(text, name: "test.rlx"), mode: .prompt)
    var value: Value?
    for statement in program.statements {
      core.beginStatement()
      value = try interpreter.run(statement).value ?? value
    }
    return value
  }

  /// The value as the prompt shows it.
  func shown(_ text: String, width: Int = 80) throws -> String {
    try run(text)?.display(DisplayStyle(width: width)) ?? ""
  }

  /// Kind, message and remedy of the error that a script ends with.
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
}

extension ObjectBench {
  /// The value as one line of JSON, without the spaces after `,` and `:`.
  func json(_ text: String) throws -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let last = lines.last ?? ""
    let wrapped = (lines.dropLast() + ["json(\(last))"]).joined(separator: "\n")
    guard case .string(let text)? = try run(wrapped) else { return "no text" }
    return text.string.replacing(", ", with: ",").replacing(": ", with: ":")
  }
}
