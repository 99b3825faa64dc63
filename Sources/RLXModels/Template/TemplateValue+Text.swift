/// Values as text, as Python's `str` and `repr` write them.
extension TemplateValue {
  /// What `{{ value }}` writes.
  var text: String {
    switch self {
    case .undefined: ""
    case .string(let value): value
    default: spelled
    }
  }

  /// The value as Python spells it within a list: `'it'`, `[1, 2.0]`, `{'a': None}`.
  var spelled: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .int(let value): String(value)
    case .double(let value): Self.spelled(value)
    case .string(let value): Self.spelled(value)
    case .list(let items): "[\(items.map(\.spelled).joined(separator: ", "))]"
    case .tuple(let items):
      "(\(items.map(\.spelled).joined(separator: ", "))\(items.count == 1 ? "," : ""))"
    case .map(let map):
      "{\(map.entries.map { "\($0.key.spelled): \($0.value.spelled)" }.joined(separator: ", "))}"
    case .namespace(let space): "<Namespace \(TemplateValue.map(space.attributes).spelled)>"
    case .iterator: "<generator>"
    case .loop(let loop): "<LoopContext \(loop.index + 1)/\(loop.items.count)>"
    case .callable: "<function>"
    }
  }

  /// A float by its shortest digits, with an exponent below 1e-4 and from 1e16 on.
  static func spelled(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    guard value != 0 else { return value.sign == .minus ? "-0.0" : "0.0" }
    // Swift's description has the same digits, laid out by other limits.
    let parts = abs(value).description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".")
    var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    var digits = Array(mantissa.joined().utf8)
    var point = mantissa[0].utf8.count
    while digits.first == UInt8(ascii: "0") && digits.count > 1 {
      digits.removeFirst()
      point -= 1
    }
    while digits.last == UInt8(ascii: "0") && digits.count > 1 { digits.removeLast() }
    exponent += point - 1  // value = d.ddd · 10^exponent
    let sign = value < 0 ? "-" : ""
    let all = String(decoding: digits, as: UTF8.self)
    if exponent < -4 || exponent >= 16 {
      let rest = all.dropFirst()
      let power = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
      return sign + all.prefix(1) + (rest.isEmpty ? "" : "." + rest)
        + "e\(exponent < 0 ? "-" : "+")\(power)"
    }
    if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + all }
    let whole = exponent + 1
    let padded = all + String(repeating: "0", count: max(0, whole - digits.count))
    let fraction = padded.dropFirst(whole)
    return sign + padded.prefix(whole) + "." + (fraction.isEmpty ? "0" : fraction)
  }

  /// A string in quotes, single ones unless only double ones save an escape.
  static func spelled(_ text: String) -> String {
    let quote: Unicode.Scalar = text.utf8.contains(39) && !text.utf8.contains(34) ? "\"" : "'"
    var out = String.UnicodeScalarView([quote])
    for scalar in text.unicodeScalars {
      switch scalar {
      case quote, "\\":
        out.append("\\")
        out.append(scalar)
      case "\n": out += "\\n".unicodeScalars
      case "\r": out += "\\r".unicodeScalars
      case "\t": out += "\\t".unicodeScalars
      default:
        if scalar.isPrintable {
          out.append(scalar)
        } else {
          let width = scalar.value < 0x100 ? 2 : scalar.value < 0x10000 ? 4 : 8
          let digits = String(scalar.value, radix: 16)
          let letter = width == 2 ? "x" : width == 4 ? "u" : "U"
          out += "\\\(letter)".unicodeScalars
          out += String(repeating: "0", count: width - digits.utf8.count).unicodeScalars
          out += digits.unicodeScalars
        }
      }
    }
    out.append(quote)
    return String(out)
  }
}

extension Unicode.Scalar {
  /// Whether Python's `repr` shows the character itself.
  fileprivate var isPrintable: Bool {
    if isASCII { return (0x20..<0x7F).contains(value) }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator, .spaceSeparator:
      return false
    default: return true
    }
  }
}
