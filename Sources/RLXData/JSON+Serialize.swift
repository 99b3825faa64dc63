/// A number JSON cannot write.
package struct NotFiniteError: Error, Equatable, Sendable {
  package let value: Double
  /// Where in the value it stands: ".rewards[3]", empty for the value itself.
  package let path: String

  package static func == (left: Self, right: Self) -> Bool {
    left.value.bitPattern == right.value.bitPattern && left.path == right.path
  }
}

extension JSON {
  /// This value as one line that reads back equal; doubles by their shortest spelling that
  /// round-trips and always with a point or an exponent, so that `1.0` stays a double.
  package func serialized() throws(NotFiniteError) -> String {
    var out: [UInt8] = []
    try serialize(into: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// Appends `serialized()` as UTF-8.
  package func serialize(into out: inout [UInt8]) throws(NotFiniteError) {
    switch self {
    case .null: out += "null".utf8
    case .bool(let value): out += (value ? "true" : "false").utf8
    case .int(let value): out += String(value).utf8
    case .double(let value):
      guard value.isFinite else { throw NotFiniteError(value: value, path: "") }
      out += value.description.utf8
    case .string(let value): Self.serialize(value, into: &out)
    case .array(let values): try Self.serialize(values, into: &out)
    case .object(let object): try object.serialize(into: &out)
    }
  }

  private static func serialize(_ values: [JSON], into out: inout [UInt8]) throws(NotFiniteError) {
    out.append(UInt8(ascii: "["))
    for (place, value) in values.enumerated() {
      if place > 0 { out += ", ".utf8 }
      do {
        try value.serialize(into: &out)
      } catch {
        throw NotFiniteError(value: error.value, path: "[\(place)]\(error.path)")
      }
    }
    out.append(UInt8(ascii: "]"))
  }

  /// Appends a string in quotes: the two-letter escapes where JSON has one, \u00xx for the other
  /// control characters, everything else as it is.
  static func serialize(_ text: String, into out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): out += #"\""#.utf8
      case UInt8(ascii: "\\"): out += #"\\"#.utf8
      case 0x08: out += #"\b"#.utf8
      case 0x09: out += #"\t"#.utf8
      case 0x0A: out += #"\n"#.utf8
      case 0x0C: out += #"\f"#.utf8
      case 0x0D: out += #"\r"#.utf8
      case 0..<0x20:
        out += #"\u00"#.utf8
        out += (byte < 0x10 ? "0" : "1").utf8
        out += String(byte & 0xF, radix: 16).utf8
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }
}

extension JSONObject {
  /// Appends this object as one line of JSON.
  package func serialize(into out: inout [UInt8]) throws(NotFiniteError) {
    out.append(UInt8(ascii: "{"))
    for (place, entry) in entries.enumerated() {
      if place > 0 { out += ", ".utf8 }
      JSON.serialize(entry.key, into: &out)
      out += ": ".utf8
      do {
        try entry.value.serialize(into: &out)
      } catch {
        throw NotFiniteError(value: error.value, path: ".\(entry.key)\(error.path)")
      }
    }
    out.append(UInt8(ascii: "}"))
  }
}
