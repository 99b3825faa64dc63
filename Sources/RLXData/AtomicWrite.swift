import Glibc

/// Writes `bytes` as the whole content of `path`: beside it first, flushed to disk, then renamed,
/// so that at any moment the old file or the new one is there and never half of one.
///
/// A link is followed; an existing file keeps its permissions.
package func writeAtomically(_ bytes: UnsafeRawBufferPointer, to path: String) throws(DataError) {
  guard !path.isEmpty, !path.utf8.contains(0) else {
    throw DataError(
      found: path.isEmpty ? "an empty path" : "a path with a NUL character",
      wanted: "a path to a file")
  }
  let target = resolved(path)
  var status = stat()
  let exists = stat(target, &status) == 0
  if exists, status.st_mode & S_IFMT != S_IFREG {
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    throw DataError(
      file: path, found: isFolder ? "a folder" : "a pipe or device", wanted: "an ordinary file")
  }
  var name = Array("\(target).XXXXXX".utf8CString)
  let descriptor = mkstemp(&name)
  guard descriptor >= 0 else { throw unwritable(path, errno) }
  do throws(DataError) {
    // mkstemp makes files for the owner only; a new file gets what the umask allows.
    fchmod(descriptor, exists ? status.st_mode & 0o7777 : 0o666 & ~currentMask())
    try write(bytes, to: descriptor, path: path)
    guard fsync(descriptor) == 0 else { throw unwritable(path, errno) }
  } catch {
    close(descriptor)
    unlink(name)
    throw error
  }
  guard close(descriptor) == 0, rename(name, target) == 0 else {
    let code = errno
    unlink(name)
    throw unwritable(path, code)
  }
  flushFolder(of: target)
}

package func writeAtomically(_ bytes: [UInt8], to path: String) throws(DataError) {
  try bytes.withUnsafeBytes { buffer in
    Result { () throws(DataError) in try writeAtomically(buffer, to: path) }
  }.get()
}

package func writeAtomically(_ text: String, to path: String) throws(DataError) {
  try writeAtomically(Array(text.utf8), to: path)
}

func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String)
  throws(DataError)
{
  var done = 0
  while done < bytes.count {
    let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { throw unwritable(path, errno) }
    done += count
  }
}

/// `path` with its links followed, as it is if it does not exist yet.
private func resolved(_ path: String) -> String {
  guard let real = realpath(path, nil) else { return path }
  defer { free(real) }
  return String(cString: real)
}

private func currentMask() -> mode_t {
  // The mask can only be read by setting it.
  let mask = umask(0o022)
  umask(mask)
  return mask
}

/// Makes the rename itself durable. Some file systems refuse, which loses nothing written.
private func flushFolder(of path: String) {
  let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
  let descriptor = open(folder ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}

func unwritable(_ path: String, _ code: Int32) -> DataError {
  DataError(file: path, found: systemMessage(code), wanted: "a place that can be written")
}
