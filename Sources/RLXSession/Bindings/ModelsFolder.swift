import Foundation
import RLXHub
import RLXModels
import RLXScript

/// Model folders by the names scripts give them.
enum ModelFolder {
  /// The folder a script calls `path`; the hashes of its files are recorded.
  ///
  /// Throws `missing` where there is none, saying what was looked for.
  private static func find(
    _ path: String, names: [String], _ core: SessionCore, for owner: String, hub: HubChoice?
  ) throws -> String {
    guard !path.isEmpty else {
      throw Fault(.value, "\(owner): the path is empty", remedy: remedy, parameter: "path")
    }
    let asked = trimmed(path)
    if let missing = Resources.missing(asked, for: owner) { throw missing }
    let name = hub == nil ? nil : HubName(asked)
    if let name, let hub, core.files.recordedCommit(of: name) != nil {
      return try HubModels(core: core, owner: owner).folder(name, hub, names: names)
    }
    let place = try core.files.inputFolder(
      asked, names: names, more: WeightFiles.shards(inFolder:))
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder) else {
      if let name, let hub, isOnHub(name, hub, core) {
        return try HubModels(core: core, owner: owner).folder(name, hub, names: names)
      }
      let built = asked.contains("/") ? "" : "no built-in model is called \"\(asked)\", and "
      throw Fault(
        .missing, "\(owner): \(built)there is no folder \"\(asked)\"", remedy: remedy,
        parameter: "path")
    }
    guard isFolder.boolValue else {
      throw Fault(
        .file, "\(owner): \"\(asked)\": expected a folder, found a file", remedy: remedy,
        parameter: "path")
    }
    if hub?.revision != nil {
      throw Fault(
        .value, "\(owner): \"\(asked)\" is a folder here, and folders have no revisions",
        remedy: "leave revision: out, or work elsewhere to have the hub's \"\(asked)\"",
        parameter: "revision")
    }
    return place
  }

  /// Whether a name that is no folder can be meant for a hub: `owner/name`, or what else a script
  /// asks of the hub by a keyword, or the cache has.
  private static func isOnHub(_ name: HubName, _ hub: HubChoice, _ core: SessionCore) -> Bool {
    name.hasOwner || hub.mayDownload || hub.revision != nil
      || HubCache(core.files.hub.cache).snapshot(of: name, .main) != nil
  }

  /// What `read` makes of the folder that a script calls `path`; errors name it as the script does.
  ///
  /// Names of a model hub are names too, where `hub` says what a call says of it.
  static func load<Result>(
    _ path: String, names: [String], _ core: SessionCore, for owner: String,
    hub: HubChoice? = nil, _ read: (String) throws -> Result
  ) throws -> Result {
    let place = try find(path, names: names, core, for: owner, hub: hub)
    do {
      return try read(place)
    } catch let error as ModelError {
      let message = error.message.replacingOccurrences(of: place, with: trimmed(path))
      throw Fault(error.kind, "\(owner): \(message)", remedy: error.remedy)
    }
  }

  /// The last part of a path.
  static func name(_ path: String) -> String {
    trimmed(path).split(separator: "/").last.map(String.init) ?? path
  }

  private static let remedy =
    "give a folder that holds config.json, model.safetensors and tokenizer.json, or Model(\"nano\")"

  private static func trimmed(_ path: String) -> String {
    var path = path
    while path.utf8.count > 1 && path.hasSuffix("/") { path.removeLast() }
    return path
  }
}
