/// How often each piece of some texts occurs, in the order of first occurrence.
struct WordCounts {
  private var words = Vocabulary(capacity: 1 << 12)
  private var counts: [Int] = []

  /// The number of different pieces.
  var count: Int { counts.count }

  mutating func add(_ word: ArraySlice<UInt8>) {
    if let id = words.id(of: word) {
      counts[Int(id)] += 1
    } else if words.insert(Array(word), id: Int32(counts.count)) {
      counts.append(1)
    }
  }

  func forEach(_ body: (ArraySlice<UInt8>, Int) -> Void) {
    for (id, count) in counts.enumerated() {
      if let word = words.bytes(of: Int32(id)) { body(word, count) }
    }
  }
}
