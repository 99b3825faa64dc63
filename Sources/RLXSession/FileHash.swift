import Dispatch
import RLXData
import Synchronization

/// The SHA-256 of a file, on a thread of its own until somebody asks for it.
final class FileHash: Sendable {
  private let result = Mutex<Result<(digest: SHA256.Digest, size: Int), DataError>?>(nil)
  private let done = DispatchGroup()

  init(_ path: String) {
    DispatchQueue.global().async(group: done) { [self] in
      let found = Result { () throws(DataError) in try SHA256.ofFile(path) }
      result.withLock { $0 = found }
    }
  }

  /// Waits for it.
  func value() throws(DataError) -> (digest: SHA256.Digest, size: Int) {
    done.wait()
    guard let found = result.withLock({ $0 }) else {
      preconditionFailure("the thread has left its result")
    }
    return try found.get()
  }
}
