import CSimdJSON
import Glibc

extension JSONParser {
  /// What a line of a file is, as far as a look at it tells.
  enum LineKind {
    case row
    /// Broken, or in need of a slower look: numbers beyond 64 bits, surrogates.
    case unsure
  }

  /// Checks a line that padding follows, and adds the keys of the row it is to `columns`, without
  /// making the row.
  func look(at line: UnsafeRawBufferPointer, _ columns: inout ColumnNames) -> LineKind {
    guard let handle, !Self.mayHoldSurrogates(line) else { return .unsure }
    var tape: UnsafePointer<UInt64>?
    var strings: UnsafePointer<UInt8>?
    let status = rlx_json_parse_padded(
      handle, line.baseAddress?.assumingMemoryBound(to: UInt8.self), line.count, &tape, &strings)
    guard status == RLX_JSON_OK.rawValue, let tape, let strings else { return .unsure }
    let root = tape[1]
    switch UInt8(truncatingIfNeeded: root >> 56) {
    case UInt8(ascii: "\""): columns.add("text")
    case UInt8(ascii: "{"):
      let end = Int(root & 0xFFFF_FFFF) - 1
      var place = 2
      var key = 0
      while place < end {
        let start = strings + Int(tape[place] & 0x00FF_FFFF_FFFF_FFFF)
        let count = Int(UnsafeRawPointer(start).loadUnaligned(as: UInt32.self))
        columns.add(UnsafeRawBufferPointer(start: start + 4, count: count), at: key)
        key += 1
        place = Self.behind(tape, place + 1)
      }
    default: return .unsure
    }
    return .row
  }

  /// The place behind the value at a place of the tape.
  private static func behind(_ tape: UnsafePointer<UInt64>, _ place: Int) -> Int {
    switch UInt8(truncatingIfNeeded: tape[place] >> 56) {
    case UInt8(ascii: "["), UInt8(ascii: "{"): Int(tape[place] & 0xFFFF_FFFF)
    case UInt8(ascii: "l"), UInt8(ascii: "u"), UInt8(ascii: "d"): place + 2
    default: place + 1
    }
  }

  /// Whether an escape \ud… stands in the line: simdjson lets one half of a pair pass.
  private static func mayHoldSurrogates(_ line: UnsafeRawBufferPointer) -> Bool {
    guard let base = line.baseAddress else { return false }
    var place = 0
    while let found = memchr(base + place, 0x5C, line.count - place) {
      let next = UnsafeRawPointer(found) - base + 1
      guard next + 1 < line.count else { return false }
      if line[next] == UInt8(ascii: "u"), line[next + 1] | 0x20 == UInt8(ascii: "d") { return true }
      place = next + 1
    }
    return false
  }
}
