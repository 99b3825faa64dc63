import Glibc
import Synchronization

/// The rows of a file of JSON lines, each read from the file when it is asked for.
final class IndexedRows: Rows {
  private let bytes: StoredBytes
  private let index: LineIndex
  /// Used under `lock` only.
  nonisolated(unsafe) private let parser = JSONParser()
  private let lock = Mutex(())
  private let known = Mutex<SHA256.Digest?>(nil)

  init(_ bytes: StoredBytes, _ index: LineIndex) {
    self.bytes = bytes
    self.index = index
  }

  var count: Int { index.count }
  var isLazy: Bool { true }
  func line(_ place: Int) -> Int? { index.line(of: place) }

  func row(_ place: Int) throws(DataError) -> Row {
    let start = index.start(of: place)
    let next = place + 1 < count ? index.start(of: place + 1) : bytes.count
    return try row(from: start, before: next, line: index.line(of: place))
  }

  /// The row that begins at `start` on the line `number` and ends before `next`. What it throws says
  /// what is wrong with the line.
  func row(from start: Int, before next: Int? = nil, line number: Int) throws(DataError) -> Row {
    let line = try text(from: start, before: next ?? bytes.count, line: number)
    let value = try line.withUnsafeBytes { whole in
      // The byte order mark belongs to the first line.
      let isMarked = start == 0 && whole.hasUTF8Mark
      let buffer = isMarked ? UnsafeRawBufferPointer(rebasing: whole.dropFirst(3)) : whole
      return lock.withLock { _ in
        Result { () throws(DataError) in
          try parser.parse(buffer, file: bytes.path, firstLine: number)
        }
      }
    }.get()
    if let row = Dataset.row(value) { return row }
    throw DataError(
      file: bytes.path, line: number, found: value.kind,
      wanted: "a row: an object, or a string for a row {text}")
  }

  /// The bytes from `start` up to the end of the line.
  private func text(from start: Int, before next: Int, line number: Int) throws(DataError)
    -> [UInt8]
  {
    var line: [UInt8] = []
    var place = start
    while place < next {
      let size = min(next - place, max(1 << 16, line.count))
      var piece = [UInt8](repeating: 0, count: size)
      try piece.withUnsafeMutableBytes { buffer in
        Result { () throws(DataError) in try bytes.read(buffer, at: place) }
      }.get()
      if let end = piece.withUnsafeBytes({ $0.firstIndex(of: 0x0A) }) {
        return line + piece[..<end]
      }
      line += piece
      place += size
      guard line.count <= LineReader.longest else {
        throw DataError(
          file: bytes.path, line: number, found: "a line of more than \(LineReader.longest) bytes",
          wanted: "one row a line")
      }
    }
    return line
  }

  /// Takes the hash of the file from one who has it. The bytes of a packed file are others.
  func know(_ hash: SHA256.Digest) {
    if !InputFile.isGzip(bytes.path) { known.withLock { $0 = hash } }
  }

  func digest() throws(DataError) -> SHA256.Digest? {
    if let known = known.withLock({ $0 }) { return known }
    let hash = try bytes.hash()
    known.withLock { $0 = hash }
    return hash
  }
}
