import CZlib

/// `bytes` as one gzip member, without name or time: the same bytes in give the same bytes out.
func gzip(_ bytes: [UInt8], path: String) throws(DataError) -> [UInt8] {
  let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  stream.initialize(to: z_stream())
  defer { stream.deallocate() }
  let size = Int32(MemoryLayout<z_stream>.size)
  let started = deflateInit2_(
    stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
  guard started == Z_OK else {
    throw DataError(file: path, found: "too little memory to pack it", wanted: "some memory")
  }
  defer { deflateEnd(stream) }
  var out: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: InputFile.chunk)
  var taken = 0
  var status = Z_OK
  while status == Z_OK {
    let next = min(bytes.count - taken, 1 << 30)
    let last = taken + next == bytes.count
    var input = Array(bytes[taken..<taken + next])
    taken += next
    stream.pointee.avail_in = UInt32(next)
    input.withUnsafeMutableBufferPointer { packed in
      stream.pointee.next_in = packed.baseAddress
      repeat {
        let capacity = piece.count
        piece.withUnsafeMutableBufferPointer {
          stream.pointee.next_out = $0.baseAddress
          stream.pointee.avail_out = UInt32(capacity)
          status = deflate(stream, last ? Z_FINISH : Z_NO_FLUSH)
        }
        out += piece[..<(capacity - Int(stream.pointee.avail_out))]
      } while stream.pointee.avail_out == 0
    }
  }
  return out
}
