import Glibc

/// A whole file as bytes, mapped into memory for as long as this object lives.
///
/// The mapping is private: writing to the file elsewhere by rename, as this project does, leaves it
/// whole.
final class MappedFile {
  let path: String
  private let bytes: UnsafeRawBufferPointer

  init(_ path: String) throws(ModelError) {
    self.path = path
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .missingFile(path: path) }
    // Not blocking: a pipe that nobody writes to must not hang before it is refused.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      if code == ENOENT || code == ENOTDIR { throw .missingFile(path: path) }
      throw Self.unreadable(path, String(cString: strerror(code)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Self.unreadable(path, "a folder or device")
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0),
      address != MAP_FAILED
    else { throw Self.unreadable(path, String(cString: strerror(errno))) }
    bytes = UnsafeRawBufferPointer(start: address, count: size)
  }

  deinit {
    if let address = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
    }
  }

  /// The bytes, which must not leave `body`: they go when this object goes.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  /// The bytes of a file, nil if there is none.
  static func contents(ifPresent path: String) throws(ModelError) -> [UInt8]? {
    do {
      return try MappedFile(path).withBytes { Array($0) }
    } catch {
      if error.isMissingFile { return nil }
      throw error
    }
  }

  private static func unreadable(_ path: String, _ found: String) -> ModelError {
    .brokenFile(path: path, found: found, wanted: "an ordinary file that can be read")
  }
}
