/// The tokens of a tokenizer: bytes by id and id by bytes.
///
/// Bytes, never `String`: its equality is canonical equivalence, under which distinct tokens
/// collide. All tokens lie in one array, found through an open-addressing table, so that 200,000
/// of them load without an allocation each.
struct Vocabulary: Sendable {
  private var arena: [UInt8] = []
  /// By id; a length of -1 marks an id without a token.
  private var starts: [Int] = []
  private var lengths: [Int32] = []
  private var slots: [Int32]
  private var used = 0

  /// Ids above this are taken for a broken file rather than as a reason to allocate.
  static let largestID = 16_777_215

  init(capacity: Int) {
    var size = 16
    while size < 2 * capacity { size *= 2 }
    slots = [Int32](repeating: -1, count: size)
    starts.reserveCapacity(capacity)
    lengths.reserveCapacity(capacity)
  }

  /// One more than the largest id.
  var count: Int { starts.count }

  /// The bytes of a token, nil for an id without one.
  func bytes(of id: Int32) -> ArraySlice<UInt8>? {
    let at = Int(id)
    guard at >= 0, at < starts.count, lengths[at] >= 0 else { return nil }
    return arena[starts[at]..<starts[at] + Int(lengths[at])]
  }

  /// The id of a token, nil if there is none with these bytes.
  func id(of token: some RandomAccessCollection<UInt8>) -> Int32? {
    let id = slots[slot(of: token)]
    return id < 0 ? nil : id
  }

  func id(of token: String) -> Int32? { id(of: Array(token.utf8)) }

  /// Adds a token; false if its id or its bytes are taken by another.
  mutating func insert(_ token: [UInt8], id: Int32) -> Bool {
    let slot = slot(of: token)
    let at = Int(id)
    if slots[slot] >= 0 { return slots[slot] == id }
    while starts.count <= at {
      starts.append(0)
      lengths.append(-1)
    }
    guard lengths[at] < 0 else { return false }
    starts[at] = arena.count
    lengths[at] = Int32(token.count)
    arena += token
    slots[slot] = id
    used += 1
    if 2 * used > slots.count { grow() }
    return true
  }

  /// The slot that holds `token`, else the free one where it belongs.
  private func slot(of token: some RandomAccessCollection<UInt8>) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a, 64 bits
    for byte in token { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let mask = slots.count - 1
    var at = Int(truncatingIfNeeded: hash ^ (hash >> 32)) & mask
    while slots[at] >= 0 {
      let id = Int(slots[at])
      if Int(lengths[id]) == token.count,
        arena[starts[id]..<starts[id] + token.count].elementsEqual(token)
      {
        return at
      }
      at = (at + 1) & mask
    }
    return at
  }

  private mutating func grow() {
    let held = slots.filter { $0 >= 0 }
    slots = [Int32](repeating: -1, count: 2 * slots.count)
    for id in held {
      let token = Array(arena[starts[Int(id)]..<starts[Int(id)] + Int(lengths[Int(id)])])
      slots[slot(of: token)] = id
    }
  }
}
