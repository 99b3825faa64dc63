import RLXData
import RLXTensor

extension Checkpoint {
  /// Writes tensors as float32 to a safetensors file, beside its place first, then renamed.
  ///
  /// The header is padded with spaces so that the data begins at a multiple of 8 bytes, as the
  /// format's own writer does.
  package static func write(
    _ tensors: [(name: String, tensor: Tensor)],
    metadata: [(key: String, value: String)] = [("format", "pt")], to path: String
  ) throws(ModelError) {
    var header = JSONObject()
    header["__metadata__"] = .object(metadata.map { (key: $0.key, value: .string($0.value)) })
    var end = 0
    for (name, tensor) in tensors {
      precondition(header[name] == nil, "two tensors by the name of \(name)")
      let begin = end
      end += 4 * tensor.count
      header[name] = [
        "dtype": "F32", "shape": .array(tensor.shape.dims.map { .int($0) }),
        "data_offsets": [.int(begin), .int(end)],
      ]
    }
    var text: [UInt8] = []
    // There is no number in the header that JSON cannot write.
    try? header.serialize(into: &text)
    text += repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8)

    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + text.count + end)
    withUnsafeBytes(of: UInt64(text.count).littleEndian) { bytes += $0 }
    bytes += text
    for (_, tensor) in tensors {
      tensor.withFloats { bytes += UnsafeRawBufferPointer($0) }
    }
    do {
      try writeAtomically(bytes, to: path)
    } catch {
      throw .unwritable(path: path, reason: error.found)
    }
  }
}
