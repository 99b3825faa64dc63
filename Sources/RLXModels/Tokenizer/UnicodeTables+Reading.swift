/// Reading the tables.
extension UnicodeTables {
  /// One entry: `C0=41+300!`, `300-15=E6`, `41-1A>20`.
  struct Entry {
    let start: UInt32
    /// How many characters it is for, and how far apart they are.
    var count: UInt32 = 1
    var step: UInt32 = 1
    /// The sign before the values: = > or <.
    var sign: UInt8 = 0
    var values: [UInt32] = []
    var isMarked = false

    var scalars: some Sequence<UInt32> {
      stride(from: start, to: start + count * step, by: Int(step))
    }
  }

  static func forEach(_ table: StaticString, _ body: (Entry) -> Void) {
    table.withUTF8Buffer { bytes in
      for word in bytes.split(separator: UInt8(ascii: " ")) { body(entry(word)) }
    }
  }

  private static func entry(_ word: Slice<UnsafeBufferPointer<UInt8>>) -> Entry {
    var at = word.startIndex
    func number() -> UInt32 {
      var value: UInt32 = 0
      while at < word.endIndex, let digit = hex(word[at]) {
        value = value << 4 | digit
        at += 1
      }
      return value
    }
    var entry = Entry(start: number())
    while at < word.endIndex {
      let sign = word[at]
      at += 1
      switch sign {
      case UInt8(ascii: "-"): entry.count = number()
      case UInt8(ascii: "/"):
        entry.count = number()
        entry.step = 2
      case UInt8(ascii: "!"): entry.isMarked = true
      case UInt8(ascii: "+"): entry.values.append(number())
      default:
        entry.sign = sign
        entry.values.append(number())
      }
    }
    return entry
  }

  private static func hex(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 48...57: UInt32(byte) - 48
    case 65...70: UInt32(byte) - 55
    default: nil
    }
  }

  /// The characters of a table of stretches.
  static func set(_ table: StaticString) -> ScalarSet {
    var set = ScalarSet()
    forEach(table) { entry in for scalar in entry.scalars { set.insert(scalar) } }
    return set
  }
}

/// A set of code points, as bits.
struct ScalarSet: Sendable {
  private var bits = [UInt64](repeating: 0, count: 0x110000 / 64)

  func contains(_ scalar: UInt32) -> Bool {
    bits[Int(scalar >> 6)] >> UInt64(scalar & 63) & 1 == 1
  }

  mutating func insert(_ scalar: UInt32) { bits[Int(scalar >> 6)] |= 1 << UInt64(scalar & 63) }

  /// The characters as runs of neighbours.
  var runs: [Range<UInt32>] {
    var runs: [Range<UInt32>] = []
    for scalar in 0..<UInt32(0x110000) where contains(scalar) {
      if let last = runs.last, last.upperBound == scalar {
        runs[runs.count - 1] = last.lowerBound..<scalar + 1
      } else {
        runs.append(scalar..<scalar + 1)
      }
    }
    return runs
  }
}
