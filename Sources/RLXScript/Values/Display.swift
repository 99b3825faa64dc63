extension Value {
  /// The value as the language writes it, on one line: strings in quotes.
  package var shown: String {
    var writer = Shower(style: DisplayStyle(width: Int.max, maximumItems: nil))
    return writer.oneLine(self)
  }

  /// The value as `print` writes it: strings as they are.
  package var printed: String {
    if case .string(let text) = self { text.string } else { display(.printing) }
  }

  /// The value as the prompt shows it, fitted into the width.
  package func display(_ style: DisplayStyle) -> String {
    if case .host(let object) = self { return object.display(style) }
    var writer = Shower(style: style)
    return writer.lines(self, indent: 0)
  }
}

extension DisplayStyle {
  /// Everything, as long as it takes.
  package static let printing = DisplayStyle(width: Int.max, maximumItems: nil)
}

/// Writes values as text.
private struct Shower {
  let style: DisplayStyle

  mutating func oneLine(_ value: Value) -> String {
    switch value {
    case .nil: return "nil"
    case .bool(let flag): return flag ? "true" : "false"
    case .int(let number): return String(number)
    case .float(let number): return "\(number)"
    case .string(let text): return quote(text)
    case .range(let range): return "\(range.lower)..\(range.upper)"
    case .list(let list): return "[" + elements(list.elements) { $0.oneLine($1) } + "]"
    case .map(let map):
      return "{" + elements(map.entries) { "\($0.key($1.key)): \($0.oneLine($1.value))" } + "}"
    case .function(let function):
      let parameters = function.parameterNames.joined(separator: ", ")
      if case .type(let type) = function.body { return "<type \(type.name)>" }
      return "<fn \(function.name ?? "")(\(parameters))>"
    case .error(let error):
      return "<\(error.diagnostic.kind.rawValue) error: \(error.diagnostic.message)>"
    case .host(let object): return object.brief()
    }
  }

  private mutating func elements<T>(
    _ items: [T], _ write: (inout Shower, T) -> String
  ) -> String {
    parts(items, write).joined(separator: ", ")
  }

  /// The texts of the items, the middle ones left out where there are too many.
  private mutating func parts<T>(_ items: [T], _ write: (inout Shower, T) -> String) -> [String] {
    guard let most = style.maximumItems, items.count > most else {
      var parts: [String] = []
      for item in items { parts.append(write(&self, item)) }
      return parts
    }
    let edge = max(1, most / 2)
    var parts: [String] = []
    for item in items.prefix(edge) { parts.append(write(&self, item)) }
    parts.append("\(style.ellipsis) \(items.count - 2 * edge) more \(style.ellipsis)")
    for item in items.suffix(edge) { parts.append(write(&self, item)) }
    return parts
  }

  /// On one line if that fits, else a container's elements on lines of their own.
  mutating func lines(_ value: Value, indent: Int) -> String {
    let line = oneLine(value)
    // The division leaves room for widths near Int.max.
    guard columnWidth(line) > style.width - indent else { return line }
    switch value {
    case .list(let list):
      let isFlat = list.elements.allSatisfy { $0.depth == 0 }
      let inner = parts(list.elements) { $0.lines($1, indent: indent + 2) }
      return block("[", isFlat ? filled(inner, indent + 2) : inner, "]", indent)
    case .map(let map):
      let inner = parts(map.entries) { writer, entry in
        let key = writer.key(entry.key) + ": "
        return key + writer.lines(entry.value, indent: indent + 2 + key.unicodeScalars.count)
      }
      return block("{", inner, "}", indent)
    case .string where indent > 0 && style.width < Int.max: return wrapped(line, indent: indent)
    default: return line
    }
  }

  /// A long text in a container, set below itself: broken behind spaces, which stay where they are, or
  /// where a line is full of one word.
  private func wrapped(_ quoted: String, indent: Int) -> String {
    let room = style.width - indent - 2  // a quote or its margin before it, a comma behind it
    guard room >= 8 else { return quoted }
    var lines: [String] = []
    var (line, used) = ("", 0)
    func end() {
      lines.append(line)
      (line, used) = ("", 0)
    }
    for word in quoted.split(separator: " ", omittingEmptySubsequences: false) {
      if used > 0 {
        line += " "
        used += 1
        if used + columnWidth(String(word)) > room { end() }
      }
      for character in word {
        let width = columnWidth(character)
        if used + width > room { end() }
        line.append(character)
        used += width
      }
    }
    end()
    return lines.joined(separator: "\n" + String(repeating: " ", count: indent + 1))
  }

  private func block(_ open: String, _ items: [String], _ close: String, _ indent: Int) -> String {
    let blanks = String(repeating: " ", count: indent)
    let body = items.map { "\(blanks)  \($0),\n" }.joined()
    return "\(open)\n\(body)\(blanks)\(close)"
  }

  /// Short items, as many to a line as fit.
  private func filled(_ items: [String], _ indent: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for item in items {
      if line.isEmpty {
        line = item
      } else if columnWidth(line) + 3 + columnWidth(item) + indent <= style.width {
        line += ", " + item
      } else {
        lines.append(line)
        line = item
      }
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  private func key(_ key: MapKey) -> String {
    switch key {
    case .string(let text):
      let isWord = text.string.utf8.allSatisfy { isLetter($0) || isDigit($0) }
      let startsWell = text.string.utf8.first.map { !isDigit($0) } ?? false
      return isWord && startsWell ? text.string : quote(text)
    case .int(let number): return number < 0 ? "[\(number)]" : String(number)
    case .bool(let flag): return "[\(flag)]"
    }
  }

  /// Control characters, of which terminals obey the second row (0x80…) too, and what turns the
  /// direction of text.
  private func actsOnTerminal(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x61C: true
    default: false
    }
  }

  private func quote(_ text: Text) -> String {
    var result = "\""
    for scalar in text.scalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0": result += "\\0"
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      default:
        if actsOnTerminal(scalar) {
          result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}
