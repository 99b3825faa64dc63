import Glibc

/// The bytes of a file at any place, as they were when it was opened; or bytes in memory.
///
/// They are read by system calls and not mapped: of a file that has become shorter since, a read is an
/// error, where touching a mapped page would be a signal that ends the program.
final class StoredBytes: Sendable {
  let path: String
  let count: Int
  private let memory: [UInt8]
  /// nil: the bytes are in memory.
  private let descriptor: Int32?
  /// What the file system said of the file when it was opened; nil of what nobody else can change.
  private let opened: FileState?

  init(_ memory: [UInt8], path: String) {
    self.path = path
    self.memory = memory
    count = memory.count
    descriptor = nil
    opened = nil
  }

  /// Takes over an open descriptor. `isShared`: whether others can change the file.
  private init(_ descriptor: Int32, count: Int, isShared: Bool, path: String) {
    self.path = path
    self.count = count
    self.descriptor = descriptor
    memory = []
    opened = isShared ? FileState(descriptor) : nil
  }

  deinit { if let descriptor { close(descriptor) } }

  /// Fills `buffer` with the bytes from `place` on, which must lie within `count`.
  func read(_ buffer: UnsafeMutableRawBufferPointer, at place: Int) throws(DataError) {
    precondition(place >= 0 && place + buffer.count <= count, "bytes outside the file")
    guard let descriptor else {
      memory.withUnsafeBytes {
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[place..<place + buffer.count]))
      }
      return
    }
    if let opened, opened != FileState(descriptor) {
      throw DataError(
        file: path, found: "a file that has changed since it was opened", wanted: "the same file",
        remedy: "open it again with Dataset(…)")
    }
    var done = 0
    while done < buffer.count {
      let got = pread(
        descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(place + done))
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else {
        throw DataError(
          file: path, found: got < 0 ? systemMessage(errno) : "a file that has become shorter",
          wanted: "a file that can be read")
      }
      done += got
    }
  }

  /// SHA-256 over all bytes.
  func hash() throws(DataError) -> SHA256.Digest {
    var hasher = SHA256.Hasher()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    var place = 0
    while place < count {
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(1 << 20, count - place)])
      try read(piece, at: place)
      hasher.update(UnsafeRawBufferPointer(piece))
      place += piece.count
    }
    return hasher.finish()
  }
}

/// When a file was last changed, and its size.
private struct FileState: Equatable {
  let size: Int
  let seconds: Int
  let nanoseconds: Int

  init?(_ descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    size = Int(status.st_size)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}

// MARK: - Opening

extension StoredBytes {
  /// Unpacked bytes beyond this many lie in a temporary file.
  static let inMemory = 32 << 20

  /// What a file holds. That of a .gz is unpacked: into memory, or if it is much into a temporary file
  /// that has no name and is gone with the last reader.
  static func of(_ path: String) throws(DataError) -> StoredBytes {
    let file = try InputFile(path)
    guard file.isPacked else {
      let copy = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
      guard copy >= 0 else { throw unreadable(path, errno) }
      return StoredBytes(copy, count: file.sizeOnDisk, isShared: true, path: path)
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: InputFile.chunk)
    while bytes.count <= inMemory {
      let count = try file.read(into: &buffer)
      if count == 0 { return StoredBytes(bytes, path: path) }
      bytes += buffer[..<count]
    }
    return try spilled(bytes, file)
  }

  private static func spilled(_ head: [UInt8], _ file: InputFile) throws(DataError) -> StoredBytes {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var name = Array("\(folder)/rlx-unpacked.XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    func failed(_ code: Int32) -> DataError {
      DataError(
        file: file.path, found: "\(systemMessage(code)) in \(folder)",
        wanted: "room to unpack it", remedy: "set TMPDIR to a folder with more room")
    }
    guard descriptor >= 0 else { throw failed(errno) }
    unlink(name)
    do throws(DataError) {
      var total = head.count
      try append(head[...], to: descriptor, failed)
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      while true {
        let count = try file.read(into: &buffer)
        if count == 0 { break }
        try append(buffer[..<count], to: descriptor, failed)
        total += count
      }
      return StoredBytes(descriptor, count: total, isShared: false, path: file.path)
    } catch {
      close(descriptor)
      throw error
    }
  }

  private static func append(
    _ bytes: ArraySlice<UInt8>, to descriptor: Int32, _ failed: (Int32) -> DataError
  ) throws(DataError) {
    var done = bytes.startIndex
    while done < bytes.endIndex {
      let count = bytes[done...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failed(count < 0 ? errno : ENOSPC) }
      done += count
    }
  }

  private static func unreadable(_ path: String, _ code: Int32) -> DataError {
    DataError(file: path, found: systemMessage(code), wanted: "a file that can be read")
  }
}
