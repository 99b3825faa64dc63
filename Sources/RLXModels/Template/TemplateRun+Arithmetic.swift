import Glibc

/// The signs between values, and before them.
extension TemplateRun {
  func negated(_ value: TemplateValue, at place: TemplatePlace) throws(TemplateError)
    -> TemplateValue
  {
    switch value.number {
    case .int(let number):
      return .int(try checked(number.multipliedReportingOverflow(by: -1), place))
    case .double(let number): return .double(-number)
    case nil: throw mismatch("-", value, nil, at: place)
    }
  }

  func positive(_ value: TemplateValue, at place: TemplatePlace) throws(TemplateError)
    -> TemplateValue
  {
    switch value.number {
    case .int(let number): return .int(number)
    case .double(let number): return .double(number)
    case nil: throw mismatch("+", value, nil, at: place)
    }
  }

  private func mismatch(
    _ sign: String, _ a: TemplateValue, _ b: TemplateValue?, at place: TemplatePlace
  ) -> TemplateError {
    for value in [a, b] {
      if case .undefined(let name)? = value { return TemplateError(.undefined(name), at: place) }
    }
    let operands = b.map { "\(a.described) \(sign) \($0.described)" } ?? "\(sign)\(a.described)"
    return TemplateError(.type(operands), at: place)
  }

  private func checked(_ result: (partialValue: Int, overflow: Bool), _ place: TemplatePlace)
    throws(TemplateError) -> Int
  {
    guard !result.overflow else {
      throw TemplateError(.limit("an integer of more than 64 bits"), at: place)
    }
    return result.partialValue
  }

  func arithmetic(_ sign: String, _ a: TemplateValue, _ b: TemplateValue, at place: TemplatePlace)
    throws(TemplateError) -> TemplateValue
  {
    if let x = a.number, let y = b.number {
      if case .int(let x) = x, case .int(let y) = y, sign != "/" {
        return try arithmetic(sign, x, y, at: place)
      }
      return .double(try arithmetic(sign, x.asDouble, y.asDouble, at: place))
    }
    switch (sign, a, b) {
    case ("+", .string(let x), .string(let y)): return .string(try sized(x + y, at: place))
    case ("+", .list(let x), .list(let y)): return .list(try sized(x, y.count, at: place) + y)
    case ("+", .tuple(let x), .tuple(let y)): return .tuple(try sized(x, y.count, at: place) + y)
    case ("*", .string(let text), .int(let count)), ("*", .int(let count), .string(let text)):
      _ = try sized([], text.utf8.count.multipliedReportingOverflow(by: max(0, count)), at: place)
      return .string(String(repeating: text, count: max(0, count)))
    case ("*", .list(let items), .int(let count)), ("*", .int(let count), .list(let items)):
      _ = try sized([], items.count.multipliedReportingOverflow(by: max(0, count)), at: place)
      return .list((0..<max(0, items.isEmpty ? 0 : count)).flatMap { _ in items })
    default: throw mismatch(sign, a, b, at: place)
    }
  }

  /// The items, if so many more leave them few enough.
  private func sized(_ items: [TemplateValue], _ more: Int, at place: TemplatePlace)
    throws(TemplateError) -> [TemplateValue]
  {
    try sized(items, (partialValue: items.count + more, overflow: false), at: place)
  }

  private func sized(
    _ items: [TemplateValue], _ count: (partialValue: Int, overflow: Bool), at place: TemplatePlace
  ) throws(TemplateError) -> [TemplateValue] {
    guard !count.overflow, count.partialValue <= Template.maxSize else {
      throw TemplateError(.limit("more than \(Template.maxSize) items"), at: place)
    }
    return items
  }

  private func arithmetic(_ sign: String, _ x: Int, _ y: Int, at place: TemplatePlace)
    throws(TemplateError) -> TemplateValue
  {
    switch sign {
    case "+": return .int(try checked(x.addingReportingOverflow(y), place))
    case "-": return .int(try checked(x.subtractingReportingOverflow(y), place))
    case "*": return .int(try checked(x.multipliedReportingOverflow(by: y), place))
    case "**" where y < 0: return .double(try arithmetic("**", Double(x), Double(y), at: place))
    case "**":
      var result = 1
      // Beyond 64 rounds only 0, 1 and -1 stay within 64 bits.
      for _ in 0..<min(y, 64 + y % 2) {
        result = try checked(result.multipliedReportingOverflow(by: x), place)
      }
      return .int(result)
    default:
      guard y != 0 else { throw TemplateError(.type("a division by 0"), at: place) }
      let quotient = try checked(x.dividedReportingOverflow(by: y), place)
      let remainder = x - quotient * y
      let isBelow = remainder != 0 && (remainder < 0) != (y < 0)
      return .int(sign == "%" ? remainder + (isBelow ? y : 0) : quotient - (isBelow ? 1 : 0))
    }
  }

  private func arithmetic(_ sign: String, _ x: Double, _ y: Double, at place: TemplatePlace)
    throws(TemplateError) -> Double
  {
    switch sign {
    case "+": return x + y
    case "-": return x - y
    case "*": return x * y
    case "**": return pow(x, y)
    default:
      guard y != 0 else { throw TemplateError(.type("a division by 0"), at: place) }
      if sign == "/" { return x / y }
      let remainder = fmod(x, y)
      let isBelow = remainder != 0 && (remainder < 0) != (y < 0)
      if sign == "%" { return remainder + (isBelow ? y : 0) }
      let quotient = (x - remainder) / y - (isBelow ? 1 : 0)
      return quotient - floor(quotient) > 0.5 ? floor(quotient) + 1 : floor(quotient)
    }
  }
}
