import Foundation
import RLXSession

/// Where shells keep the journals of what is typed, for `:load --recover`.
enum JournalFolder {
  /// A path for the journal of a new shell, or nil where the folder cannot be had.
  ///
  /// Named by time and process, so that no two shells meet and the newest sorts last.
  static func newPath() -> String? {
    let folder = SessionOptions.defaultJournalFolder
    guard
      (try? FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)) != nil,
      access(folder, W_OK) == 0
    else { return nil }
    var seconds = time(nil)
    var now = tm()
    gmtime_r(&seconds, &now)
    var name = [CChar](repeating: 0, count: 32)
    strftime(&name, name.count, "%Y%m%d-%H%M%S", &now)
    let stamp = String(
      decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return "\(folder)/\(stamp)-\(getpid()).rlx"
  }
}
