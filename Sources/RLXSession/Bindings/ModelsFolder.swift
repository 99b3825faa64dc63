import Foundation
import RLXModels
import RLXScript

/// Model folders by the names scripts give them.
enum ModelFolder {
  /// The folder a script calls `path`; the hashes of its files are recorded.
  ///
  /// Throws `missing` where there is none, saying what was looked for.
  private static func find(_ path: String, names: [String], _ core: SessionCore, for owner: String)
    throws
    -> String
  {
    guard !path.isEmpty else {
      throw Fault(.value, "\(owner): the path is empty", remedy: remedy, parameter: "path")
    }
    let asked = trimmed(path)
    if let missing = Resources.missing(asked, for: owner) { throw missing }
    let place = try core.files.inputFolder(asked, names: names)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder) else {
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
    return place
  }

  /// What `read` makes of the folder that a script calls `path`; errors name it as the script does.
  static func load<Result>(
    _ path: String, names: [String], _ core: SessionCore, for owner: String,
    _ read: (String) throws -> Result
  ) throws -> Result {
    let place = try find(path, names: names, core, for: owner)
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
