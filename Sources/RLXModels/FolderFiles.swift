import Glibc
import RLXData

/// Writing the files of a model or tokenizer folder.
package enum FolderFiles {
  static func write(_ bytes: [UInt8], _ path: String) throws(ModelError) {
    do {
      try writeAtomically(bytes, to: path)
    } catch {
      throw .unwritable(path: path, reason: error.found)
    }
  }

  /// Makes a folder and those above it.
  package static func make(_ path: String) throws(ModelError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw .unwritable(path: path, reason: "not a path to a folder")
    }
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += part + "/"
      if mkdir(made, 0o777) != 0 && errno != EEXIST {
        throw .unwritable(path: path, reason: String(cString: strerror(errno)))
      }
    }
  }

  /// The names of the files in a folder that end so, in order; none if there is no such folder.
  static func names(in folder: String, ending: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(ending) { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// A path without slashes at its end.
  static func trimmed(_ folder: String) -> String {
    var folder = folder
    while folder.utf8.count > 1 && folder.hasSuffix("/") { folder.removeLast() }
    return folder
  }
}

extension Tokenizer {
  /// Writes tokenizer.json and what came with it into a folder, which is made if need be.
  package func save(folder: String) throws(ModelError) {
    let folder = FolderFiles.trimmed(folder)
    try FolderFiles.make(folder)
    if files.contains(where: { $0.name.hasPrefix(ChatTemplates.folder + "/") }) {
      try FolderFiles.make(folder + "/" + ChatTemplates.folder)
    }
    for (name, bytes) in files { try FolderFiles.write(bytes, folder + "/" + name) }
  }
}
