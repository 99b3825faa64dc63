/// The entries of a JSON object in the order of the file; also one row of a dataset.
///
/// Keys are unique and compared by bytes. Equality counts the order. Lookup is linear up to
/// `scanned` entries, by a hash index beyond (a vocabulary has 50,000).
package struct JSONObject: Sendable {
  package typealias Entry = (key: String, value: JSON)

  package private(set) var entries: [Entry] = []
  private var index: [ExactString: Int]?
  private static let scanned = 12

  package init() {}

  /// Of several entries with one key the last value stands, at the place of the first.
  package init(_ entries: some Sequence<Entry>) {
    for (key, value) in entries { self[key] = value }
  }

  package var count: Int { entries.count }
  package var keys: [String] { entries.map(\.key) }

  package func contains(_ key: String) -> Bool { position(of: key) != nil }

  /// The value of `key`, nil if there is none. Setting replaces in place or appends; setting nil
  /// removes.
  package subscript(key: String) -> JSON? {
    get { position(of: key).map { entries[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let place?, let value?): entries[place].value = value
      case (nil, let value?): append(key, value)
      case (let place?, nil):
        entries.remove(at: place)
        if index != nil { rebuildIndex() }
      case (nil, nil): break
      }
    }
  }

  mutating func reserveCapacity(_ count: Int) { entries.reserveCapacity(count) }

  private mutating func append(_ key: String, _ value: JSON) {
    entries.append((key, value))
    if index != nil {
      index?[ExactString(string: key)] = entries.count - 1
    } else if entries.count > Self.scanned {
      rebuildIndex()
    }
  }

  private mutating func rebuildIndex() {
    var places = [ExactString: Int](minimumCapacity: entries.count)
    for (place, entry) in entries.enumerated() { places[ExactString(string: entry.key)] = place }
    index = places
  }

  private func position(of key: String) -> Int? {
    if let index { return index[ExactString(string: key)] }
    return entries.firstIndex { $0.key.isExactly(key) }
  }
}

extension JSONObject: Equatable {
  package static func == (left: Self, right: Self) -> Bool {
    left.entries.count == right.entries.count
      && zip(left.entries, right.entries).allSatisfy {
        $0.key.isExactly($1.key) && $0.value == $1.value
      }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self.init(elements.lazy.map { (key: $0.0, value: $0.1) })
  }
}

extension JSONObject: Sequence {
  package func makeIterator() -> IndexingIterator<[Entry]> { entries.makeIterator() }
}
