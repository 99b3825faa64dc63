import Foundation
import RLXData
import RLXHub

extension HubSettings {
  /// What the environment of this process says.
  static var ofProcess: HubSettings {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? NSHomeDirectory()
    return HubSettings(environment: environment, home: home) {
      try? String(contentsOfFile: $0, encoding: .utf8)
    }
  }
}

extension SessionFiles {
  /// How records call a model of a hub: huggingface_hub's own form of an address, with the commit.
  private static func prefix(_ name: HubName) -> String { "hf://\(name)@" }

  /// The commit of which the running statement read when it was recorded; nil where it read none, or
  /// this is no replay.
  func recordedCommit(of name: HubName) -> String? {
    guard replay != nil else { return nil }
    let prefix = Self.prefix(name)
    return expected.lazy.filter { $0.path.hasPrefix(prefix) }
      .map { String($0.path.dropFirst(prefix.utf8.count).prefix { $0 != "/" }) }.first
  }

  /// Records those of the files `names` that a snapshot has.
  func recordHub(_ snapshot: HubSnapshot, names: [String]) throws {
    try recordFiles(names, in: snapshot.folder, as: Self.prefix(snapshot.name) + snapshot.commit)
  }
}
