import Glibc
import RLXData

/// One content of the cache on its way from the hub: `blobs/ETAG.incomplete` until its size and hash
/// are those that were promised, then `blobs/ETAG`.
///
/// What has come stays when the way breaks off, and the next try goes on behind it.
struct HubBlob {
  let client: HubClient
  let cache: HubCache
  let name: HubName
  let revision: HubRevision
  let commit: String
  let file: String
  let promise: HubClient.Promise
  let tries: Int

  var path: String { cache.blob(name, promise.etag) }
  private var partial: String { path + ".incomplete" }

  /// Whether it is there already, of the size that was promised.
  var isThere: Bool {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    return promise.size.map { $0 == Int(status.st_size) } ?? true
  }

  /// How much of it is to come.
  var missing: Int {
    guard !isThere, let size = promise.size else { return 0 }
    var status = stat()
    let come = stat(partial, &status) == 0 ? Int(status.st_size) : 0
    return come <= size ? size - come : size
  }

  /// Fetches what is missing. `told` hears how many bytes have come, and how many are checked.
  func fetch(told: @escaping (Stage) -> Void) throws(HubError) {
    guard !isThere else { return }
    try HubFolders.make(HubFolders.parent(path))
    let lock = try FileLock(cache.lock(name, promise.etag)) { () throws(HubError) in
      try client.wait(0.1)
    }
    defer { withExtendedLifetime(lock) {} }
    // Another program may have fetched it while this one waited.
    guard !isThere else { return }
    let output = try PartialFile(partial)
    let resumed = output.size
    do throws(HubError) {
      try fill(output, told)
      try check(output, told)
    } catch {
      guard error.isWrong else { throw error }
      // What was there from before may have been the fault.
      try output.empty()
      guard resumed > 0 else {
        unlink(partial)
        throw error
      }
      do throws(HubError) {
        try fill(output, told)
        try check(output, told)
      } catch {
        if error.isWrong { unlink(partial) }
        throw error
      }
    }
    try output.finish(as: path)
  }

  /// How far it is.
  enum Stage { case come(Int), checked(Int) }

  /// Asks for the rest until it has come, or nothing more comes in several tries.
  private func fill(_ output: PartialFile, _ told: @escaping (Stage) -> Void) throws(HubError) {
    if let size = promise.size {
      if output.size > size { try output.empty() }
      if output.size == size { return }
    }
    var (fruitless, refused) = (0, 0)
    while true {
      let before = output.size
      do throws(HubError) {
        let head = try client.fetch(
          name, revision, commit: commit, file: file, from: before,
          begin: { start throws(HubError) in if start == 0 { try output.empty() } },
          body: { bytes throws(HubError) in
            try output.append(bytes)
            told(.come(output.size))
            if let size = promise.size, output.size > size {
              throw .wrongSize(file: file, found: output.size, wanted: size)
            }
          })
        if head.status == 416 {
          // The hub knows nothing of that many bytes: what is there belongs to something else.
          refused += 1
          try output.empty()
          if refused > 1 { throw .status(url: file, code: 416, said: "") }
          continue
        }
        let said = "\(name)/\(file)"
        try client.check(head, said, name, revision, file: file)
        guard let size = promise.size else { return }
        if output.size == size { return }
        throw .unreachable(url: said, reason: "\(output.size) of \(size) bytes came")
      } catch {
        guard error.mayPass else { throw error }
        fruitless = output.size > before ? 1 : fruitless + 1
        guard fruitless < tries else { throw error }
        try client.wait(Double(1 << min(fruitless - 1, 5)) * client.pause)
      }
    }
  }

  private func check(_ output: PartialFile, _ told: (Stage) -> Void) throws(HubError) {
    if let size = promise.size, output.size != size {
      throw .wrongSize(file: file, found: output.size, wanted: size)
    }
    guard let wanted = HubHash(etag: promise.etag) else { return }
    var stopped = false
    let found = wanted.ofFile(output.descriptor, size: output.size) { done in
      told(.checked(done))
      stopped = client.shouldStop
      return !stopped
    }
    if stopped { throw .stopped }
    guard let found else { throw HubFolders.unwritable(partial) }
    guard found == wanted.hexadecimal else {
      throw .wrongHash(file: file, found: found, wanted: wanted.hexadecimal)
    }
  }
}

extension HubError {
  /// Whether what came is not what was promised.
  fileprivate var isWrong: Bool {
    switch self {
    case .wrongHash, .wrongSize: true
    default: false
    }
  }
}

/// A file that grows at its end and becomes another when it is whole.
final class PartialFile {
  let descriptor: Int32
  private let path: String
  private(set) var size: Int

  /// Opens what is there, or makes it.
  init(_ path: String) throws(HubError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw HubFolders.unwritable(path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .unwritable(path: path, reason: "something else than a file is in its place")
    }
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  func append(_ bytes: UnsafeRawBufferPointer) throws(HubError) {
    var done = 0
    while done < bytes.count {
      let count = pwrite(
        descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(size))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw HubFolders.unwritable(path) }
      done += count
      size += count
    }
  }

  func empty() throws(HubError) {
    guard ftruncate(descriptor, 0) == 0 else { throw HubFolders.unwritable(path) }
    size = 0
  }

  /// Gives it its lasting name; on disk first.
  func finish(as name: String) throws(HubError) {
    guard fsync(descriptor) == 0, rename(path, name) == 0 else { throw HubFolders.unwritable(path) }
  }
}
