/// A key of a map.
package enum MapKey: Hashable, Sendable {
  case string(Text)
  case int(Int)
  case bool(Bool)

  package var value: Value {
    switch self {
    case .string(let text): .string(text)
    case .int(let number): .int(number)
    case .bool(let flag): .bool(flag)
    }
  }

  package init?(_ value: Value) {
    switch value {
    case .string(let text): self = .string(text)
    case .int(let number): self = .int(number)
    case .bool(let flag): self = .bool(flag)
    default: return nil
    }
  }
}

/// A map that keeps its keys in the order they came. A value: copies share until one is written.
package struct MapValue {
  package typealias Entry = (key: MapKey, value: Value)
  private var storage: Storage

  private final class Storage {
    var entries: [Entry] = []
    /// Positions by key, kept only once a search along the entries would be slow.
    var positions: [MapKey: Int] = [:]
    var depth = 1
    var weight = 1
    static let indexedFrom = 9

    func position(_ key: MapKey) -> Int? {
      if entries.count < Self.indexedFrom { return entries.firstIndex { $0.key == key } }
      return positions[key]
    }

    func append(_ entry: Entry) {
      entries.append(entry)
      depth = max(depth, 1 + entry.value.depth)
      weight += 1 + entry.value.weight
      if entries.count == Self.indexedFrom {
        for (i, entry) in entries.enumerated() { positions[entry.key] = i }
      } else if entries.count > Self.indexedFrom {
        positions[entry.key] = entries.count - 1
      }
    }

    func copy() -> Storage {
      let copy = Storage()
      copy.entries = entries
      copy.positions = positions
      copy.depth = depth
      copy.weight = weight
      return copy
    }
  }

  package init() { storage = Storage() }

  /// Of equal keys the last value stays, at the first one's place.
  package init(_ entries: [(String, Value)]) {
    self.init()
    for (key, value) in entries { self[.string(Text(key))] = value }
  }

  package var count: Int { storage.entries.count }
  package var entries: [Entry] { storage.entries }
  package var keys: [MapKey] { storage.entries.map(\.key) }
  package var depth: Int { storage.depth }
  /// How many keys and values it holds in all, shared ones as often as they occur.
  package var weight: Int { storage.weight }

  package func has(_ key: MapKey) -> Bool { storage.position(key) != nil }

  /// The value of a key that is a string.
  package subscript(_ key: String) -> Value? { self[.string(Text(key))] }

  /// Reading a missing key gives nil; writing nil takes the key away.
  package subscript(_ key: MapKey) -> Value? {
    get { storage.position(key).map { storage.entries[$0].value } }
    set {
      guard let newValue else { return remove(key) }
      makeUnique()
      if let position = storage.position(key) {
        modify(position) { $0 = newValue }
      } else {
        storage.append((key, newValue))
      }
    }
  }

  /// Changes the value of `key` in place, or returns nil where there is no such key.
  mutating func modify<R>(_ key: MapKey, _ body: (inout Value) throws -> R) rethrows -> R? {
    guard let position = storage.position(key) else { return nil }
    makeUnique()
    return try modify(position, body)
  }

  private func modify<R>(_ position: Int, _ body: (inout Value) throws -> R) rethrows -> R {
    let before = storage.entries[position].value.weight
    defer {
      let value = storage.entries[position].value
      storage.depth = max(storage.depth, 1 + value.depth)
      storage.weight += value.weight - before
    }
    return try body(&storage.entries[position].value)
  }

  /// Makes the depth, an upper bound after changes in place, exact again, one level deep.
  mutating func remeasure() {
    makeUnique()
    storage.depth = 1 + (storage.entries.map(\.value.depth).max() ?? 0)
  }

  private mutating func remove(_ key: MapKey) {
    guard has(key) else { return }
    let kept = storage.entries.filter { $0.key != key }
    storage = Storage()
    for entry in kept { storage.append(entry) }
  }

  private mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) { storage = storage.copy() }
  }
}
