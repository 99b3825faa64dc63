/// JSON on one line that reads back equal.
package enum Json {
  /// Throws a `Fault` for NaN, infinities, keys that are no strings, functions and ranges.
  package static func text(of value: Value) throws -> String {
    var result = ""
    try write(value, to: &result)
    return result
  }

  private static func write(_ value: Value, to result: inout String) throws {
    switch value {
    case .nil: result += "null"
    case .bool(let flag): result += flag ? "true" : "false"
    case .int(let number): result += String(number)
    case .float(let number):
      guard number.isFinite else {
        throw Fault(
          .value, "json: \(number) has no JSON form", remedy: "replace it, for instance by nil")
      }
      result += "\(number)"
    case .string(let text): result += quoted(text.string)
    case .list(let list):
      result += "["
      for (i, element) in list.elements.enumerated() {
        if i > 0 { result += ", " }
        try write(element, to: &result)
      }
      result += "]"
    case .map(let map): try write(map, to: &result)
    case .host(let object):
      guard let plain = try object.plain() else {
        throw Fault(.type, "json: a \(object.typeName) has no JSON form")
      }
      try write(plain, to: &result)
    case .range:
      throw Fault(.type, "json: a range has no JSON form", remedy: "json(r.list())")
    case .function, .error:
      throw Fault(.type, "json: \(value.described) has no JSON form")
    }
  }

  private static func write(_ map: MapValue, to result: inout String) throws {
    result += "{"
    for (i, entry) in map.entries.enumerated() {
      guard case .string(let key) = entry.key else {
        throw Fault(
          .type, "json: keys are strings, got \(entry.key.value.described)",
          remedy: "str(key)")
      }
      if i > 0 { result += ", " }
      result += quoted(key.string) + ": "
      try write(entry.value, to: &result)
    }
    result += "}"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      // U+2028 and U+2029 end lines in some readers; one line means one line everywhere.
      case _ where scalar.value < 0x20 || scalar.value == 0x2028 || scalar.value == 0x2029:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
