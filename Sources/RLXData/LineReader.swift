import Glibc

/// The lines of a file, one at a time, without their ends (LF or CRLF).
struct LineReader {
  /// A line longer than this is no line of a dataset.
  static let longest = 1 << 30

  private let file: InputFile
  private var buffer = [UInt8](repeating: 0, count: InputFile.chunk)
  private var start = 0
  private var end = 0
  private var ended = false
  /// 1-based number of the line last returned.
  private(set) var number = 0

  init(_ file: InputFile) { self.file = file }

  /// Calls `body` with the next line; nil at the end of the file.
  mutating func next<Value>(_ body: (UnsafeRawBufferPointer) throws(DataError) -> Value)
    throws(DataError) -> Value?
  {
    var line: [UInt8] = []
    while true {
      if start == end, try !refill() {
        return line.isEmpty ? nil : try deliver(line, body)
      }
      if let length = lengthOfLine() {
        line += buffer[start..<start + length]
        start += length + 1
        return try deliver(line, body)
      }
      line += buffer[start..<end]
      start = end
      guard line.count <= Self.longest else {
        throw DataError(
          file: file.path, line: number + 1, found: "a line of more than \(Self.longest) bytes",
          wanted: "one row a line")
      }
    }
  }

  /// Reads on; false at the end of the file.
  private mutating func refill() throws(DataError) -> Bool {
    if ended { return false }
    start = 0
    end = try file.read(into: &buffer)
    ended = end == 0
    return !ended
  }

  private func lengthOfLine() -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress,
        let found = memchr(base + start, 0x0A, end - start)
      else { return nil }
      return UnsafeRawPointer(found) - base - start
    }
  }

  private mutating func deliver<Value>(
    _ line: [UInt8], _ body: (UnsafeRawBufferPointer) throws(DataError) -> Value
  ) throws(DataError) -> Value {
    number += 1
    return try line.withUnsafeBytes { bytes in
      Result { () throws(DataError) in
        try body(
          bytes.last == 0x0D ? UnsafeRawBufferPointer(rebasing: bytes.dropLast()) : bytes)
      }
    }.get()
  }
}
