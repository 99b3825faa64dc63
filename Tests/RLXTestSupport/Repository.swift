import Foundation

/// Where tests find files: the checkout itself and, where present, the folder of real models and data.
package enum Repository {
  /// The root of the checkout, found from this file's own place in it.
  package static let root: URL = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Reference values committed with the tests.
  package static func golden(_ name: String) -> URL {
    root.appendingPathComponent("Tests/Golden").appendingPathComponent(name)
  }

  /// The folder of real models and data (`RLX_SHARED`, else `../shared` beside the checkout), if any.
  package static let shared: URL? = {
    let named = ProcessInfo.processInfo.environment["RLX_SHARED"].map(URL.init(fileURLWithPath:))
    let beside = root.deletingLastPathComponent().appendingPathComponent("shared")
    return [named, beside].compactMap { $0 }
      .first { FileManager.default.fileExists(atPath: $0.appendingPathComponent("models").path) }
  }()

  /// A path under the folder of real models and data, or nil where that folder is missing.
  package static func shared(_ path: String) -> URL? {
    guard let found = shared?.appendingPathComponent(path),
      FileManager.default.fileExists(atPath: found.path)
    else { return nil }
    return found
  }
}
