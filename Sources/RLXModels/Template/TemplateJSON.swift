/// `tojson` as transformers defines it for chat templates: Python's `json.dumps` without escapes for
/// HTML.
struct TemplateJSON {
  var escapesNonASCII = false
  /// What one level is set in by; without it, all is one line.
  var indent: String?
  var itemSeparator = ", "
  var keySeparator = ": "
  var sortsKeys = false

  /// The text of a value; throws what of it JSON cannot write.
  func text(of value: TemplateValue) throws(Unwritable) -> String {
    var out = ""
    try write(value, level: 0, into: &out)
    return out
  }

  struct Unwritable: Error {
    let found: String
  }

  private func write(_ value: TemplateValue, level: Int, into out: inout String)
    throws(Unwritable)
  {
    switch value {
    case .none: out += "null"
    case .bool(let value): out += value ? "true" : "false"
    case .int(let value): out += String(value)
    case .double(let value): out += number(value)
    case .string(let value): write(value, into: &out)
    case .list(let items), .tuple(let items):
      guard !items.isEmpty else { return out += "[]" }
      out += "["
      for (place, item) in items.enumerated() {
        separate(place, level + 1, &out)
        try write(item, level: level + 1, into: &out)
      }
      close("]", level, &out)
    case .map(let map):
      guard !map.entries.isEmpty else { return out += "{}" }
      out += "{"
      for (place, entry) in try ordered(map).enumerated() {
        separate(place, level + 1, &out)
        write(entry.key, into: &out)
        out += keySeparator
        try write(entry.value, level: level + 1, into: &out)
      }
      close("}", level, &out)
    case .undefined, .iterator, .namespace, .loop, .callable:
      throw Unwritable(found: value.described)
    }
  }

  private func number(_ value: Double) -> String {
    value.isNaN
      ? "NaN"
      : value.isInfinite
        ? (value < 0 ? "-Infinity" : "Infinity")
        : TemplateValue.spelled(value)
  }

  private func separate(_ place: Int, _ level: Int, _ out: inout String) {
    if place > 0 { out += itemSeparator }
    newLine(level, &out)
  }

  private func close(_ bracket: String, _ level: Int, _ out: inout String) {
    newLine(level, &out)
    out += bracket
  }

  private func newLine(_ level: Int, _ out: inout String) {
    guard let indent else { return }
    out += "\n" + String(repeating: indent, count: level)
  }

  /// The entries with their keys as text, sorted if that is asked for.
  private func ordered(_ map: TemplateMap) throws(Unwritable)
    -> [(key: String, value: TemplateValue)]
  {
    var entries: [(key: String, value: TemplateValue)] = []
    for entry in map.entries {
      switch entry.key {
      case .string(let text): entries.append((text, entry.value))
      case .int, .double, .bool, .none:
        var text = ""
        try write(entry.key, level: 0, into: &text)
        entries.append((text, entry.value))
      default: throw Unwritable(found: "\(entry.key.described) as a key")
      }
    }
    guard sortsKeys else { return entries }
    return entries.sorted { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }
  }

  private func write(_ text: String, into out: inout String) {
    out += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{8}": out += "\\b"
      case "\u{C}": out += "\\f"
      default:
        if scalar.value < 0x20 || (escapesNonASCII && scalar.value > 0x7E) {
          for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
            let digits = String(unit, radix: 16)
            out += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
          }
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    out += "\""
  }
}
