import Foundation
import RLXData
import RLXHub

/// The only way by which a session reads and writes files.
///
/// It records what each statement read, and in a replay it reads only what has the recorded hash
/// and writes nowhere but in a scratch folder.
package final class SessionFiles {
  /// How a replay finds the inputs of a session file and where its outputs go.
  package struct Replay {
    /// What the session wrote goes here, and is read back from here.
    var scratch: String
    /// Where to look for an input besides the working directory, in order.
    var searchFolders: [String]
  }

  /// Whether inputs are hashed and kept: only where a journal is.
  package var keepsRecords = false
  /// Whether the hashes of inputs are taken although there is no journal: in a replay.
  package var replay: Replay?
  /// What the statement now running read when it was recorded, in a run of a session file.
  var expected: [InputRecord] = []
  /// Files written by this session's replay: the script's path to the place in the scratch folder.
  private var redirected: [String: String] = [:]
  /// Whether statements run again because their state was let go.
  private(set) var isRebuilding = false
  private var rebuildsFrom: [String: String]?
  private var inputs: [InputRecord] = []
  /// Turns a difference from the record into the error that ends the statement.
  var differs: (ReplayDifference) -> any Error = { $0 }
  private var outputs: [String] = []
  private var outputsNow: [String] = []

  /// Where models of a hub are kept and asked for.
  package lazy var hub = HubSettings.ofProcess

  package init() {}

  /// The inputs of the statement that ran, in the order read; the account starts again.
  package func takeInputs() -> [InputRecord] {
    defer { inputs = [] }
    return inputs
  }

  /// The files written since this was last asked.
  func takeOutputs() -> [String] {
    defer { outputsNow = [] }
    return outputsNow
  }

  /// From here on statements that ran before run again: they write to `folder`, and read what they
  /// wrote from there.
  func beginRebuild(in folder: String) {
    isRebuilding = true
    guard replay == nil else { return }
    replay = Replay(scratch: folder, searchFolders: [])
    rebuildsFrom = redirected
  }

  func endRebuild() {
    isRebuilding = false
    guard let before = rebuildsFrom else { return }
    (replay, redirected, rebuildsFrom) = (nil, before, nil)
    _ = takeOutputs()
  }

  /// The files written since the session opened, as the script named them.
  package var written: [String] { outputs }

  /// A readable place for the file the script calls `path`; its hash is recorded.
  package func input(_ path: String) throws -> String {
    if let place = redirected[path] { return place }
    let place = try find(path)
    if keepsRecords || replay != nil {
      let (digest, size) = try SHA256.ofFile(place)
      try record(InputRecord(hash: digest.hex, size: size, rows: nil, path: path))
    }
    return place
  }

  /// What `read` makes of the file the script calls `path`, given a readable place for it, and the hash
  /// of the file if that is recorded: taken of a large file by another thread meanwhile.
  func reading<Result>(_ path: String, _ read: (String) throws -> Result) throws
    -> (result: Result, hash: SHA256.Digest?)
  {
    if let place = redirected[path] { return (try read(place), nil) }
    let place = try find(path)
    guard keepsRecords || replay != nil else { return (try read(place), nil) }
    let hash = FileHash(place)
    let result = Swift.Result { try read(place) }
    if let (digest, size) = try? hash.value() {
      try record(InputRecord(hash: digest.hex, size: size, rows: nil, path: path))
      return (try result.get(), digest)
    }
    _ = try result.get()
    let (digest, _) = try hash.value()
    return (try result.get(), digest)
  }

  /// A readable place for a folder (a model); each of its `names` that exists is recorded.
  package func inputFolder(
    _ path: String, names: [String], more: (String) -> [String] = { _ in [] }
  ) throws -> String {
    if let place = redirected[path] { return place }
    let inside = names.first { (try? find(path + "/" + $0)) != nil } ?? ""
    let first = try find(inside.isEmpty ? path : path + "/" + inside)
    let place = inside.isEmpty ? first : String(first.dropLast(inside.count + 1))
    try recordFiles(names + more(place), in: place, as: path)
    return place
  }

  /// Records those of the files `names` that are in the folder `place`, which scripts call `path`.
  func recordFiles(_ names: [String], in place: String, as path: String) throws {
    guard keepsRecords || replay != nil else { return }
    for name in names where FileManager.default.fileExists(atPath: place + "/" + name) {
      let (digest, size) = try SHA256.ofFile(place + "/" + name)
      try record(InputRecord(hash: digest.hex, size: size, rows: nil, path: path + "/" + name))
    }
  }

  /// A place to write the file or folder that the script calls `path`. A built-in name is none.
  package func output(_ path: String) throws -> String {
    if let refusal = Resources.refusal(toWrite: path) { throw refusal }
    if !outputs.contains(path) { outputs.append(path) }
    outputsNow.append(path)
    guard let replay else { return path }
    if let place = redirected[path] { return place }
    let place = replay.scratch + "/\(redirected.count)-" + (path as NSString).lastPathComponent
    redirected[path] = place
    return place
  }

  /// How a database is opened: its place, and how many of its rows stand, where a session file
  /// says so. In a replay it must say so.
  package func database(_ path: String) throws -> (place: String, rows: Int?) {
    let record = expected.first { $0.path == path && $0.rows != nil }
    guard replay != nil else { return (path, record?.rows) }
    if let place = redirected[path] { return (place, nil) }
    guard let record else {
      throw differs(
        ReplayDifference(
          what: "input", before: "no database \(path)", after: "the statement opens \(path)"))
    }
    return (record.rows == 0 ? path : try find(path), record.rows)
  }

  /// Records a database as it was opened: the digest of its rows and their number.
  package func recordDatabase(_ path: String, hash: String, rows: Int) throws {
    guard keepsRecords || replay != nil else { return }
    try record(InputRecord(hash: hash, size: nil, rows: rows, path: path))
  }

  /// A readable place for a file that is recorded later.
  func place(of path: String) throws -> String {
    try redirected[path] ?? find(path)
  }

  /// Throws where `name` stands for nothing, but a built-in thing of these kinds is meant.
  func refuseMisspelt(_ name: String, for owner: String, kinds: Set<Resources.Kind>) throws {
    if let missing = Resources.missing(name, for: owner) { throw missing }
    let isFile = FileManager.default.fileExists(atPath: try place(of: name))
    let misspelt = Resources.misspelt(name, for: owner, kinds: kinds, isFile: isFile) {
      "\(owner)(\"\($0)\")"
    }
    if let misspelt { throw misspelt }
  }

  private func record(_ found: InputRecord) throws {
    if !inputs.contains(found) { inputs.append(found) }
    guard replay != nil, !expected.isEmpty else { return }
    guard let wanted = expected.first(where: { $0.path == found.path }) else { return }
    if wanted.hash != found.hash {
      throw differs(
        ReplayDifference(
          what: "input \(found.path)", before: "sha256:\(wanted.hash)",
          after: "sha256:\(found.hash)"))
    }
  }

  /// The place of an input: among the resources if it has a built-in name, in the working
  /// directory, or in a replay wherever the recorded content is. A path that is nowhere is given
  /// back as it is, for its reader to say so.
  private func find(_ path: String) throws -> String {
    let builtIn = Resources.place(of: path)
    guard let replay, !path.hasPrefix("/") else { return builtIn ?? path }
    let wanted = expected.first { $0.path == path }
    let places =
      [builtIn].compactMap { $0 } + [path] + replay.searchFolders.map { $0 + "/" + path }
    let present = places.filter { FileManager.default.fileExists(atPath: $0) }
    guard let wanted, wanted.size != nil else { return present.first ?? path }
    let fitting = present.first { place in
      (try? SHA256.ofFile(place).0.hex) == wanted.hash
    }
    return fitting ?? present.first ?? path
  }
}
