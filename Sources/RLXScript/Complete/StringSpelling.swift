/// Text inside a string literal, as it is spelled there.
struct StringSpelling {
  let string: PartialTokens.OpenString

  /// The spelling of `text`; nil where a raw string cannot hold it.
  func spelled(_ text: String) -> String? {
    if string.isRaw { return text.contains(string.closing) || text.contains("\n") ? nil : text }
    return Self.escaped(text, closing: string.closing)
  }

  /// `text` between quotes.
  static func quoted(_ text: String) -> String {
    "\"" + escaped(text, closing: "\"") + "\""
  }

  private static func escaped(_ text: String, closing: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where closing.unicodeScalars.first == scalar: result += "\\\(scalar)"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The text that a part of the literal spells; nil where that is no plain text.
  func text(of spelled: String) -> String? {
    if string.isRaw { return spelled }
    let source = Source("(" + string.closing + spelled + string.closing + ")", name: "<cursor>")
    guard case .program(let statements) = Parser.parse(source), statements.count == 1,
      case .expression(.literal(let literal)) = statements[0].syntax,
      case .string(let text) = literal.value
    else { return nil }
    return text.string
  }
}
