import Glibc
import RLXData

/// The folder in which huggingface_hub keeps what it downloaded, read and written as it does:
///
///     models--owner--name/refs/main             the commit that a branch or tag stands for
///     models--owner--name/snapshots/COMMIT/     the files of a commit: links into blobs
///     models--owner--name/blobs/ETAG            their contents, by hash
///     .locks/models--owner--name/ETAG.lock      held while a blob is written
package struct HubCache: Sendable {
  package let folder: String

  package init(_ folder: String) { self.folder = folder }

  /// The commit that a revision stands for here; nil where the cache does not know it.
  package func commit(of name: HubName, _ revision: HubRevision) -> String? {
    if revision.isCommit { return revision.text }
    guard let bytes = smallFile(root(name) + "/refs/" + revision.text),
      let text = String(validating: bytes, as: UTF8.self)
    else { return nil }
    // Some programs end the line, huggingface_hub does not. Nothing but a commit is followed.
    let commit = text.filter { !$0.isWhitespace }
    return HubRevision.isCommit(commit) ? commit : nil
  }

  /// What the cache has of a revision; nil where it has nothing.
  package func snapshot(of name: HubName, _ revision: HubRevision) -> HubSnapshot? {
    guard let commit = commit(of: name, revision) else { return nil }
    let snapshot = HubSnapshot(name: name, commit: commit, folder: snapshotFolder(name, commit))
    var status = stat()
    guard stat(snapshot.folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      return nil
    }
    return snapshot
  }

  // MARK: Places

  func root(_ name: HubName) -> String { folder + "/" + name.folder }

  func snapshotFolder(_ name: HubName, _ commit: String) -> String {
    root(name) + "/snapshots/" + commit
  }

  func blob(_ name: HubName, _ etag: String) -> String { root(name) + "/blobs/" + etag }

  func lock(_ name: HubName, _ etag: String) -> String {
    folder + "/.locks/" + name.folder + "/" + etag + ".lock"
  }

  /// The bytes of a file of at most 4096, nil where there is none or a longer one.
  private func smallFile(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 4097)
    let count = read(descriptor, &buffer, buffer.count)
    return (0...4096).contains(count) ? Array(buffer[..<count]) : nil
  }
}

/// The files of one commit in the cache. Others may have put only some of them there.
package struct HubSnapshot: Equatable, Sendable {
  package let name: HubName
  /// 40 hexadecimal digits.
  package let commit: String
  package let folder: String

  /// Whether a file is there.
  package func has(_ file: String) -> Bool { access(folder + "/" + file, F_OK) == 0 }

  /// A link of the snapshot that leads nowhere, or in a circle; nil if there is none of these names.
  package func brokenLink(_ files: [String]) -> HubError? {
    for file in files {
      let path = folder + "/" + file
      var status = stat()
      guard lstat(path, &status) == 0, stat(path, &status) != 0 else { continue }
      return .brokenLink(path: path, reason: String(cString: strerror(errno)))
    }
    return nil
  }
}
