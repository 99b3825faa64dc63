import Foundation
import RLXScript
import RLXTestSupport

/// Effects that keep what is written and read files beside the script.
final class RecordingEffects: Effects {
  var output = ""
  var warnings: [String] = []
  var touched: [String] = []
  /// Called at counted points.
  var onPoint: () throws -> Void = {}
  var folder = Repository.root.appendingPathComponent("Tests/Language/sessions")

  func print(_ text: String) { output += text }
  func warn(_ text: String) { warnings.append(text) }
  func point() throws { try onPoint() }
  func touch(_ object: any HostObject) { touched.append(object.typeName) }

  func source(_ path: String, usedBy source: Source) throws -> Source {
    if path.hasPrefix("endless/"), let number = Int(path.dropFirst(8).dropLast(4)) {
      return Source("use \"endless/\(number + 1).rlx\"", name: path)
    }
    let base = source.path.map { URL(fileURLWithPath: $0).deletingLastPathComponent() } ?? folder
    let file = base.appendingPathComponent(path)
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw Fault(.missing, "use: no file \"\(path)\"", remedy: "a path relative to this file")
    }
    return Source(
      LanguageScript.read(file.path), name: path, path: file.standardizedFileURL.path)
  }
}

/// One chunk run from start to end.
struct ScriptRun {
  /// Where the run went another way than the script says.
  var complaints: [String] = []
  var failure: Diagnostic?

  init(_ chunk: LanguageScript.Chunk, of script: LanguageScript) {
    let effects = RecordingEffects()
    let interpreter = Interpreter(effects: effects, arguments: ["one", "two"])
    if let points = script.points { interpreter.limits.points = points }
    if let size = script.size { interpreter.limits.size = size }
    do {
      try run(chunk, script, interpreter, effects)
    } catch let diagnostic as Diagnostic {
      failure = diagnostic
    } catch {
      complaints.append("threw \(error)")
    }
    check(chunk, script)
  }

  private mutating func run(
    _ chunk: LanguageScript.Chunk, _ script: LanguageScript, _ interpreter: Interpreter,
    _ effects: RecordingEffects
  ) throws {
    let source = Source(chunk.text, name: script.path)
    guard script.isPrompt else {
      let statements = try interpreter.prepare(source).statements
      try run(statements, chunk, interpreter, effects)
      return
    }
    guard case .program(let statements) = Parser.parse(source) else {
      _ = try interpreter.prepare(source)
      return
    }
    // At the prompt each statement is prepared alone; blank lines keep the numbers.
    for (position, statement) in statements.enumerated() {
      let above = String(repeating: "\n", count: statement.line - 1)
      let alone = Source(above + statement.text, name: script.path)
      let prepared = try interpreter.prepare(alone, mode: .prompt).statements
      let next = position + 1 < statements.count ? statements[position + 1] : nil
      try run(prepared, chunk, interpreter, effects, until: next?.line)
    }
  }

  private mutating func run(
    _ statements: [TopStatement], _ chunk: LanguageScript.Chunk, _ interpreter: Interpreter,
    _ effects: RecordingEffects, until end: Int? = nil
  ) throws {
    let lineCount = chunk.text.split(separator: "\n", omittingEmptySubsequences: false).count
    for (position, statement) in statements.enumerated() {
      let next = position + 1 < statements.count ? statements[position + 1].line : end
      effects.output = ""
      let outcome = try interpreter.run(statement)
      if outcome.isShown, let value = outcome.value {
        effects.output += value.display(DisplayStyle(width: 60)) + "\n"
      }
      // Statements that share a line share its expectation: the last one is compared.
      guard next != statement.line else { continue }
      let last = max(statement.line, (next ?? lineCount + 1) - 1)
      let expected = chunk.expectedOutput(from: statement.line, to: last)
      let written = effects.output.split(separator: "\n", omittingEmptySubsequences: false)
        .map(String.init).dropLast()
      if Array(written) != expected {
        complaints.append(
          "line \(chunk.firstLine + statement.line - 1): wrote \(Array(written)), not \(expected)")
      }
    }
  }

  private mutating func check(_ chunk: LanguageScript.Chunk, _ script: LanguageScript) {
    switch (failure, chunk.failure) {
    case (nil, nil): break
    case (nil, let expected?):
      complaints.append("line \(chunk.firstLine + expected.line - 1): no error: \(expected.text)")
    case (let failure?, nil): complaints.append("unexpected \(failure.rendered())")
    case (let failure?, let expected?):
      let text = "\(failure.kind.rawValue): \(failure.message) try: \(failure.remedy ?? "")"
      if !text.contains(expected.text) {
        complaints.append("expected \"\(expected.text)\", got \(text)")
      }
      // An error in a used file stands there.
      if failure.place?.source.name == script.path, failure.place?.line != expected.line {
        complaints.append(
          "expected \"\(expected.text)\" on line \(expected.line) of the chunk: "
            + failure.rendered())
      }
    }
  }
}

/// Runs `body` on a thread with the stack a session has, and waits.
func onLargeStack<R: Sendable>(_ body: @escaping @Sendable () -> R) -> R {
  let box = ResultBox<R>()
  let done = DispatchSemaphore(value: 0)
  let thread = Thread {
    box.value = body()
    done.signal()
  }
  thread.stackSize = 512 << 20
  thread.start()
  done.wait()
  guard let result = box.value else { preconditionFailure("the thread ended without a result") }
  return result
}

/// Written by one thread before the semaphore is signalled, read by another after it: no race.
private final class ResultBox<R>: @unchecked Sendable {
  var value: R?
}
