import RLXData
import RLXTensor

/// The header of a safetensors file: 8 bytes of length, then that many bytes of JSON.
struct CheckpointHeader {
  let entries: [Checkpoint.Entry]
  let metadata: [(key: String, value: String)]
  /// Where the data begins, in bytes from the start of the file.
  let dataStart: Int

  /// Bytes of one element, by format.
  private static let sizes: [String: Int] = [
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "F8_E8M0": 1, "U16": 2, "I16": 2,
    "F16": 2, "BF16": 2, "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8, "C64": 8,
  ]
  /// The largest header the format allows.
  private static let largest = 100_000_000

  /// Checks the whole header: its length, its JSON, known formats, shapes that fit their bytes, and
  /// tensors that lie one behind the other from the first byte to the last.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(ModelError) {
    let text = try Self.text(bytes, path)
    dataStart = 8 + text.count
    let size = bytes.count - dataStart
    let fields: JSONFields
    do {
      fields = try JSONFields(bytes: Array(text), file: path)
    } catch {
      throw .brokenFile(
        path: path, found: "a header that is not JSON: \(error.given)", wanted: "a JSON object")
    }
    metadata = try Self.metadata(fields)
    var found: [Checkpoint.Entry] = []
    found.reserveCapacity(fields.object.count)
    for (name, value) in fields.object where !name.isExactly("__metadata__") {
      guard let object = value.objectValue else {
        throw fields.wrong(name, value, wanted: "an object")
      }
      found.append(try Self.entry(name, JSONFields(object: object, file: path, place: name + ".")))
    }
    found.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var end = 0
    for entry in found {
      guard entry.range.lowerBound == end else {
        throw .brokenFile(
          path: path, found: "\(entry.name) at byte \(entry.range.lowerBound) of the data",
          wanted: "it at byte \(end), where the tensor before it ends")
      }
      end = entry.range.upperBound
    }
    guard end == size else {
      throw .brokenFile(
        path: path, found: "\(size) bytes of data", wanted: "\(end), as the header says")
    }
    entries = found
  }

  /// The JSON of the header.
  private static func text(
    _ bytes: UnsafeRawBufferPointer, _ path: String
  ) throws(ModelError) -> Slice<UnsafeRawBufferPointer> {
    guard bytes.count >= 8 else {
      throw .brokenFile(
        path: path, found: "\(bytes.count) bytes", wanted: "a safetensors file of at least 8")
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(min(largest, bytes.count - 8)) else {
      throw .brokenFile(
        path: path, found: "a header of \(length) bytes in a file of \(bytes.count)",
        wanted: "a header that ends within the file, of at most \(largest) bytes")
    }
    let text = bytes[8..<8 + Int(length)]
    guard text.first == UInt8(ascii: "{") else {
      throw .brokenFile(
        path: path, found: "a header that does not begin with {", wanted: "a JSON object")
    }
    return text
  }

  private static func metadata(
    _ fields: JSONFields
  ) throws(ModelError) -> [(key: String, value: String)] {
    guard let inner = try fields.fields("__metadata__") else { return [] }
    var result: [(key: String, value: String)] = []
    for key in inner.object.keys {
      guard let text = try inner.string(key) else { throw inner.missing(key) }
      result.append((key, text))
    }
    return result
  }

  private static func entry(
    _ name: String, _ fields: JSONFields
  ) throws(ModelError) -> Checkpoint.Entry {
    guard let format = try fields.string("dtype") else { throw fields.missing("dtype") }
    guard let width = sizes[format] else {
      throw fields.wrong(
        "dtype", .string(format), wanted: "a format of safetensors, such as \"F32\"")
    }
    let shape = try numbers("shape", fields)
    let offsets = try numbers("data_offsets", fields)
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw fields.wrong(
        "data_offsets", .array(offsets.map { .int($0) }), wanted: "a begin and an end")
    }
    // A shape with a 0 in it must fit too, for its strides' sake.
    var size = width
    for dimension in shape {
      let (product, overflows) = size.multipliedReportingOverflow(by: max(dimension, 1))
      guard !overflows else {
        throw fields.wrong(
          "shape", .array(shape.map { .int($0) }), wanted: "a shape that fits a file")
      }
      size = product
    }
    if shape.contains(0) { size = 0 }
    guard offsets[1] - offsets[0] == size else {
      throw .brokenFile(
        path: fields.file,
        found: "\(name) with \(offsets[1] - offsets[0]) bytes",
        wanted: "\(size), for \(format) of shape \(Shape(shape))")
    }
    return Checkpoint.Entry(
      name: name, format: format, shape: Shape(shape), range: offsets[0]..<offsets[1])
  }

  /// An array of whole numbers of at least 0.
  private static func numbers(_ name: String, _ fields: JSONFields) throws(ModelError) -> [Int] {
    guard let values = try fields.array(name) else { throw fields.missing(name) }
    var numbers: [Int] = []
    for value in values {
      guard case .int(let number) = value, number >= 0 else {
        throw fields.wrong(name, .array(values), wanted: "whole numbers of at least 0")
      }
      numbers.append(number)
    }
    return numbers
  }
}
