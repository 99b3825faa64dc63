/// The records of a file that TensorBoard reads: `Event` messages of TensorFlow's protocol buffers
/// (event.proto, summary.proto) in TFRecord frames.
///
/// Each frame is the length (8 bytes, low first), its masked CRC-32C, the message, its masked CRC-32C.
/// An event must have a `wall_time`. A log has no times, so it is the step, in seconds since 1970: the
/// same log always gives the same file. TensorBoard orders by step; only its axes "Relative" and "Wall"
/// show that number.
package enum EventFile {
  /// TensorBoard reads files with `tfevents` in their name, in the order of their names.
  package static let name = "events.out.tfevents.0000000000.rlx"

  /// The first record, which says what the others are.
  package static var header: [UInt8] {
    var event = ProtocolBuffer()
    event.double(1, 0)
    event.text(3, "brain.Event:2")
    return framed(event.bytes)
  }

  /// Numbers under their names at a step.
  package static func scalars(step: Int, _ values: [(name: String, value: Double)]) -> [UInt8] {
    summary(
      step: step,
      values.map { name, value in
        var entry = ProtocolBuffer()
        entry.text(1, name)
        entry.float(2, Float(value))
        return entry.bytes
      })
  }

  /// Texts under one name at a step, for the page "Text".
  package static func texts(step: Int, name: String, _ texts: [String]) -> [UInt8] {
    var plugin = ProtocolBuffer()
    plugin.text(1, "text")
    var metadata = ProtocolBuffer()
    metadata.message(1, plugin.bytes)
    metadata.integer(4, 2)  // DATA_CLASS_TENSOR
    var dimension = ProtocolBuffer()
    dimension.integer(1, texts.count)
    var shape = ProtocolBuffer()
    shape.message(2, dimension.bytes)
    var tensor = ProtocolBuffer()
    tensor.integer(1, 7)  // DT_STRING
    tensor.message(2, shape.bytes)
    for text in texts { tensor.text(8, text) }
    var entry = ProtocolBuffer()
    entry.text(1, name)
    entry.message(8, tensor.bytes)
    entry.message(9, metadata.bytes)
    return summary(step: step, [entry.bytes])
  }

  private static func summary(step: Int, _ entries: [[UInt8]]) -> [UInt8] {
    var summary = ProtocolBuffer()
    for entry in entries { summary.message(1, entry) }
    var event = ProtocolBuffer()
    event.double(1, Double(step))
    event.integer(2, step)
    event.message(5, summary.bytes)
    return framed(event.bytes)
  }

  private static func framed(_ message: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(message.count))
    return length + littleEndian(CRC32C.masked(length)) + message
      + littleEndian(CRC32C.masked(message))
  }
}

/// The wire format of protocol buffers, as far as events need it: a key of field and kind before each
/// value, integers in groups of seven bits.
private struct ProtocolBuffer {
  private(set) var bytes: [UInt8] = []

  mutating func integer(_ field: Int, _ value: Int) {
    key(field, 0)
    variable(UInt64(bitPattern: Int64(value)))
  }

  mutating func double(_ field: Int, _ value: Double) {
    key(field, 1)
    bytes += littleEndian(value.bitPattern)
  }

  mutating func float(_ field: Int, _ value: Float) {
    key(field, 5)
    bytes += littleEndian(value.bitPattern)
  }

  mutating func text(_ field: Int, _ value: String) { message(field, Array(value.utf8)) }

  mutating func message(_ field: Int, _ value: [UInt8]) {
    key(field, 2)
    variable(UInt64(value.count))
    bytes += value
  }

  private mutating func key(_ field: Int, _ kind: UInt64) { variable(UInt64(field) << 3 | kind) }

  private mutating func variable(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

private func littleEndian<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
  withUnsafeBytes(of: word.littleEndian) { Array($0) }
}
