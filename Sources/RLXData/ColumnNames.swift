/// Every key of any row, in the order first seen.
struct ColumnNames: Sendable {
  private(set) var names: [String] = []
  private var known: Set<ExactString> = []
  /// The keys of the row last seen: rows of a file are mostly alike, and then none is looked up.
  private var latest: [[UInt8]] = []

  mutating func add(_ name: String) {
    if known.insert(ExactString(string: name)).inserted { names.append(name) }
  }

  mutating func add(_ row: Row) {
    for (key, _) in row { add(key) }
  }

  mutating func add(_ others: ColumnNames) {
    for name in others.names { add(name) }
  }

  /// Adds the keys of one row, given one after the other as UTF-8, with their place in the row.
  mutating func add(_ key: UnsafeRawBufferPointer, at place: Int) {
    if place < latest.count, latest[place].count == key.count, latest[place].elementsEqual(key) {
      return
    }
    add(String(decoding: key, as: UTF8.self))
    if place < latest.count { latest[place] = Array(key) } else { latest.append(Array(key)) }
  }
}
