import Glibc

/// The format of an interpolation, `\(x, "[fill][<>^][+][0][width][,][.digits][type]")`, as in
/// Python; types are `d f e g % x s`.
package struct Format {
  private var fill: Unicode.Scalar = " "
  private var alignment: Unicode.Scalar?
  private var showsPlus = false
  private var padsWithZeros = false
  private var width = 0
  private var groups = false
  private var digits: Int?
  private var type: Unicode.Scalar?

  static let remedy = #"".3f" for three decimals, ">8" to align right, "," for thousands"#
  private static let longest = 1000

  /// nil if `text` is no format.
  package init?(_ text: String) {
    var rest = ArraySlice(Array(text.unicodeScalars))
    func take(_ allowed: String) -> Unicode.Scalar? {
      guard let first = rest.first, allowed.unicodeScalars.contains(first) else { return nil }
      rest.removeFirst()
      return first
    }
    func number() -> Int? {
      var value: Int?
      while let digit = rest.first,
        let number =
          digit.properties.numericType == .decimal
            && digit.isASCII ? Int(digit.value - 48) : nil
      {
        value = min((value ?? 0) * 10 + number, Self.longest + 1)
        rest.removeFirst()
      }
      return value
    }
    if rest.count > 1, "<>^".unicodeScalars.contains(rest[rest.startIndex + 1]) {
      fill = rest.removeFirst()
    }
    alignment = take("<>^")
    showsPlus = take("+") != nil
    padsWithZeros = take("0") != nil
    width = number() ?? 0
    groups = take(",") != nil
    if take(".") != nil {
      guard let number = number() else { return nil }
      digits = number
    }
    type = take("dfeg%xs")
    guard rest.isEmpty, width <= Self.longest, (digits ?? 0) <= Self.longest else { return nil }
  }

  /// The value in this format. Throws where the type does not suit the value.
  package func apply(_ value: Value) throws -> String {
    padded(try body(value), isNumber: value.asDouble != nil)
  }

  private func body(_ value: Value) throws -> String {
    switch (type, value) {
    case (nil, .int(let number)) where digits == nil: return sign(number) + magnitude(number)
    case ("d", .int(let number)): return sign(number) + magnitude(number)
    case ("x", .int(let number)):
      return sign(number) + String(number.magnitude, radix: 16)
    case (nil, .float(let number)) where digits == nil:
      return (showsPlus && number >= 0 ? "+" : "") + "\(number)"
    case (nil, .int), (nil, .float), ("f", .int), ("f", .float), ("e", .int), ("e", .float),
      ("g", .int), ("g", .float), ("%", .int), ("%", .float):
      return number(value.asDouble ?? 0)
    case ("s", .string(let text)), (nil, .string(let text)):
      return digits.map { String(String.UnicodeScalarView(text.scalars.prefix($0))) } ?? text.string
    case (nil, _): return value.printed
    default:
      let wanted = type == "d" || type == "x" ? "an int" : type == "s" ? "a string" : "a number"
      throw Fault(.type, "the format expects \(wanted), got \(value.described)")
    }
  }

  private func number(_ number: Double) -> String {
    let prefix = showsPlus && number >= 0 ? "+" : ""
    switch type {
    case "%": return prefix + Self.decimal(number * 100, digits ?? 0, "f") + "%"
    case "e": return prefix + Self.decimal(number, digits ?? 6, "e")
    case "g", nil: return prefix + Self.decimal(number, digits ?? 6, "g")
    default:
      let text = Self.decimal(number, digits ?? 6, "f")
      let dot = text.firstIndex(of: ".") ?? text.endIndex
      guard groups, number.isFinite, let whole = Int(text[..<dot]) else { return prefix + text }
      let minus = text.hasPrefix("-") && whole == 0 ? "-" : ""
      return prefix + minus + grouped(whole) + text[dot...]
    }
  }

  private func sign(_ number: Int) -> String { number < 0 ? "-" : showsPlus ? "+" : "" }

  private func magnitude(_ number: Int) -> String {
    guard groups, number != Int.min else { return String(number.magnitude) }
    return grouped(abs(number))
  }

  private func padded(_ text: String, isNumber: Bool) -> String {
    let missing = width - columnWidth(text)
    guard missing > 0 else { return text }
    if padsWithZeros, isNumber, alignment == nil {
      let hasSign = text.hasPrefix("-") || text.hasPrefix("+")
      let zeros = String(repeating: "0", count: missing)
      return (hasSign ? String(text.prefix(1)) : "") + zeros + text.dropFirst(hasSign ? 1 : 0)
    }
    func blanks(_ count: Int) -> String { String(repeating: String(fill), count: count) }
    switch alignment ?? (isNumber ? ">" : "<") {
    case ">": return blanks(missing) + text
    case "^": return blanks(missing / 2) + text + blanks(missing - missing / 2)
    default: return text + blanks(missing)
    }
  }

  /// A number with `digits` digits, rounded correctly by the C library.
  package static func decimal(_ number: Double, _ digits: Int, _ conversion: String) -> String {
    let size = 400 + digits  // the largest double has 309 digits before its dot
    var buffer = [CChar](repeating: 0, count: size)
    let count = withVaList([Int32(clamping: digits), number]) {
      vsnprintf(&buffer, size, "%.*" + conversion, $0)
    }
    return String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
