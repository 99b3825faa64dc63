import Foundation
import RLXScript
import RLXSession
import RLXTestSupport

/// Runs examples of help pages as they stand there, each in a session of its own.
///
/// What an example reads lies in a folder of its own. `Model("nano")` is the model that comes with
/// rlx where there is one, else the small model of the tests.
struct ExampleBench {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
    for (name, text) in Self.inputs { try folder.write(text, to: name) }
  }

  /// Runs `code` and says what is wrong with it: an error, or output other than stands behind `#>`.
  /// `unmarked` is called with the last statement's output where nothing stands behind it.
  func faults(
    in code: String, name: String, unmarked: (String) -> Void = { _ in }
  ) async throws -> [String] {
    let console = TestConsole()
    let session = try Session(options: SessionOptions(), console: console)
    var faults: [String] = []
    let statements = Self.statements(of: code)
    for (place, statement) in statements.enumerated() {
      let before = console.out.count
      let result = await session.run(here(statement.text), name: name)
      if case .exited = result { return faults }
      if result != .done {
        return faults + ["\(name): \(statement.text)\n\(console.err)"]
      }
      let shown = String(console.out.dropFirst(before))
        .split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
      if statement.shown.isEmpty {
        if place == statements.count - 1 { unmarked(shown.joined(separator: "\n")) }
      } else if shown != statement.shown {
        faults.append("\(name): \(statement.text)\n  shows \(shown), not \(statement.shown)")
      }
    }
    return faults
  }

  /// The text with every file in this bench's folder and with a model that is there.
  private func here(_ text: String) -> String {
    var text = text
    if !Self.hasNano { text = text.replacing("\"nano\"", with: "\"\(SmallModel.folder)\"") }
    for file in Self.inputs.map(\.name) + Self.outputs {
      text = text.replacing("\"\(file)\"", with: "\"\(folder.file(file))\"")
    }
    return text
  }

  private static let inputs = [
    (name: "notes.txt", text: "one\ntwo\n"),
    (name: "rows.jsonl", text: #"{"prompt": "Once"}"# + "\n"),
    (name: "prompts.jsonl", text: #"{"prompt": "Once"}"# + "\n"),
    (name: "other.rlx", text: "fn twice(x) => 2 * x\n"),
  ]
  private static let outputs = [
    "log.jsonl", "my-log",
    "my-model", "my-adapter", "my-rm", "my-sft", "my-dpo", "my-ppo", "my-run", "my-tokenizer",
    "labels.db", "prefs.jsonl",
  ]

  /// Whether the model that comes with rlx is there.
  static let hasNano = (try? ObjectBench().run("Model(\"nano\")")) != nil

  // MARK: Statements

  private struct Statement {
    var text: String
    /// The lines behind `#>`.
    var shown: [String] = []
  }

  private static func statements(of code: String) -> [Statement] {
    var statements: [Statement] = []
    var gathered = ""
    for line in code.split(separator: "\n").map(String.init) {
      if line.hasPrefix("#> "), !statements.isEmpty {
        statements[statements.count - 1].shown.append(String(line.dropFirst(3)))
        continue
      }
      gathered += gathered.isEmpty ? line : "\n" + line
      if line.hasPrefix("#") { continue }
      if case .incomplete = Session.state(of: gathered) { continue }
      let mark = line.range(of: "#> ").map { String(line[$0.upperBound...]) }
      statements.append(Statement(text: gathered, shown: mark.map { [$0] } ?? []))
      gathered = ""
    }
    return gathered.isEmpty ? statements : statements + [Statement(text: gathered)]
  }
}
