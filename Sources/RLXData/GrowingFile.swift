import Glibc

/// A file that is written anew and then grows, such as a log somebody watches. What has been added is in
/// the file when `add` returns; a process killed meanwhile leaves at most its last addition cut short.
package final class GrowingFile {
  private let descriptor: Int32
  private let path: String

  /// Empties the file at `path`, or makes it.
  package init(_ path: String) throws(DataError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw unwritable(path, errno) }
  }

  deinit { close(descriptor) }

  package func add(_ bytes: [UInt8]) throws(DataError) {
    try bytes.withUnsafeBytes { buffer in
      Result { () throws(DataError) in try write(buffer, to: descriptor, path: path) }
    }.get()
  }
}
