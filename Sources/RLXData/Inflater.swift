import CZlib

/// A gzip stream (RFC 1952), members in a row included, unpacked by zlib piece by piece.
final class Inflater {
  private let path: String
  /// Packed bytes: `feed` says how many were put here.
  var input = [UInt8](repeating: 0, count: InputFile.chunk)
  private var taken = 0
  private var available = 0
  /// On the heap: zlib remembers and checks its address.
  private let stream: UnsafeMutablePointer<z_stream>
  private var ended = false
  private var between = true
  private var started = false

  init(path: String) throws(DataError) {
    self.path = path
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 16 more than the largest window: gzip's wrapping and nothing else.
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, size) == Z_OK else {
      throw DataError(file: path, found: "too little memory to unpack it", wanted: "some memory")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Takes over `count` bytes that lie in `input`; 0 says that the file has ended.
  func feed(_ count: Int) throws(DataError) {
    taken = 0
    available = count
    guard count == 0 else { return }
    guard between, started else {
      throw broken(started ? "the end of the file within the data" : "an empty file")
    }
    ended = true
  }

  /// Unpacks into `buffer`: the bytes written, 0 at the end, nil if more input is needed first.
  func read(into buffer: inout [UInt8]) throws(DataError) -> Int? {
    if ended { return 0 }
    while available > 0 {
      if between, started {
        // Padding with zeros after the last member is customary and means nothing.
        while available > 0, input[taken] == 0 { skip(1) }
        if available == 0 { return nil }
        guard input[taken] == 0x1F else { throw broken("other bytes after the packed data") }
        inflateReset(stream)
      }
      between = false
      started = true
      let (status, written) = step(into: &buffer)
      switch status {
      case Z_STREAM_END: between = true
      case Z_OK, Z_BUF_ERROR: break
      default: throw broken(stream.pointee.msg.map { String(cString: $0) } ?? "damaged data")
      }
      if written > 0 { return written }
    }
    return nil
  }

  private func step(into buffer: inout [UInt8]) -> (status: Int32, written: Int) {
    let capacity = buffer.count
    return input.withUnsafeMutableBufferPointer { packed in
      buffer.withUnsafeMutableBufferPointer { plain in
        stream.pointee.next_in = packed.baseAddress.map { $0 + taken }
        stream.pointee.avail_in = UInt32(available)
        stream.pointee.next_out = plain.baseAddress
        stream.pointee.avail_out = UInt32(capacity)
        let status = inflate(stream, Z_NO_FLUSH)
        skip(available - Int(stream.pointee.avail_in))
        return (status, capacity - Int(stream.pointee.avail_out))
      }
    }
  }

  private func skip(_ count: Int) {
    taken += count
    available -= count
  }

  private func broken(_ found: String) -> DataError {
    DataError(
      file: path, found: found, wanted: "a whole gzip file",
      remedy: "fetch or pack the file again")
  }
}
