/// The day that `strftime_now` writes: an argument, because nothing here asks a clock.
package struct TemplateDate: Equatable, Sendable {
  let year: Int
  let month: Int
  let day: Int

  /// A day written `2026-11-28`; nil if it is none.
  package init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
      let year = Int(String(decoding: parts[0], as: UTF8.self)), year >= 1,
      let month = Int(String(decoding: parts[1], as: UTF8.self)), (1...12).contains(month),
      let day = Int(String(decoding: parts[2], as: UTF8.self)), day >= 1,
      day <= Self.length(month: month, year: year)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  private static func length(month: Int, year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// The day of the year, from 1.
  private var dayOfYear: Int {
    (1..<month).reduce(day) { $0 + Self.length(month: $1, year: year) }
  }

  /// 0 for Sunday.
  private var weekday: Int {
    let before = year - 1
    return (before * 365 + before / 4 - before / 100 + before / 400 + dayOfYear) % 7
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  /// The day by a format of C's strftime, at midnight; nil for a code that is not known.
  func formatted(_ format: String) -> String? {
    var out = ""
    var scalars = format.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      guard scalar == "%" else {
        out.unicodeScalars.append(scalar)
        continue
      }
      guard var code = scalars.next() else { return nil }
      let isBare = code == "-"
      if isBare {
        guard let next = scalars.next() else { return nil }
        code = next
      }
      guard let part = part(code) else { return nil }
      let bare = part.drop { $0 == "0" || $0 == " " }
      out += isBare ? (bare.isEmpty ? "0" : String(bare)) : part
    }
    return out
  }

  private func part(_ code: Unicode.Scalar) -> String? {
    switch code {
    case "Y": padded(year, 4)
    case "y": padded(year % 100, 2)
    case "m": padded(month, 2)
    case "d": padded(day, 2)
    case "e": day < 10 ? " \(day)" : "\(day)"
    case "j": padded(dayOfYear, 3)
    case "B": Self.months[month - 1]
    case "b", "h": String(Self.months[month - 1].prefix(3))
    case "A": Self.weekdays[weekday]
    case "a": String(Self.weekdays[weekday].prefix(3))
    case "w": "\(weekday)"
    case "u": "\(weekday == 0 ? 7 : weekday)"
    case "F": "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    case "H", "M", "S": "00"
    case "I": "12"
    case "p": "AM"
    case "%": "%"
    default: nil
    }
  }

  private func padded(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }
}
