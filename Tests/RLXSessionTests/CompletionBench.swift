import RLXSession
import RLXTestSupport

/// A session to complete in. The place of the cursor in a text is `▮`.
struct CompletionBench {
  let session: Session

  init(_ statements: String...) async throws {
    session = try Session(options: SessionOptions(), console: TestConsole())
    for statement in statements {
      let result = await session.run(statement)
      guard case .done = result else { throw BenchError.failed(statement) }
    }
  }

  enum BenchError: Error { case failed(String) }

  func list(_ marked: String) async -> CompletionList {
    let parts = marked.split(separator: "▮", omittingEmptySubsequences: false)
    let cursor = parts[0].unicodeScalars.count
    return await session.complete(parts.joined(), cursor: cursor)
  }

  /// The texts of all items.
  func texts(_ marked: String) async -> [String] { await list(marked).items.map(\.text) }

  /// The text as Tab leaves it, with the cursor in it.
  func tab(_ marked: String) async -> String {
    let parts = marked.split(separator: "▮", omittingEmptySubsequences: false).map(String.init)
    let list = await list(marked)
    guard let insertion = list.insertion else { return marked }
    var before = parts[0].unicodeScalars
    before.removeLast(list.replaced.count)
    return String(before) + insertion + "▮" + parts.dropFirst().joined()
  }

  func item(_ text: String, in marked: String) async -> CompletionItem? {
    await list(marked).items.first { $0.text == text }
  }
}
