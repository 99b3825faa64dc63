import Foundation
import RLXScript

extension SessionCore {
  /// The file that `use` names: relative to the file that says it, else to the working directory.
  ///
  /// Files are read before anything runs; what they were is recorded when the statement runs.
  func usedSource(_ path: String, by source: Source) throws -> Source {
    let base = source.path.map { ($0 as NSString).deletingLastPathComponent } ?? ""
    let asked = path.hasPrefix("/") || base.isEmpty ? path : base + "/" + path
    if !isLoading(source) { uses.append(UsedFiles(path: path, files: [])) }
    uses[uses.count - 1].files.append(asked)
    let place = try files.place(of: asked)
    guard let data = FileManager.default.contents(atPath: place) else {
      throw Fault(
        .missing, "use: found no file \"\(asked)\"",
        remedy: "the path is relative to the file that says use")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw Fault(.file, "use: \(asked): expected UTF-8 text")
    }
    let identity = URL(fileURLWithPath: place).resolvingSymlinksInPath().path
    loaded.insert(identity)
    return Source(text, name: asked, path: identity)
  }

  /// Whether a source is itself a used file, so that what it uses belongs to that `use`.
  private func isLoading(_ source: Source) -> Bool {
    source.path.map(loaded.contains) ?? false
  }

  /// Records the files behind a `use` statement that is about to run.
  func recordUse(_ path: String) throws {
    guard let index = uses.firstIndex(where: { $0.path == path }) else { return }
    for file in uses.remove(at: index).files { _ = try files.input(file) }
  }
}

/// The files one `use` statement brought: the one it names and those that one uses.
struct UsedFiles {
  var path: String
  var files: [String]
}
