import Foundation
import Glibc

/// What was typed in earlier sessions and in this one, oldest first.
///
/// The file has one JSON object a line, with one input each, however many lines that has. Entries
/// are only ever appended, each by one write, so several shells can share the file.
final class History {
  private struct Record: Codable {
    var time: Int
    var folder: String
    var text: String
  }

  /// Only the end of a long history is read: starting must stay fast.
  private static let bytesRead = 256 * 1024

  private(set) var entries: [String] = []
  private let path: String?

  /// A history kept at `path`, or in memory only if that is nil.
  init(path: String?) {
    self.path = path
    if let path { entries = Self.read(path) }
  }

  /// Takes an input; blank ones and repeats of the last are not kept.
  ///
  /// A history that cannot be written is no reason to disturb anyone: it then lasts as long as the
  /// shell does.
  func append(_ text: String) {
    guard !text.isBlank, text != entries.last else { return }
    entries.append(text)
    guard let path else { return }
    let record = Record(
      time: time(nil), folder: FileManager.default.currentDirectoryPath, text: text)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(record) else { return }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    defer { close(file) }
    // A line that a killed shell left unfinished would swallow this one.
    let start = Self.endsInsideLine(path) ? "\n" : ""
    writeAll(start + String(decoding: data, as: UTF8.self) + "\n", to: file)
  }

  private static func read(_ path: String) -> [String] {
    guard let file = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? file.close() }
    let size = (try? file.seekToEnd()) ?? 0
    let skipped = size > UInt64(bytesRead) ? size - UInt64(bytesRead) : 0
    guard (try? file.seek(toOffset: skipped)) != nil, let data = try? file.readToEnd() else {
      return []
    }
    let lines = data.split(separator: UInt8(ascii: "\n"))
    let decoder = JSONDecoder()
    // The first line is cut where the reading began inside it; broken ones are passed over.
    return lines.dropFirst(skipped > 0 ? 1 : 0)
      .compactMap { try? decoder.decode(Record.self, from: Data($0)).text }
  }

  private static func endsInsideLine(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    guard let size = try? file.seekToEnd(), size > 0,
      (try? file.seek(toOffset: size - 1)) != nil
    else { return false }
    return (try? file.readToEnd()) != Data([UInt8(ascii: "\n")])
  }
}
