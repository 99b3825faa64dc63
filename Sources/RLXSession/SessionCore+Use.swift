import Foundation
import RLXScript

extension SessionCore {
  /// The file that `use` names: relative to the file that says it, else to the working directory;
  /// where there is none, what comes with rlx under that name.
  ///
  /// Files are read before anything runs; what they were is recorded when the statement runs.
  func usedSource(_ path: String, by source: Source) throws -> Source {
    let base = source.path.map { ($0 as NSString).deletingLastPathComponent } ?? ""
    let asked = asked(path, from: base)
    if !isLoading(source) { uses.append(UsedFiles(path: path, files: [])) }
    uses[uses.count - 1].files.append(asked)
    let place = try files.place(of: asked)
    guard let data = FileManager.default.contents(atPath: place) else {
      let misspelt = Resources.misspelt(path, for: "use", kinds: [.script], isFile: false) {
        "use \"\($0)\""
      }
      if let misspelt { throw misspelt }
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

  /// How the record names the file that a file in the folder `base` calls `path`.
  private func asked(_ path: String, from base: String) -> String {
    let beside = path.hasPrefix("/") || base.isEmpty ? path : base + "/" + path
    // A file that comes with rlx is recorded by its name, so that a replay elsewhere finds it.
    if let name = Resources.name(of: beside) { return name }
    guard Resources.place(of: path) != nil else { return beside }
    guard FileManager.default.fileExists(atPath: beside) else { return path }
    return base.isEmpty ? "./" + path : beside
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
