import Glibc
import RLXScript

/// The names of files as completion asks for them: of one folder, bounded in work.
package struct FileNames: PathSource {
  /// Entries read of a folder; of a larger one nobody wants to see the list.
  package static let readAtMost = 100_000
  /// Entries whose names are kept. More than these are only counted.
  package static let keptAtMost = 1_000
  /// Folders that are looked into, to say what they are.
  private static let opened = 50

  package init() {}

  package var home: String { getenv("HOME").map { String(cString: $0) } ?? "" }

  package func named(for function: String?) -> [(name: String, doc: String)] {
    let kinds = FileFit.of(function).kinds
    let builtIn = Resources.entries.filter { kinds.contains($0.kind) }.map { ($0.name, $0.doc) }
    return builtIn + (function == "Preferences" ? [("memory", "Kept in no file.")] : [])
  }

  package func entries(
    in folder: String, beginning: String, for function: String?
  ) -> PathListing {
    let (found, more) = Self.read(folder.isEmpty ? "." : folder, beginning: beginning)
    let fit = FileFit.of(function)
    var looked = 0
    let entries = found.map { entry in
      var entry = entry
      if entry.isFolder, looked < Self.opened {
        looked += 1
        entry.doc = fit.doc(ofFolder: folder + entry.name) { access($0, F_OK) == 0 } ?? ""
      }
      let fits = fit.fits(entry.name, isFolder: entry.isFolder)
      return (entry: entry, rank: !entry.doc.isEmpty ? 0 : fits ? 1 : 2)
    }
    let sorted = entries.sorted {
      ($0.rank, $0.entry.name.lowercased(), $0.entry.name)
        < ($1.rank, $1.entry.name.lowercased(), $1.entry.name)
    }
    return PathListing(entries: sorted.map(\.entry), more: more)
  }

  /// The entries that may be meant: those that begin as typed if only for case, or all while none
  /// does. Hidden ones only if a dot is typed.
  private static func read(_ folder: String, beginning: String) -> (
    [PathListing.Entry], more: Int
  ) {
    guard let stream = opendir(folder) else { return ([], 0) }
    defer { closedir(stream) }
    let showsHidden = beginning.hasPrefix(".")
    var fitting: [PathListing.Entry] = []
    var others: [PathListing.Entry] = []
    var (more, count) = (0, 0)
    while count < readAtMost, let entry = readdir(stream) {
      count += 1
      // The bytes as they lie: most entries of a large folder are only counted.
      let bytes = UnsafeRawPointer(entry).advanced(by: nameOffset).assumingMemoryBound(
        to: CChar.self)
      guard showsHidden || bytes[0] != CChar(UInt8(ascii: ".")) else { continue }
      let fits = strncasecmp(bytes, beginning, beginning.utf8.count) == 0
      guard fits ? fitting.count < keptAtMost : others.count < keptAtMost else {
        if fits { more += 1 }
        continue
      }
      // A name that is no UTF-8 could not be said by a script.
      guard let name = String(validatingCString: bytes), name != ".", name != ".." else { continue }
      let made = PathListing.Entry(
        name: name, isFolder: isFolder(entry.pointee.d_type, folder, name))
      if fits { fitting.append(made) } else { others.append(made) }
    }
    return (fitting.isEmpty ? others : fitting, more)
  }

  private static let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0

  private static func isFolder(_ kind: UInt8, _ folder: String, _ name: String) -> Bool {
    if kind == UInt8(DT_DIR) { return true }
    guard kind == UInt8(DT_LNK) || kind == UInt8(DT_UNKNOWN) else { return false }
    var facts = stat()
    return stat(folder + "/" + name, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
  }
}
