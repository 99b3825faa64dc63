import CSimdJSON

/// simdjson with its buffers, kept for the next document: a file of many lines uses one.
final class JSONParser {
  /// Arrays and objects inside each other, at most.
  static let maxDepth = 1024

  let handle: OpaquePointer?

  init() { handle = rlx_json_parser_new(Self.maxDepth) }
  deinit { rlx_json_parser_free(handle) }

  /// The one value in `bytes`. Errors name the line, counted from `firstLine`.
  func parse(_ bytes: UnsafeRawBufferPointer, file: String?, firstLine: Int = 1)
    throws(DataError) -> JSON
  {
    let body = bytes.hasUTF8Mark ? UnsafeRawBufferPointer(rebasing: bytes.dropFirst(3)) : bytes
    guard let handle else { throw Self.noMemory(file) }
    var tape: UnsafePointer<UInt64>?
    var strings: UnsafePointer<UInt8>?
    let base = body.baseAddress?.assumingMemoryBound(to: UInt8.self)
    var status = rlx_json_status(
      UInt32(rlx_json_parse(handle, base, body.count, &tape, &strings)))
    if status == RLX_JSON_NUMBER, let widened = Self.wideningLongIntegers(body) {
      status = widened.withUnsafeBufferPointer {
        rlx_json_status(
          UInt32(rlx_json_parse(handle, $0.baseAddress, $0.count, &tape, &strings)))
      }
    }
    switch status {
    case RLX_JSON_OK:
      if let tape, let strings {
        var reader = TapeReader(tape: tape, strings: strings)
        if let value = reader.value() { return value }
      }
    case RLX_JSON_NO_MEMORY: throw Self.noMemory(file)
    case RLX_JSON_TOO_LARGE:
      throw DataError(
        file: file, found: "\(body.count) bytes in one JSON value", wanted: "at most 4 GB",
        remedy: "write one row a line, as .jsonl")
    default: break
    }
    // simdjson says only that something is wrong: a slow strict scan says where.
    var scan = JSONFault.Scanner(body)
    let fault =
      scan.firstFault(maxDepth: Self.maxDepth)
      ?? JSONFault(offset: 0, found: "something else", wanted: "JSON")
    throw fault.error(in: body, file: file, firstLine: firstLine)
  }

  private static func noMemory(_ file: String?) -> DataError {
    DataError(file: file, found: "too little memory to read it", wanted: "room for the file")
  }

  /// A copy in which each integer beyond 64 bits is written as a float, nil if there is none.
  ///
  /// simdjson refuses such an integer; JSON allows it, and it is read as a double. An exponent of
  /// zero changes no value, and what was malformed stays so.
  private static func wideningLongIntegers(_ body: UnsafeRawBufferPointer) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(body.count + 16)
    var changed = false
    var place = 0
    while place < body.count {
      let start = place
      let isString = body[place] == UInt8(ascii: "\"")
      place = isString ? endOfString(body, from: place) : endOfNumber(body, from: place)
      if place == start { place += 1 }
      out += body[start..<place]
      if !isString, isLongInteger(body[start..<place]) {
        out += "e0".utf8
        changed = true
      }
    }
    return changed ? out : nil
  }

  private static func endOfString(_ body: UnsafeRawBufferPointer, from start: Int) -> Int {
    var place = start + 1
    while place < body.count, body[place] != UInt8(ascii: "\"") {
      place += body[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(place + 1, body.count)
  }

  /// Where the run of characters that numbers are made of ends.
  private static func endOfNumber(_ body: UnsafeRawBufferPointer, from start: Int) -> Int {
    var place = start
    while place < body.count, isOfNumber(body[place]) { place += 1 }
    return place
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private static func isLongInteger(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
    let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
    guard digits.count >= 19, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return false }
    return Int(String(decoding: text, as: UTF8.self)) == nil
  }
}

/// A walk over simdjson's tape: words of an 8-bit type and a 56-bit payload.
private struct TapeReader {
  let tape: UnsafePointer<UInt64>
  let strings: UnsafePointer<UInt8>
  var place = 1  // word 0 is the root

  init(tape: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>) {
    self.tape = tape
    self.strings = strings
  }

  /// The value that begins here; nil if a string is not UTF-8, as a lone surrogate makes it.
  mutating func value() -> JSON? {
    let word = tape[place]
    place += 1
    switch UInt8(truncatingIfNeeded: word >> 56) {
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "t"): return .bool(true)
    case UInt8(ascii: "f"): return .bool(false)
    case UInt8(ascii: "l"): return .int(Int(truncatingIfNeeded: number()))
    case UInt8(ascii: "u"): return .double(Double(number()))
    case UInt8(ascii: "d"): return .double(Double(bitPattern: number()))
    case UInt8(ascii: "\""): return string(word).map { .string($0) }
    case UInt8(ascii: "["): return array(word)
    case UInt8(ascii: "{"): return object(word)
    default: return nil
    }
  }

  private mutating func number() -> UInt64 {
    defer { place += 1 }
    return tape[place]
  }

  private func string(_ word: UInt64) -> String? {
    let start = strings + Int(word & 0x00FF_FFFF_FFFF_FFFF)
    let count = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
    return String(
      validating: UnsafeBufferPointer(start: start + 4, count: Int(count)), as: UTF8.self)
  }

  /// The payload of an opening bracket: the word after the closing one, and a count that saturates
  /// at 2²⁴ − 1.
  private static func span(_ word: UInt64) -> (end: Int, count: Int) {
    (Int(word & 0xFFFF_FFFF) - 1, Int((word >> 32) & 0xFF_FFFF))
  }

  private mutating func array(_ word: UInt64) -> JSON? {
    let (end, count) = Self.span(word)
    var values: [JSON] = []
    values.reserveCapacity(count)
    while place < end {
      guard let element = value() else { return nil }
      values.append(element)
    }
    place = end + 1
    return .array(values)
  }

  private mutating func object(_ word: UInt64) -> JSON? {
    let (end, count) = Self.span(word)
    var object = JSONObject()
    object.reserveCapacity(count)
    while place < end {
      let keyWord = tape[place]
      place += 1
      guard let key = string(keyWord), let element = value() else { return nil }
      object[key] = element
    }
    place = end + 1
    return .object(object)
  }
}

extension UnsafeRawBufferPointer {
  /// True if the bytes begin with the UTF-8 byte order mark.
  var hasUTF8Mark: Bool { count >= 3 && self[0] == 0xEF && self[1] == 0xBB && self[2] == 0xBF }
}
