/// What patterns of tokenizers can tell apart: every ASCII character, and of all others their
/// general category in Unicode 16.
///
/// A text is matched as a shadow of one byte a character: itself if it is ASCII, else its class.
/// So a pattern is a plain one over bytes, `\p{L}` a bitmap of 256 bits, and it matters neither
/// which Unicode the library behind it knows nor how many ranges of letters there are.
enum CharacterClasses {
  /// The general categories, which have the bytes from 0x80 on, in this order.
  static let categories = [
    "Cc", "Cf", "Cn", "Co", "Cs", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl", "No",
    "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs",
  ]
  /// U+0085, the one character that is white space by exception.
  static let nextLine: UInt8 = 0x9E
  /// U+017F and U+212A, which are an s and a k where case does not count.
  static let longS: UInt8 = 0x9F
  static let kelvin: UInt8 = 0xA0
  /// Letters in circles and boxes, which are symbols by category and yet part of words; and the two
  /// joiners, likewise.
  static let wordSymbol: UInt8 = 0xA1
  static let joiner: UInt8 = 0xA2
  private static let exceptions: [(scalar: Int, class: UInt8)] =
    [(0x85, nextLine), (0x17F, longS), (0x212A, kelvin), (0x200C, joiner), (0x200D, joiner)]
    + [0x24B6...0x24E9, 0x1F130...0x1F149, 0x1F150...0x1F169, 0x1F170...0x1F189].flatMap { run in
      run.map { (scalar: $0, class: wordSymbol) }
    }

  /// The classes whose category begins with `prefix`: "L" or "Lu"; nil if there is no such category.
  static func property(_ prefix: String) -> ByteSet? {
    guard (1...2).contains(prefix.utf8.count) else { return nil }
    let wanted = categories.indices.filter { categories[$0].utf8.starts(with: prefix.utf8) }
    guard !wanted.isEmpty else { return nil }
    var set = ByteSet()
    for index in wanted { set.insert(0x80 + UInt8(index)) }
    let exceptional = exceptions.map { (scalar: $0.scalar, byte: $0.class) }
    for (scalar, byte) in (0..<128).map({ (scalar: $0, byte: UInt8($0)) }) + exceptional
    where wanted.contains(Int(category[scalar])) {
      set.insert(byte)
    }
    return set
  }

  /// `\s`: the characters with the property White_Space.
  static let whitespace: ByteSet = {
    var set = property("Z") ?? ByteSet()
    for byte in [9, 10, 11, 12, 13, nextLine] as [UInt8] { set.insert(byte) }
    return set
  }()

  /// `\w`: letters, marks, numbers that count or are letters, connectors, and what else is part of
  /// words.
  static let word: ByteSet = {
    var set = ByteSet()
    for name in ["L", "M", "Nd", "Nl", "Pc"] { set.formUnion(property(name) ?? ByteSet()) }
    set.insert(wordSymbol)
    set.insert(joiner)
    return set
  }()

  /// The shadow of a text, nil for one that is its own: only ASCII.
  static func shadow(of text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.contains(where: { $0 >= 0x80 }) else { return nil }
    return text.withUnsafeBufferPointer { bytes in
      [UInt8](unsafeUninitializedCapacity: bytes.count) { shadow, count in
        var at = 0
        while at < bytes.count {
          let first = bytes[at]
          if first < 0x80 {
            shadow[count] = first
          } else {
            var scalar = Int(first) & (first < 0xE0 ? 0x1F : first < 0xF0 ? 0x0F : 0x07)
            let end = min(at + ByteText.length(from: first), bytes.count)
            for next in bytes[at + 1..<end] { scalar = scalar << 6 | Int(next & 0x3F) }
            shadow[count] = byScalar[scalar]
          }
          at += ByteText.length(from: first)
          count += 1
        }
      }
    }
  }

  /// For each code point the place of its category in `categories`.
  private static let category: [UInt8] = {
    var result: [UInt8] = []
    result.reserveCapacity(0x110000)
    let runs = UnicodeCategories.runs.withUTF8Buffer { Array($0) }
    for run in runs.split(separator: UInt8(ascii: " ")) {
      let name = String(decoding: run.prefix(2), as: UTF8.self)
      let length = Int(String(decoding: run.dropFirst(2), as: UTF8.self)) ?? 1
      guard let place = categories.firstIndex(of: name) else { preconditionFailure("\(name)") }
      result.append(contentsOf: repeatElement(UInt8(place), count: length))
    }
    precondition(result.count == 0x110000)
    return result
  }()

  /// For each code point its class. Four bytes of broken UTF-8 can spell up to 0x1FFFFF.
  private static let byScalar: [UInt8] = {
    var classes = category.map { 0x80 + $0 }
    for (scalar, byte) in exceptions { classes[scalar] = byte }
    let unassigned = 0x80 + UInt8(categories.firstIndex(of: "Cn") ?? 0)
    return classes + repeatElement(unassigned, count: 0x200000 - classes.count)
  }()
}

/// A set of bytes, as a character class of a pattern.
struct ByteSet: Equatable {
  private var bits: SIMD4<UInt64> = .zero

  init() {}

  init(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { insert(byte) }
  }

  func contains(_ byte: UInt8) -> Bool { bits[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 }

  mutating func insert(_ byte: UInt8) { bits[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

  mutating func formUnion(_ other: ByteSet) { bits |= other.bits }

  var inverted: ByteSet {
    var set = self
    set.bits = ~bits
    return set
  }

  /// With every letter in both cases; U+017F is an s then, and U+212A a k.
  var ignoringCase: ByteSet {
    var set = self
    for lower in UInt8(ascii: "a")...UInt8(ascii: "z") {
      var forms = [lower, lower - 32]
      if lower == UInt8(ascii: "s") { forms.append(CharacterClasses.longS) }
      if lower == UInt8(ascii: "k") { forms.append(CharacterClasses.kelvin) }
      if forms.contains(where: contains) { set.formUnion(ByteSet(forms)) }
    }
    return set
  }

  /// The set as PCRE2 writes it, for instance `[\x41-\x5A]`.
  var pattern: String {
    var ranges: [String] = []
    var at = 0
    while at < 256 {
      guard contains(UInt8(at)) else {
        at += 1
        continue
      }
      let start = at
      while at < 256 && contains(UInt8(at)) { at += 1 }
      ranges.append(Self.escape(start) + (at - start > 1 ? "-" + Self.escape(at - 1) : ""))
    }
    // Nothing at all can be matched by an empty class.
    return ranges.isEmpty ? "(?!)" : "[\(ranges.joined())]"
  }

  private static func escape(_ byte: Int) -> String {
    "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }
}
