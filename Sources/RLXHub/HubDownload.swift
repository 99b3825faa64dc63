import Glibc
import RLXData

/// How far a download is.
package struct HubProgress: Equatable, Sendable {
  /// The file on its way.
  package let file: String
  /// Bytes of all files that have come, and that are wanted in all; more may become known.
  package let done: Int
  package let total: Int
  /// Whether its hash is being taken.
  package let isChecking: Bool
}

/// Brings a model from its hub into the cache: only the files that rlx reads.
///
/// The snapshot's links are made as contents arrive and the name of the revision last, so that it
/// never stands for something that is not there.
package struct HubDownload {
  private let settings: HubSettings
  private let name: HubName
  private let revision: HubRevision
  private let part: HubFiles.Part
  private let stop: () -> Bool
  private let report: (HubProgress) -> Void

  package init(
    _ settings: HubSettings, _ name: HubName, _ revision: HubRevision, part: HubFiles.Part = .model,
    stop: @escaping () -> Bool = { false }, report: @escaping (HubProgress) -> Void = { _ in }
  ) {
    self.settings = settings
    self.name = name
    self.revision = revision
    self.part = part
    self.stop = stop
    self.report = report
  }

  /// Fetches what is missing and gives what is there then.
  package func run() throws(HubError) -> HubSnapshot {
    let client = try HubClient(settings, stop: stop)
    let cache = HubCache(settings.cache)
    let listing = try client.listing(name, revision)
    guard let files = HubFiles.chosen(of: listing.files, part: part) else {
      throw .noWeights(name: name.text, found: HubFiles.otherWeights(of: listing.files))
    }
    let snapshot = HubSnapshot(
      name: name, commit: listing.commit, folder: cache.snapshotFolder(name, listing.commit))
    var fetching = Fetching(download: self, client: client, cache: cache, snapshot: snapshot)
    try fetching.fetch(files)
    if files.contains(HubFiles.index) {
      try fetching.fetch(try shards(snapshot, among: listing.files))
    }
    try HubFolders.make(snapshot.folder)
    if !revision.isCommit { try note(listing.commit, cache) }
    return snapshot
  }

  /// The files that the snapshot's index names.
  private func shards(_ snapshot: HubSnapshot, among all: [String]) throws(HubError) -> [String] {
    let path = snapshot.folder + "/" + HubFiles.index
    guard let json = try? JSON.read(path), let map = json["weight_map"]?.objectValue else {
      throw .brokenReply(url: path, found: "no weight_map", wanted: "an index of weights")
    }
    let shards = Set(map.compactMap { $0.value.stringValue }).sorted()
    for shard in shards where !all.contains(shard) {
      throw .noSuchFile(name: name.text, file: shard)
    }
    return shards
  }

  /// Writes down what the revision stands for now.
  private func note(_ commit: String, _ cache: HubCache) throws(HubError) {
    let path = cache.root(name) + "/refs/" + revision.text
    try HubFolders.make(HubFolders.parent(path))
    do throws(DataError) {
      try writeAtomically(commit, to: path)
    } catch {
      throw .unwritable(path: path, reason: error.found)
    }
  }

  /// The files of one snapshot, some of which may have come.
  private struct Fetching {
    let download: HubDownload
    let client: HubClient
    let cache: HubCache
    let snapshot: HubSnapshot
    /// Bytes of files that have come whole, and of all known so far.
    var done = 0
    var total = 0

    mutating func fetch(_ files: [String]) throws(HubError) {
      var blobs: [HubBlob] = []
      for file in files {
        blobs.append(
          HubBlob(
            client: client, cache: cache, name: download.name, revision: download.revision,
            commit: snapshot.commit, file: file,
            promise: try client.promise(
              download.name, download.revision, commit: snapshot.commit, file: file),
            tries: download.settings.tries))
      }
      try checkRoom(blobs)
      total += blobs.reduce(0) { $0 + ($1.promise.size ?? 0) }
      for blob in blobs {
        let (before, all, report) = (done, total, download.report)
        try blob.fetch { stage in
          switch stage {
          case .come(let bytes):
            report(
              HubProgress(file: blob.file, done: before + bytes, total: all, isChecking: false))
          case .checked(let bytes):
            report(HubProgress(file: blob.file, done: before + bytes, total: all, isChecking: true))
          }
        }
        let up = String(
          repeating: "../", count: 2 + blob.file.utf8.count { $0 == UInt8(ascii: "/") })
        try HubFolders.link(
          snapshot.folder + "/" + blob.file, to: up + "blobs/" + blob.promise.etag)
        done += blob.promise.size ?? 0
      }
    }

    private func checkRoom(_ blobs: [HubBlob]) throws(HubError) {
      let wanted = blobs.reduce(0) { $0 + $1.missing }
      try HubFolders.make(cache.root(download.name) + "/blobs")
      guard let free = HubFolders.free(cache.folder), free < wanted else { return }
      throw .noRoom(folder: cache.folder, wanted: wanted, free: free)
    }
  }
}
