import Foundation
import RLXSession

/// The file in which a session is written down as it happens.
struct JournalFile: Sendable {
  let path: String

  /// Older journals than these many are deleted when a shell starts.
  private static let kept = 100

  /// A place for the journal of a new shell, among those of others; nil where it cannot be had.
  ///
  /// Named by time and process, so that no two shells meet and the newest sorts last.
  static func new() -> JournalFile? {
    let folder = SessionOptions.defaultJournalFolder
    let files = FileManager.default
    guard
      (try? files.createDirectory(atPath: folder, withIntermediateDirectories: true)) != nil,
      access(folder, W_OK) == 0
    else { return nil }
    let old = ((try? files.contentsOfDirectory(atPath: folder)) ?? []).sorted().dropLast(kept)
    for name in old { try? files.removeItem(atPath: folder + "/" + name) }
    return JournalFile(path: "\(folder)/\(timeStamp)-\(getpid()).rlx")
  }

  /// Has what was written on disk when it returns, whichever thread still writes.
  func flush() {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    fsync(file)
    close(file)
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Now as `20260131-120000`, in universal time.
  private static var timeStamp: String {
    var seconds = time(nil)
    var now = tm()
    gmtime_r(&seconds, &now)
    var name = [CChar](repeating: 0, count: 32)
    let count = strftime(&name, name.count, "%Y%m%d-%H%M%S", &now)
    return String(decoding: name.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
