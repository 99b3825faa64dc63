import Foundation
import Synchronization

/// A folder for one test, removed with it.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("rlx-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func file(_ name: String, _ bytes: [UInt8]) -> String {
    let made = FileManager.default.createFile(atPath: path(name), contents: Data(bytes))
    precondition(made, "cannot write \(name)")
    return path(name)
  }

  static func bytes(of path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
  }
}

/// A clock that says 1000, 1001, …
final class CountingClock: Sendable {
  private let last = Atomic<Int64>(999)
  func now() -> Int64 { last.add(1, ordering: .relaxed).newValue }
}
