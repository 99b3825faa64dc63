import Foundation
import RLXModels
import RLXTensor
import RLXTestSupport
import Testing

@Suite(.serialized) struct CheckpointTests {
  /// The bytes of a safetensors file.
  private func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
    let text = Array(header.utf8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text + data
  }

  private func error(_ bytes: [UInt8]) throws -> ModelError? {
    try Support.withFolder { folder in
      try Support.write(bytes, folder + "/x.safetensors")
      return Support.error { try Checkpoint(folder + "/x.safetensors") }
    }
  }

  @Test func writesWhatItReads() throws {
    try Support.withFolder { folder in
      let path = folder + "/w.safetensors"
      let first = Tensor([1, -0.0, .infinity, 1e-42, .pi, -3.4e38], [2, 3])
      let tensors: [(name: String, tensor: Tensor)] = [
        ("b", first), ("a", Tensor([], [0, 4])), ("s", .scalar(7)), ("t", first.transposed()),
        ("é", Tensor([2], [1])), ("e\u{301}", Tensor([3], [1])),
      ]
      try Checkpoint.write(tensors, to: path)
      let checkpoint = try Checkpoint(path)
      #expect(checkpoint.metadata.map(\.value) == ["pt"])
      #expect(Set(checkpoint.names.map { Array($0.utf8) }).count == 6)
      for (name, tensor) in tensors {
        let read = try checkpoint.tensor(named: name)
        #expect(read.shape == tensor.shape)
        #expect(read.array.map(\.bitPattern) == tensor.array.map(\.bitPattern), "\(name)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["w.safetensors"])
    }
  }

  @Test func widensHalvesExactly() throws {
    // Every 16-bit pattern, behind a header that leaves the data at an odd address.
    let halves = (0...UInt16.max).map { $0 }
    let bytes = halves.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    for format in ["F16", "BF16"] {
      let header = """
        {"h":{"dtype":"\(format)","shape":[65536],"data_offsets":[0,131072]}}
        """
      for padding in 0..<2 {
        try Support.withFolder { folder in
          let path = folder + "/h.safetensors"
          let padded = header + String(repeating: " ", count: padding)
          try Support.write(file(padded, data: bytes), path)
          let read = try Checkpoint(path).tensor(named: "h").array
          let wrong = zip(halves, read).filter { half, value in
            let wanted =
              format == "BF16"
              ? Float(bitPattern: UInt32(half) << 16) : Float(Float16(bitPattern: half))
            return value.bitPattern != wanted.bitPattern && !(value.isNaN && wanted.isNaN)
          }
          #expect(read.count == 65536 && wrong.isEmpty)
        }
      }
    }
  }

  /// Headers that are wrong, and a word of what the error must say.
  static let broken: [(header: String, data: Int, says: String)] = [
    ("", 0, "{"),
    ("[]", 0, "{"),
    (" {}", 0, "{"),
    ("{", 0, "JSON"),
    ("{}x", 0, "JSON"),
    ("{}", 4, "0"),
    ("{\"a\":1}", 0, "object"),
    ("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "dtype"),
    ("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "shape"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "data_offsets"),
    ("{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "F31"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "8"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 3, "4"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 5, "4"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "0"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "begin"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4, "begin"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "whole"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4, "whole"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}}", 4, "array"),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0,
      "shape"
    ),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[0,4611686018427387904,4],\"data_offsets\":[0,0]}}", 0,
      "shape"
    ),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
        + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "a"
    ),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[9223372036854775804,9223372036854775807]}}",
      4, "3"
    ),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "b"
    ),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}", 12, "b"
    ),
    ("{\"__metadata__\":{\"x\":1}}", 0, "x"),
    ("{\"__metadata__\":[]}", 0, "__metadata__"),
  ]

  @Test(arguments: broken)
  func refusesABrokenHeader(header: String, data: Int, says: String) throws {
    let found = try #require(
      try error(file(header, data: Array(repeating: 0, count: data))), "\(header) went through")
    #expect(found.description.contains("x.safetensors"))
    #expect(found.description.contains(says), "\(found)")
  }

  @Test func refusesALengthThatIsWrong() throws {
    #expect(try error([]) != nil)
    #expect(try error([1, 2, 3]) != nil)
    #expect(try error([255, 255, 255, 255, 255, 255, 255, 255, 123, 125]) != nil)
    #expect(try error([3, 0, 0, 0, 0, 0, 0, 0, 123, 125]) != nil)
    #expect(try error([2, 0, 0, 0, 0, 0, 0, 0, 123, 125]) == nil)
  }

  @Test func survivesAnyBytes() throws {
    let path = Repository.golden("models/tied/model.safetensors").path
    let whole = try Support.read(path)
    var numbers = SeededNumbers(seed: 17)
    try Support.withFolder { folder in
      let target = folder + "/x.safetensors"
      for round in 0..<600 {
        var bytes = Array(whole.prefix(Int.random(in: 0...4000, using: &numbers)))
        if round % 3 == 0 { bytes = whole }
        for _ in 0..<Int.random(in: 0...4, using: &numbers) where !bytes.isEmpty {
          // Mostly within the header.
          let place = Int.random(in: 0..<min(bytes.count, 1700), using: &numbers)
          bytes[place] = UInt8.random(in: 0...255, using: &numbers)
        }
        try Support.write(bytes, target)
        do {
          let checkpoint = try Checkpoint(target)
          for entry in checkpoint.entries where entry.format.contains("F") {
            _ = try? checkpoint.tensor(named: entry.name)
          }
        } catch {
          #expect((error as? ModelError)?.description.isEmpty == false)
        }
      }
    }
  }

  @Test func namesTheTensorItCannotGive() throws {
    let header = """
      {"i":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}
      """
    try Support.withFolder { folder in
      let path = folder + "/x.safetensors"
      try Support.write(file(header, data: Array(repeating: 0, count: 8)), path)
      let checkpoint = try Checkpoint(path)
      #expect(
        Support.error { try checkpoint.tensor(named: "i") }
          == .unsupportedFormat(tensor: "i", file: path, found: "I64"))
      #expect(
        Support.error { try checkpoint.tensor(named: "j") }
          == .missingTensor(name: "j", file: path))
      #expect(
        Support.error { try checkpoint.tensor(named: "i", shape: [2]) }
          == .wrongShape(tensor: "i", file: path, wanted: [2], found: [1]))
    }
  }

  @Test func aFileThatIsNotThereOrNoFileIsAnError() throws {
    #expect(Support.error { try Checkpoint("/nowhere/x.safetensors") }?.isMissingFile == true)
    #expect(Support.error { try Checkpoint("") }?.isMissingFile == true)
    #expect(Support.error { try Checkpoint("/tmp") }?.isMissingFile == false)
    let unwritable = Support.error {
      try Checkpoint.write([("a", .scalar(1))], to: "/nowhere/at/all/x.safetensors")
    }
    guard case .unwritable? = unwritable else {
      Issue.record("\(String(describing: unwritable))")
      return
    }
  }
}
