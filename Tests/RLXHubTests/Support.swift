import Foundation
import RLXData
import RLXHub
import RLXTestSupport
import Synchronization
import Testing

/// A small repository; the hashes of its small files were taken by `git hash-object`.
enum SmallRepository {
  static let name = "someone/small"
  static let config = LoopbackHub.File(
    "config.json", Array("{\"model_type\": \"llama\"}\n".utf8),
    etag: "9eddb62b076f586b2186445e7872e5a05f0dfe06")
  static let tokenizer = LoopbackHub.File(
    "tokenizer.json", Array("{}".utf8), etag: "9e26dfeeb6e641a33dae4961196235bdb965b21b")
  static let card = LoopbackHub.File(
    "README.md", Array("# A card\n".utf8), etag: "f51eed857edcbc233cd309c3bfaf471f0e763142")
  static let weights = large("model.safetensors", 300_000)
  static let files = [config, tokenizer, card, weights]

  /// A file that the hub's store sends, of bytes that look like nothing.
  static func large(_ name: String, _ count: Int) -> LoopbackHub.File {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
    return LoopbackHub.File(name, bytes, etag: SHA256.hash(bytes).hex, isLarge: true)
  }
}

/// A hub, a cache of its own, and downloads from one into the other.
final class HubTrial {
  let hub: LoopbackHub
  let scratch: TemporaryFolder
  var settings: HubSettings
  private(set) var progress: [HubProgress] = []

  init(_ files: [LoopbackHub.File] = SmallRepository.files, token: String? = nil) throws {
    hub = try LoopbackHub(SmallRepository.name, files)
    scratch = try TemporaryFolder()
    settings = HubSettings(
      cache: scratch.path("hub"), endpoint: hub.address, token: token)
    settings.pause = 0.01
    settings.patience = 5
  }

  var name: HubName { get throws { try #require(HubName(SmallRepository.name)) } }
  var root: String { settings.cache + "/models--someone--small" }

  @discardableResult
  func download(
    _ revision: HubRevision = .main, part: HubFiles.Part = .model,
    stop: @escaping () -> Bool = { false }
  ) throws -> HubSnapshot {
    progress = []
    return try HubDownload(
      settings, try name, revision, part: part, stop: stop, report: { self.progress.append($0) }
    ).run()
  }

  /// What stands in a file of the cache; nil where there is none.
  func bytes(_ path: String) -> [UInt8]? {
    (try? Data(contentsOf: URL(fileURLWithPath: root + "/" + path))).map(Array.init)
  }

  func names(_ folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder))?.sorted() ?? []
  }
}

/// A number that several threads count up.
final class Count: Sendable {
  private let value = Mutex(0)
  @discardableResult
  func next() -> Int {
    value.withLock {
      $0 += 1
      return $0
    }
  }
}
