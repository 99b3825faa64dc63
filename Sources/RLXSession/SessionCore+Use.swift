import Foundation
import RLXScript

extension SessionCore {
  /// The file that `use` names: relative to the file that says it, else to the working directory.
  func usedSource(_ path: String, by source: Source) throws -> Source {
    let base = source.path.map { ($0 as NSString).deletingLastPathComponent } ?? ""
    let asked = path.hasPrefix("/") || base.isEmpty ? path : base + "/" + path
    let place = try files.input(asked)
    guard let data = FileManager.default.contents(atPath: place) else {
      throw Fault(
        .missing, "use: found no file \"\(asked)\"",
        remedy: "the path is relative to the file that says use")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw Fault(.file, "use: \(asked): expected UTF-8 text")
    }
    let identity = URL(fileURLWithPath: place).resolvingSymlinksInPath().path
    return Source(text, name: asked, path: identity)
  }
}
