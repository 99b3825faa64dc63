import Glibc
import RLXModels

/// A folder that is replaced whole or not at all.
///
/// What is new is written to `PATH.partial`; then the old folder goes to `PATH.previous`, the new
/// one to its place, and the old one away. A process killed at any moment leaves a whole folder
/// under one of the names `PATH` and `PATH.previous`, and `newest` finds it.
package enum CheckpointFolder {
  /// The file that makes a folder a checkpoint, written last.
  package static let mark = "trainer.json"

  /// Where the checkpoint that was saved as `path` lies now; `path` itself if there is none.
  package static func newest(_ path: String) -> String {
    let previous = trimmed(path) + ".previous"
    return !isThere(path + "/" + mark) && isThere(previous + "/" + mark) ? previous : path
  }

  /// Replaces what lies at `path` by what `write` writes into the folder it is given.
  ///
  /// `known` are the names that may lie there already and go with the old checkpoint; throws, and
  /// changes nothing, where there is another, which would be lost.
  static func replace(
    _ path: String, known: Set<String>, _ write: (String) throws -> Void
  ) throws {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw ModelError.unwritable(path: path, reason: "not a path to a folder")
    }
    let path = resolved(trimmed(path))
    let (partial, previous) = (path + ".partial", path + ".previous")
    if isThere(path) {
      try check(path, known)
      try remove(previous)
    } else if isThere(previous) {
      try move(previous, path)
    }
    try remove(partial)
    try write(partial)
    if isThere(path) { try move(path, previous) }
    try move(partial, path)
    try remove(previous)
  }

  /// Makes a folder in one that is there.
  static func make(_ path: String) throws(ModelError) {
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure(path) }
  }

  private static func check(_ path: String, _ known: Set<String>) throws(ModelError) {
    guard let names = entries(path) else {
      throw .unwritable(path: path, reason: "a file is there")
    }
    if let foreign = names.first(where: { !known.contains($0) }) {
      throw .unwritable(
        path: path,
        reason: "\(foreign) in it is no part of a checkpoint, which needs a folder of its own")
    }
  }

  private static func move(_ from: String, _ to: String) throws(ModelError) {
    guard rename(from, to) == 0 else { throw failure(to) }
  }

  /// Removes a folder of files and folders of files, if it is there.
  private static func remove(_ path: String) throws(ModelError) {
    for name in entries(path) ?? [] {
      let inside = path + "/" + name
      if entries(inside) != nil { try remove(inside) } else { unlink(inside) }
    }
    guard rmdir(path) == 0 || errno == ENOENT else { throw failure(path) }
  }

  /// The names in a folder, in order; nil if it is none.
  private static func entries(_ path: String) -> [String]? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func trimmed(_ path: String) -> String {
    var path = path
    while path.utf8.count > 1 && path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// With its links followed: the folder is replaced, not the link.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func failure(_ path: String) -> ModelError {
    .unwritable(path: path, reason: String(cString: strerror(errno)))
  }
}
