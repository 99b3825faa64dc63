/// Numbers as text, the same in every locale.
package enum NumberText {
  /// `x` with `digits` digits after the point (0...17), rounded from its exact value, ties to even.
  ///
  /// Zero has no sign. A number too large for its digits to be meaningful (beyond 2⁵³ units of the
  /// last digit) is written with as many digits as it has.
  package static func fixed(_ x: Double, digits: Int) -> String {
    guard x.isFinite else { return notFinite(x) }
    let digits = min(max(digits, 0), 17)
    let power = powersOfTen[digits]
    let product = x.magnitude * power
    guard product < 9_007_199_254_740_992 else { return x.description }
    // product + error is the exact value of |x| · 10^digits: error decides what look like ties.
    let error = (-product).addingProduct(x.magnitude, power)
    var rounded = product.rounded(.toNearestOrEven)
    let rest = product - rounded
    if rest == 0.5, error > 0 { rounded += 1 }
    if rest == -0.5, error < 0 { rounded -= 1 }
    let units = String(Int64(rounded))
    let sign = x < 0 && rounded > 0 ? "-" : ""
    if digits == 0 { return sign + units }
    let filled = String(repeating: "0", count: max(digits + 1 - units.count, 0)) + units
    return sign + filled.dropLast(digits) + "." + filled.suffix(digits)
  }

  /// `x` with about `digits` significant digits and no zeros at the end: `0.6931`, `12.35`, `1.2e-05`.
  ///
  /// Digits before the point are all kept below 10⁹, so that counts stay exact.
  package static func significant(_ x: Double, digits: Int = 4) -> String {
    guard x.isFinite else { return notFinite(x) }
    guard x != 0 else { return "0" }
    let exact = DecimalDigits(x.magnitude)
    let whole = exact.exponent + 1
    let kept = max(digits, (1...9).contains(whole) ? whole : 0)
    let rounded = exact.rounded(to: kept)
    let sign = x < 0 ? "-" : ""
    if rounded.exponent < -4 || rounded.exponent > 8 { return sign + rounded.scientific }
    return sign + rounded.positional
  }

  /// `x` as one digit, `digits` after the point, and its power of ten: `1.2346e-07`.
  package static func scientific(_ x: Double, digits: Int = 4) -> String {
    guard x.isFinite else { return notFinite(x) }
    guard x != 0 else { return "0" }
    return (x < 0 ? "-" : "") + DecimalDigits(x.magnitude).rounded(to: digits + 1).scientific
  }

  /// A count with its thousands apart: `1,156`.
  package static func grouped(_ n: Int) -> String {
    let digits = String(n.magnitude)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return n < 0 ? "-" + result : result
  }

  /// A count and its noun: `1 row`, `1,156 rows`.
  package static func count(_ n: Int, _ singular: String, _ plural: String? = nil) -> String {
    "\(grouped(n)) \(n == 1 ? singular : plural ?? singular + "s")"
  }

  /// Numbers of one column, alike in form, so that they can be compared when right-aligned.
  ///
  /// Whole numbers have no point; else all have the same number of decimals, chosen so that the
  /// largest has `digits` significant ones. A number that would then read as zero, or is too large
  /// for that form, is written with its power of ten.
  package static func column(_ values: [Double], digits: Int = 4) -> [String] {
    let largest = values.lazy.filter(\.isFinite).map(\.magnitude).max() ?? 0
    let isWhole = values.allSatisfy { !$0.isFinite || $0 == $0.rounded() }
    let decimals = isWhole ? 0 : decimals(largest: largest, digits: digits)
    return values.map { element($0, decimals: decimals) }
  }

  /// Decimals at which numbers up to `largest` have `digits` significant ones; 2...`digits`.
  static func decimals(largest: Double, digits: Int) -> Int {
    guard largest >= 1 else { return digits }
    return min(max(digits - String(Int64(min(largest, 1e15))).count, 2), digits)
  }

  static func element(_ x: Double, decimals: Int) -> String {
    guard x.isFinite else { return notFinite(x) }
    if x.magnitude >= 1e9 { return scientific(x, digits: 3) }
    if x != 0, x.magnitude * powersOfTen[decimals] < 0.5 { return scientific(x, digits: 1) }
    return fixed(x, digits: decimals)
  }

  static func notFinite(_ x: Double) -> String {
    x.isNaN ? "nan" : x < 0 ? "-inf" : "inf"
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17,
  ]
}

/// The shortest decimal digits that read back as a number: d.ddd · 10^exponent.
struct DecimalDigits: Equatable {
  /// Values 0...9, the first not zero.
  var digits: [UInt8]
  var exponent: Int

  /// `x` is finite and greater than zero.
  init(_ x: Double) {
    digits = []
    exponent = -1
    var power = 0
    let parts = x.description.split(separator: "e")
    if parts.count == 2 { power = Int(parts[1]) ?? 0 }
    var afterPoint = false
    for byte in (parts.first ?? "").utf8 {
      if byte == UInt8(ascii: ".") {
        afterPoint = true
        continue
      }
      let digit = byte - UInt8(ascii: "0")
      if digits.isEmpty, digit == 0 {
        if afterPoint { exponent -= 1 }
        continue
      }
      digits.append(digit)
      if !afterPoint { exponent += 1 }
    }
    exponent += power
    trim()
  }

  /// At most `count` digits, halves rounded up.
  func rounded(to count: Int) -> DecimalDigits {
    guard digits.count > count else { return self }
    var result = self
    result.digits = Array(digits.prefix(count))
    guard digits[count] >= 5 else {
      result.trim()
      return result
    }
    var index = count - 1
    while index >= 0, result.digits[index] == 9 { index -= 1 }
    if index < 0 {
      result.digits = [1]
      result.exponent += 1
    } else {
      result.digits[index] += 1
      result.digits.removeSubrange((index + 1)...)
    }
    return result
  }

  private mutating func trim() {
    while digits.count > 1, digits.last == 0 { digits.removeLast() }
  }

  private var text: String { digits.map { String($0) }.joined() }

  var scientific: String {
    let tail = digits.count > 1 ? "." + text.dropFirst() : ""
    let power = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
    return text.prefix(1) + tail + "e" + (exponent < 0 ? "-" : "+") + power
  }

  var positional: String {
    if exponent < 0 { return "0." + String(repeating: "0", count: -exponent - 1) + text }
    if digits.count <= exponent + 1 {
      return text + String(repeating: "0", count: exponent + 1 - digits.count)
    }
    return text.prefix(exponent + 1) + "." + text.dropFirst(exponent + 1)
  }
}
