import Glibc

/// A file open for reading from front to back, unpacked on the way if its name ends in .gz.
///
/// Only ordinary files: a session must be able to read the same again.
final class InputFile {
  static let chunk = 1 << 16

  let path: String
  /// Bytes on disk when it was opened.
  let sizeOnDisk: Int
  let descriptor: Int32
  private var inflater: Inflater?
  private var unpacked = 0

  /// Text packs to a tenth, seldom to a fiftieth. What unpacks to more than this many times its size,
  /// and to much, was made to fill memories.
  static let mostUnpacked = 200

  /// Opens `path`, to be unpacked if its name ends in .gz.
  convenience init(_ path: String) throws(DataError) {
    try self.init(raw: path)
    if Self.isGzip(path) { inflater = try Inflater(path: path) }
  }

  /// Opens `path` as it lies on disk.
  init(raw path: String) throws(DataError) {
    guard !path.utf8.contains(0) else {
      throw DataError(found: "a path with a NUL character", wanted: "a path to a file")
    }
    guard !path.isEmpty else { throw DataError(found: "an empty path", wanted: "a path to a file") }
    // Not blocking: a pipe nobody writes to must not hang before it is refused.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    self.path = path
    guard descriptor >= 0 else {
      let code = errno
      throw DataError(
        file: path, found: systemMessage(code), wanted: "a file that can be read",
        isMissing: code == ENOENT || code == ENOTDIR)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      close(descriptor)
      throw DataError(
        file: path, found: isFolder ? "a folder" : "a pipe or device", wanted: "an ordinary file")
    }
    sizeOnDisk = Int(status.st_size)
  }

  deinit { close(descriptor) }

  static func isGzip(_ path: String) -> Bool { path.utf8.reversed().starts(with: "zg.".utf8) }

  /// Fills `buffer` from the front; returns how many bytes came, 0 at the end.
  func read(into buffer: inout [UInt8]) throws(DataError) -> Int {
    guard let inflater else { return try readRaw(into: &buffer) }
    while true {
      if let count = try inflater.read(into: &buffer) {
        unpacked += count
        try checkSize()
        return count
      }
      let count = try readRaw(into: &inflater.input)
      try inflater.feed(count)
    }
  }

  var isPacked: Bool { inflater != nil }

  private func checkSize() throws(DataError) {
    guard unpacked > 256 << 20, unpacked / Self.mostUnpacked > sizeOnDisk else { return }
    throw DataError(
      file: path,
      found: "\(sizeOnDisk) bytes that unpack to more than \(Self.mostUnpacked) times as many",
      wanted: "packed text", remedy: "if it is meant so, unpack it with gunzip")
  }

  private func readRaw(into buffer: inout [UInt8]) throws(DataError) -> Int {
    let capacity = buffer.count
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, capacity) }
      if count >= 0 { return count }
      if errno == EINTR { continue }
      throw DataError(file: path, found: systemMessage(errno), wanted: "a file that can be read")
    }
  }

  /// Everything in the file, unpacked; an error beyond `limit` bytes.
  static func contents(of path: String, limit: Int = 4 << 30) throws(DataError) -> [UInt8] {
    let file = try InputFile(path)
    var bytes: [UInt8] = []
    if file.inflater == nil { bytes.reserveCapacity(min(file.sizeOnDisk, limit)) }
    var buffer = [UInt8](repeating: 0, count: chunk)
    while true {
      let count = try file.read(into: &buffer)
      if count == 0 { return bytes }
      guard bytes.count + count <= limit else {
        throw DataError(
          file: path, found: "more than \(limit) bytes in one piece",
          wanted: "at most \(limit) bytes", remedy: "write one row a line, as .jsonl")
      }
      bytes += buffer[..<count]
    }
  }
}

/// What the system says about an error number: "No such file or directory".
func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
