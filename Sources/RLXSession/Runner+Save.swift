import Foundation
import RLXData
import RLXScript

extension Runner {
  /// `:save FILE`: the session so far, without failures that changed nothing, closed by its chain.
  func save(to path: String) -> CellResult {
    let kept = entries.filter { !$0.changedNothing }
    var chain = DigestChain()
    for entry in kept { chain.append(entry) }
    let end = Mark.end(statements: kept.count, chain: chain.value)
    let text =
      "#!/usr/bin/env rlx\n" + header.map { $0.line + "\n" }.joined()
      + kept.map(\.lines).joined() + end.line + "\n"
    do {
      try writeAtomically(Array(text.utf8), to: path)
    } catch {
      return report(
        Diagnostic(.file, "save: \(path): \(error.found)", remedy: error.remedy))
    }
    let left = entries.count - kept.count
    let note = left == 0 ? "" : "; left out \(left) that failed and changed nothing"
    core.output.message("saved \(NumberText.count(kept.count, "statement")) to \(path)\(note)")
    return .done
  }

  /// `:load --recover`: finds the newest journal that a dead shell left without an end, and runs
  /// its statements here.
  func recover() -> CellResult {
    let folder = options.journalFolder ?? SessionOptions.defaultJournalFolder
    guard let found = Recovery.newest(in: folder, except: journal?.path) else {
      return report(
        Diagnostic(
          .missing, "load --recover: no session in \(folder) ended without being closed",
          remedy: "shells that end by Ctrl-D or :quit need no recovery; :load FILE loads any file"))
    }
    let before = entries.count
    let result = load(found.path, completeOnly: true)
    let count = entries.count - before
    core.output.message("recovered \(NumberText.count(count, "statement")) of \(found.path)")
    if result == .done { found.retire() }
    return result
  }

  /// The names at the top level with type and preview.
  var variables: [(name: String, type: String, preview: String)] {
    interpreter.globalNames.compactMap { name in
      guard let value = interpreter.global(name) else { return nil }
      return (name, value.typeName, Preview.line(value) ?? "nil")
    }
  }
}

/// Finding what a killed shell left behind.
struct Recovery {
  let path: String

  /// The newest journal in a folder whose writer is dead and which was never closed.
  static func newest(in folder: String, except own: String?) -> Recovery? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let journals = names.filter { $0.hasSuffix(".rlx") }.map { folder + "/" + $0 }
    let dated = journals.filter { $0 != own }.compactMap { path -> (String, Date)? in
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      return (attributes?[.modificationDate] as? Date).map { (path, $0) }
    }
    let newestFirst = dated.sorted { ($0.1, $0.0) > ($1.1, $1.0) }
    return newestFirst.first { isAbandoned($0.0) }.map { Recovery(path: $0.0) }
  }

  /// Whether nobody writes to the journal any more although it has statements and no end.
  private static func isAbandoned(_ path: String) -> Bool {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else { return false }
    guard let data = FileManager.default.contents(atPath: path) else { return false }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    let isClosed = lines.suffix(2).contains { line in
      if case .end? = Mark(line: line) { true } else { false }
    }
    return !isClosed && lines.contains { !$0.hasPrefix("#") }
  }

  /// Marks the journal as recovered, so that it is not offered again.
  func retire() {
    try? FileManager.default.moveItem(atPath: path, toPath: path + ".recovered")
  }
}
