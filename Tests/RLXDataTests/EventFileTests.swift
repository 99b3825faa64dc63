import Foundation
import RLXData
import Testing

@Suite struct EventFileTests {
  /// The examples of RFC 3720, appendix B.4.
  @Test(
    arguments: [
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      ((0..<32).map { UInt8($0) }, 0x46DD_794E), ((0..<32).map { UInt8(31 - $0) }, 0x113F_DB5C),
      (
        [
          0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0,
          0,
          0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
        ], 0xD996_3A56
      ),
      (Array("123456789".utf8), 0xE306_9283), ([], 0),
    ] as [([UInt8], UInt32)])
  func theCheckIsThatOfTheStandard(bytes: [UInt8], wanted: UInt32) {
    #expect(CRC32C.of(bytes) == wanted)
  }

  /// Every record's two checks hold, and its message says what was written.
  @Test func aFileReadsBackAsItWasWritten() throws {
    let values = [(name: "loss", value: 0.5), (name: "objective/kl", value: -1e-9)]
    let bytes =
      EventFile.header + EventFile.scalars(step: 300, values)
      + EventFile.texts(step: 300, name: "samples", ["Once → upon", "größer"])
    let events = try Self.records(bytes).map { try Message($0) }
    #expect(events.count == 3)
    #expect(events[0].text(3) == "brain.Event:2")
    #expect(events[1].integer(2) == 300)
    #expect(events[1].double(1) == 300)
    let scalars = try events[1].messages(5)[0].messages(1)
    #expect(scalars.map { $0.text(1) } == ["loss", "objective/kl"])
    #expect(scalars.map { $0.float(2) } == [0.5, -1e-9])
    let entry = try events[2].messages(5)[0].messages(1)[0]
    #expect(entry.text(1) == "samples")
    #expect(try entry.messages(9)[0].messages(1)[0].text(1) == "text")
    let tensor = try entry.messages(8)[0]
    #expect(tensor.integer(1) == 7)
    #expect(tensor.texts(8) == ["Once → upon", "größer"])
    #expect(try tensor.messages(2)[0].messages(2)[0].integer(1) == 2)
  }

  @Test func aFlippedBitIsFound() {
    var bytes = EventFile.scalars(step: 1, [("loss", 1)])
    bytes[20] ^= 1
    #expect(throws: Broken.self) { try Self.records(bytes) }
  }

  struct Broken: Error {}

  /// The messages of TFRecord frames; throws where a check fails or bytes are left over.
  static func records(_ bytes: [UInt8]) throws -> [[UInt8]] {
    var found: [[UInt8]] = []
    var rest = bytes[...]
    func word(_ count: Int) -> UInt64 {
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    func unmasked(_ masked: UInt64) -> UInt32 {
      let rotated = UInt32(masked) &- 0xA282_EAD8
      return rotated >> 17 | rotated << 15
    }
    while !rest.isEmpty {
      guard rest.count >= 16 else { throw Broken() }
      let head = rest.prefix(8)
      let length = Int(word(8))
      guard unmasked(word(4)) == CRC32C.of(head), rest.count >= length + 4 else { throw Broken() }
      let message = rest.prefix(length)
      rest = rest.dropFirst(length)
      guard unmasked(word(4)) == CRC32C.of(message) else { throw Broken() }
      found.append(Array(message))
    }
    return found
  }

  /// A protocol buffer's fields, in their order.
  struct Message {
    private var fields: [(field: Int, number: UInt64, bytes: [UInt8])] = []

    init(_ bytes: [UInt8]) throws {
      var rest = bytes[...]
      func variable() throws -> UInt64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while let byte = rest.popFirst() {
          value |= UInt64(byte & 0x7F) << shift
          if byte < 0x80 { return value }
          shift += 7
        }
        throw Broken()
      }
      while !rest.isEmpty {
        let key = try variable()
        switch key & 7 {
        case 0: fields.append((Int(key >> 3), try variable(), []))
        case 1, 5:
          let count = key & 7 == 1 ? 8 : 4
          let number = rest.prefix(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
          rest = rest.dropFirst(count)
          fields.append((Int(key >> 3), number, []))
        case 2:
          let count = Int(try variable())
          guard rest.count >= count else { throw Broken() }
          fields.append((Int(key >> 3), 0, Array(rest.prefix(count))))
          rest = rest.dropFirst(count)
        default: throw Broken()
        }
      }
    }

    private func all(_ field: Int) -> [(field: Int, number: UInt64, bytes: [UInt8])] {
      fields.filter { $0.field == field }
    }
    func integer(_ field: Int) -> Int? { all(field).first.map { Int($0.number) } }
    func double(_ field: Int) -> Double? { all(field).first.map { Double(bitPattern: $0.number) } }
    func float(_ field: Int) -> Float? {
      all(field).first.map { Float(bitPattern: UInt32($0.number)) }
    }
    func texts(_ field: Int) -> [String] {
      all(field).map { String(decoding: $0.bytes, as: UTF8.self) }
    }
    func text(_ field: Int) -> String? { texts(field).first }
    func messages(_ field: Int) throws -> [Message] { try all(field).map { try Message($0.bytes) } }
  }
}
