import Glibc

/// Numbers read from values, and title case as Jinja has it.
extension TemplateText {
  /// `int(value)` of Python, for a float or the text of one what stands before its point; nil for
  /// what is no number.
  static func integer(_ value: TemplateValue, base: Int) -> Int? {
    switch value {
    case .string(let text):
      let plain = stripped(text, nil).replacing("_", with: "")
      return Int(plain, radix: base)
        ?? double(value).flatMap { Int(exactly: $0.rounded(.towardZero)) }
    default:
      switch value.number {
      case .int(let number): return number
      case .double(let number): return Int(exactly: number.rounded(.towardZero))
      case nil: return nil
      }
    }
  }

  static func double(_ value: TemplateValue) -> Double? {
    guard case .string(let text) = value else { return value.number?.asDouble }
    let plain = stripped(text, nil).lowercased()
    // What Swift reads and Python does not: hexadecimal floats.
    return plain.contains("x") || plain.contains("(") ? nil : Double(plain)
  }

  /// A number with so many digits behind the point, halves to even as they are written in full.
  static func rounded(_ value: Double, digits: Int) -> Double {
    guard value.isFinite, digits < 20 else { return value }
    if digits <= 0 {
      var power = 1.0
      for _ in 0..<(-digits) { power *= 10 }
      return (value / power).rounded(.toNearestOrEven) * power
    }
    // The C library rounds the exact binary value, as Python does.
    var buffer = [CChar](repeating: 0, count: 400)
    let length = withVaList([value]) { vsnprintf(&buffer, buffer.count, "%.\(digits)f", $0) }
    let text = String(
      decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return Double(text) ?? value
  }

  /// The filter `title`: words begin after white space, hyphens and opening brackets.
  static func titled(_ text: String) -> String {
    var out = ""
    var begins = true
    for scalar in text.unicodeScalars {
      out += begins ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
      begins = scalar.isTemplateSpace || "-({[<".unicodeScalars.contains(scalar)
    }
    return out
  }
}
