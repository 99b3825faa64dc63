/// The normal forms of Unicode (Standard Annex 15) as Hugging Face tokenizers compute them: by Unicode
/// 9.0. A character of a later version stays as it is and keeps its place.
struct UnicodeNormalization: Sendable {
  enum Form: String, Sendable {
    case composed = "NFC"
    case decomposed = "NFD"
    case composedCompatibly = "NFKC"
    case decomposedCompatibly = "NFKD"

    var isComposed: Bool { self == .composed || self == .composedCompatibly }
    var isCompatible: Bool { self == .composedCompatibly || self == .decomposedCompatibly }
  }

  static let tables = UnicodeNormalization()

  /// Full decompositions of the characters that have one, Hangul aside.
  private var canonical: [UInt32: [UInt32]] = [:]
  private var compatible: [UInt32: [UInt32]] = [:]
  /// What two characters are composed to, by the first in the upper half.
  private var composites: [UInt64: UInt32] = [:]
  private var classes: [UInt32: UInt8] = [:]
  /// The characters a form may change, alone or behind others.
  private var touched: [ScalarSet] = [ScalarSet(), ScalarSet()]

  private static let hangul: UInt32 = 0xAC00
  private static let hangulCount: UInt32 = 11_172
  private static let (leading, vowel, trailing): (UInt32, UInt32, UInt32) = (0x1100, 0x1161, 0x11A7)

  private init() {
    var composed: [(scalar: UInt32, parts: [UInt32])] = []
    UnicodeTables.forEach(UnicodeTables.canonical) { entry in
      canonical[entry.start] = entry.values
      if !entry.isMarked { composed.append((entry.start, entry.values)) }
      for form in [0, 1] { touched[form].insert(entry.start) }
    }
    UnicodeTables.forEach(UnicodeTables.compatible) { entry in
      compatible[entry.start] = entry.values
      touched[1].insert(entry.start)
    }
    UnicodeTables.forEach(UnicodeTables.combining) { entry in
      for scalar in entry.scalars {
        classes[scalar] = UInt8(entry.values[0])
        for form in [0, 1] { touched[form].insert(scalar) }
      }
    }
    // A composite is made of its last part and the composite of those before it.
    for (scalar, parts) in composed.sorted(by: { $0.parts.count < $1.parts.count }) {
      let front = parts.dropLast().reduce(nil as UInt32?) { whole, part in
        whole.map { composites[Self.pair($0, part)] ?? $0 } ?? part
      }
      guard let front, let last = parts.last else { continue }
      composites[Self.pair(front, last)] = scalar
      for form in [0, 1] { touched[form].insert(last) }
    }
    for form in [0, 1] {
      for scalar in Self.vowel..<Self.vowel + 21 { touched[form].insert(scalar) }
      for scalar in Self.trailing + 1..<Self.trailing + 28 { touched[form].insert(scalar) }
    }
  }

  private static func pair(_ a: UInt32, _ b: UInt32) -> UInt64 { UInt64(a) << 32 | UInt64(b) }

  /// `text` in a normal form.
  func normalized(_ text: ArraySlice<UInt8>, _ form: Form) -> [UInt8] {
    guard text.contains(where: { $0 >= 0x80 }) else { return Array(text) }
    let scalars = ByteText.scalars(of: text)
    guard scalars.contains(where: { mayChange($0, form) }) else { return Array(text) }
    var parts: [UInt32] = []
    parts.reserveCapacity(scalars.count + scalars.count / 8)
    for scalar in scalars { decompose(scalar, form, into: &parts) }
    order(&parts)
    return ByteText.bytes(of: form.isComposed ? composed(parts) : parts)
  }

  private func mayChange(_ scalar: UInt32, _ form: Form) -> Bool {
    if scalar < 0xA0 { return false }
    if !form.isComposed, scalar >= Self.hangul, scalar - Self.hangul < Self.hangulCount {
      return true
    }
    return touched[form.isCompatible ? 1 : 0].contains(scalar)
  }

  private func decompose(_ scalar: UInt32, _ form: Form, into parts: inout [UInt32]) {
    if scalar < 0xA0 { return parts.append(scalar) }
    if scalar >= Self.hangul, scalar - Self.hangul < Self.hangulCount {
      let index = scalar - Self.hangul
      parts.append(Self.leading + index / 588)
      parts.append(Self.vowel + index % 588 / 28)
      if index % 28 != 0 { parts.append(Self.trailing + index % 28) }
    } else if form.isCompatible, let found = compatible[scalar] {
      parts += found
    } else if let found = canonical[scalar] {
      parts += found
    } else {
      parts.append(scalar)
    }
  }

  private func combiningClass(_ scalar: UInt32) -> UInt8 {
    scalar < 0x300 ? 0 : classes[scalar] ?? 0
  }

  /// Sorts each run of marks by class, equal ones as they stood.
  private func order(_ parts: inout [UInt32]) {
    var at = 0
    while at < parts.count {
      guard combiningClass(parts[at]) > 0 else {
        at += 1
        continue
      }
      let start = at
      while at < parts.count, combiningClass(parts[at]) > 0 { at += 1 }
      guard at - start > 1 else { continue }
      let sorted = parts[start..<at].enumerated().sorted { a, b in
        let (left, right) = (combiningClass(a.element), combiningClass(b.element))
        return left != right ? left < right : a.offset < b.offset
      }
      parts.replaceSubrange(start..<at, with: sorted.map(\.element))
    }
  }

  private func composed(_ parts: [UInt32]) -> [UInt32] {
    var out: [UInt32] = []
    out.reserveCapacity(parts.count)
    /// Where the last character stands that others may be composed with, and the class last kept
    /// after it.
    var starter: Int?
    var last: UInt8 = 0
    for part in parts {
      let kind = combiningClass(part)
      // A mark is kept from the starter by one of its own class or a higher one between them.
      if let starter, out.count - 1 == starter || last < kind,
        let whole = composite(out[starter], part)
      {
        out[starter] = whole
        continue
      }
      out.append(part)
      if kind == 0 {
        starter = out.count - 1
        last = 0
      } else {
        last = kind
      }
    }
    return out
  }

  private func composite(_ a: UInt32, _ b: UInt32) -> UInt32? {
    if a >= Self.leading, a < Self.leading + 19, b >= Self.vowel, b < Self.vowel + 21 {
      return Self.hangul + ((a - Self.leading) * 21 + b - Self.vowel) * 28
    }
    if a >= Self.hangul, a - Self.hangul < Self.hangulCount, (a - Self.hangul) % 28 == 0,
      b > Self.trailing, b < Self.trailing + 28
    {
      return a + b - Self.trailing
    }
    return composites[Self.pair(a, b)]
  }
}
