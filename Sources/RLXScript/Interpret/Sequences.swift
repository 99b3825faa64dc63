/// What `for` and the core library run over.
enum Sequences {
  /// A function that gives one element after the other, then nil. A map gives its keys, or
  /// `[key, value]` as pairs; a string its characters.
  static func iterator(_ value: Value, asPairs: Bool = false) throws -> () throws -> Value? {
    switch value {
    case .list(let list):
      var iterator = list.elements.makeIterator()
      return { iterator.next() }
    case .range(let range):
      var next = range.lower
      return {
        guard next < range.upper else { return nil }
        defer { next += 1 }
        return .int(next)
      }
    case .map(let map):
      var iterator = map.entries.makeIterator()
      return {
        iterator.next().map { asPairs ? .list([$0.key.value, $0.value]) : $0.key.value }
      }
    case .string(let text):
      var iterator = text.scalars.makeIterator()
      return { iterator.next().map { .string(String($0)) } }
    case .host(let object):
      if let iterator = try object.makeIterator() { return iterator }
    default: break
    }
    throw Fault(
      .type, "cannot run over \(value.described)",
      remedy: value.asInt.map { "0..\($0)" } ?? "a list, range, map or string")
  }

  /// All elements; for sequences whose length the caller has bounded or the host bounds.
  static func elements(_ value: Value) throws -> [Value] {
    if let elements = try value.asElements() { return elements }
    let next = try iterator(value)
    var elements: [Value] = []
    while let element = try next() { elements.append(element) }
    return elements
  }
}
