import Foundation
import RLXSession
import Synchronization

/// Completion at the prompt: of statements by the session, of colon commands and questions here.
struct PromptCompletion: Sendable {
  let session: Session

  /// How long the line editor waits for an answer, as of a file system that does not respond.
  private static let patience = DispatchTimeInterval.seconds(2)

  /// What could stand at `cursor`, which counts scalars; waits for the session, which runs nothing
  /// while a line is edited.
  func list(_ text: String, cursor: Int) -> CompletionList? {
    let box = Box()
    let done = DispatchSemaphore(value: 0)
    Task.detached { [self] in
      let list = await find(text, cursor: cursor)
      box.answer.withLock { $0 = list }
      done.signal()
    }
    return done.wait(timeout: .now() + Self.patience) == .success
      ? box.answer.withLock { $0 } : nil
  }

  private func find(_ text: String, cursor: Int) async -> CompletionList {
    let typed = String(text.unicodeScalars.prefix(cursor))
    let row = typed.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
    let line = row.drop(while: \.isWhitespace)
    if line.hasPrefix("?") {
      return await topics(line.dropFirst().drop(while: \.isWhitespace), cursor: cursor)
    }
    guard line.hasPrefix(":") else { return await session.complete(text, cursor: cursor) }
    guard let space = line.firstIndex(where: \.isWhitespace) else {
      return CompletionList(
        of: ColonCommand.allCases.map(\.completion), typed: String(line), cursor: cursor)
    }
    let name = line[..<space].dropFirst()
    let argument = line[space...].drop(while: \.isWhitespace)
    guard let command = ColonCommand(rawValue: String(name)) else {
      return CompletionList(of: [], typed: String(argument), cursor: cursor)
    }
    return await self.argument(String(argument), of: command, cursor: cursor)
  }

  /// What its synopsis says that a command takes: `FILE`, `NAME`, or words as they stand.
  private func argument(_ typed: String, of command: ColonCommand, cursor: Int) async
    -> CompletionList
  {
    let words = command.synopsis.split(separator: " ").dropFirst()
      .flatMap { $0.split { "[]|".contains($0) } }
    let wantsTopic = words.contains("NAME") || words.contains("TOPIC")
    if wantsTopic, typed.hasPrefix(":") {
      return CompletionList(
        of: ColonCommand.allCases.map(\.completion), typed: typed, cursor: cursor
      ).asTopics
    }
    if wantsTopic { return await topics(Substring(typed), cursor: cursor) }
    if words.contains("FILE"), !typed.hasPrefix("--") {
      return Session.completePath(typed, cursor: cursor)
    }
    let literal = words.filter { $0 != "or" && $0.allSatisfy { $0.isLowercase || $0 == "-" } }
    return CompletionList(
      of: literal.map { CompletionItem(String($0), kind: "value") }, typed: typed, cursor: cursor)
  }

  private func topics(_ typed: Substring, cursor: Int) async -> CompletionList {
    let count = typed.unicodeScalars.count
    return await session.complete(String(typed), cursor: count).asTopics.moved(by: cursor - count)
  }

  /// Carries the answer from one thread to the other.
  private final class Box: Sendable {
    let answer = Mutex<CompletionList?>(nil)
  }
}

extension ColonCommand {
  fileprivate var completion: CompletionItem {
    CompletionItem(
      ":" + rawValue, kind: "command", detail: synopsis, doc: summary,
      closing: synopsis.contains(" ") ? " " : "")
  }
}
