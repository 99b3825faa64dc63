import Glibc

/// Making folders, links and small files of the cache, so that none is ever half there.
enum HubFolders {
  /// Makes a folder and those above it.
  static func make(_ path: String) throws(HubError) {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += part + "/"
      if mkdir(made, 0o777) != 0 && errno != EEXIST { throw unwritable(made) }
    }
    var status = stat()
    guard stat(path, &status) == 0 else { throw unwritable(path) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw .unwritable(path: path, reason: "a file is in its place")
    }
  }

  /// Makes `path` a link to `target`, in place of whatever link or file is there.
  static func link(_ path: String, to target: String) throws(HubError) {
    try make(parent(path))
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = readlink(path, &buffer, buffer.count)
    if length > 0 {
      let there = String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
      var status = stat()
      if there == target, stat(path, &status) == 0 { return }
    }
    let made = path + ".\(getpid()).new"
    unlink(made)
    guard symlink(target, made) == 0 else { throw unwritable(path) }
    guard rename(made, path) == 0 else {
      let failure = unwritable(path)
      unlink(made)
      throw failure
    }
  }

  /// The free bytes of the file system that a folder is in; nil where that is not told.
  static func free(_ folder: String) -> Int? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    let (bytes, overflow) = Int(status.f_bavail).multipliedReportingOverflow(
      by: Int(status.f_frsize))
    return overflow ? nil : bytes
  }

  static func parent(_ path: String) -> String {
    path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  static func unwritable(_ path: String) -> HubError {
    .unwritable(path: path, reason: String(cString: strerror(errno)))
  }
}

/// A lock on a file that other programs take too (flock, as Python's filelock does); given up with
/// its owner.
final class FileLock {
  private let descriptor: Int32

  /// Waits until nobody else holds it; `wait` is called between tries, and ends it by throwing.
  init(_ path: String, wait: () throws(HubError) -> Void) throws(HubError) {
    try HubFolders.make(HubFolders.parent(path))
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw HubFolders.unwritable(path) }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      // A file system without locks: as without the lock, nothing is lost, for blobs are renamed.
      guard errno == EWOULDBLOCK || errno == EINTR else { return }
      do throws(HubError) {
        try wait()
      } catch {
        close(descriptor)
        throw error
      }
    }
  }

  deinit { close(descriptor) }
}
