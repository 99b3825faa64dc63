import RLXTensor

/// A safetensors file, open for reading.
///
/// The header is checked whole before anything is read: every byte string either opens or is an
/// error that says what is wrong. Format: https://huggingface.co/docs/safetensors
package struct Checkpoint {
  /// One tensor as the header describes it.
  package struct Entry: Sendable, Equatable {
    package let name: String
    /// The format as the file spells it: "F32".
    package let format: String
    package let shape: Shape
    /// Bytes from the end of the header.
    let range: Range<Int>
  }

  package let path: String
  /// In the order of their data.
  package let entries: [Entry]
  /// What `__metadata__` says.
  package let metadata: [(key: String, value: String)]
  private let file: MappedFile
  private let dataStart: Int
  /// By the bytes of the name: equal strings may have different ones.
  private let index: [[UInt8]: Int]

  package init(_ path: String) throws(ModelError) {
    self.path = path
    file = try MappedFile(path)
    let header = try file.withBytes { bytes throws(ModelError) in
      try CheckpointHeader(bytes, path: path)
    }
    entries = header.entries
    metadata = header.metadata
    dataStart = header.dataStart
    index = Dictionary(
      entries.enumerated().map { (Array($1.name.utf8), $0) },
      uniquingKeysWith: { first, _ in first })
  }

  package var names: [String] { entries.map(\.name) }

  package subscript(name: String) -> Entry? { index[Array(name.utf8)].map { entries[$0] } }

  /// The values of a tensor as float32, in the shape of the file.
  package func tensor(named name: String) throws(ModelError) -> Tensor {
    guard let entry = self[name] else { throw .missingTensor(name: name, file: path) }
    guard let format = FloatFormat(name: entry.format) else {
      throw .unsupportedFormat(tensor: name, file: path, found: entry.format)
    }
    let range = dataStart + entry.range.lowerBound..<dataStart + entry.range.upperBound
    return file.withBytes { bytes in
      Tensor.reading(UnsafeRawBufferPointer(rebasing: bytes[range]), as: format, entry.shape)
    }
  }

  /// The same, for a tensor that must have a certain shape.
  package func tensor(named name: String, shape: Shape) throws(ModelError) -> Tensor {
    if let entry = self[name], entry.shape != shape {
      throw .wrongShape(tensor: name, file: path, wanted: shape, found: entry.shape)
    }
    return try tensor(named: name)
  }
}
