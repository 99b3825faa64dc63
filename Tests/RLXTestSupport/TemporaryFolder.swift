import Foundation

/// A folder for one test, removed with it.
package final class TemporaryFolder {
  package let url: URL

  package init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("rlx-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  package func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Writes a file and returns its path.
  package func file(_ name: String, _ bytes: [UInt8]) -> String {
    let made = FileManager.default.createFile(atPath: path(name), contents: Data(bytes))
    precondition(made, "cannot write \(name)")
    return path(name)
  }

  package func file(_ name: String, _ text: String) -> String { file(name, Array(text.utf8)) }

  /// The names in it, sorted.
  package func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
  }

  package static func bytes(of path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}
