/// The merges of a byte-pair encoding: what two neighbouring tokens become, and how early.
///
/// An open-addressing table from pair to (rank, result): the inner loop of encoding is one lookup.
struct MergeTable: Sendable {
  struct Merge {
    let rank: Int32
    let result: Int32
  }

  private var keys: [UInt64]
  private var merges: [Merge]
  private static let free = UInt64.max

  init(capacity: Int) {
    var size = 16
    while size < 2 * capacity + 2 { size *= 2 }
    keys = [UInt64](repeating: Self.free, count: size)
    merges = [Merge](repeating: Merge(rank: 0, result: 0), count: size)
  }

  /// What the pair merges into, nil if it does not.
  subscript(left: Int32, right: Int32) -> Merge? {
    let key = Self.key(left, right)
    let at = slot(of: key)
    return keys[at] == key ? merges[at] : nil
  }

  /// Sets a pair's merge; of two for one pair the later stands, as in Hugging Face tokenizers.
  /// No more than `capacity` distinct pairs.
  mutating func set(_ left: Int32, _ right: Int32, _ merge: Merge) {
    let key = Self.key(left, right)
    let at = slot(of: key)
    keys[at] = key
    merges[at] = merge
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func slot(of key: UInt64) -> Int {
    let mask = keys.count - 1
    // Fibonacci hashing: the upper bits of key times 2^64 over the golden ratio.
    var at = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> 32) & mask
    while keys[at] != key && keys[at] != Self.free { at = (at + 1) & mask }
    return at
  }
}
