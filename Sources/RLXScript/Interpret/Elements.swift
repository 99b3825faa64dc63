/// Reading and writing with `[ ]`.
enum Elements {
  static func read(_ object: Value, _ subscripts: [SubscriptValue]) throws -> Value {
    if case .host(let host) = object { return try host.index(subscripts) }
    let item = try single(subscripts, object)
    switch (object, item) {
    case (.list(let list), .value(let index)):
      return list.elements[try position(index, list.count, "list")]
    case (.list(let list), .range(let lower, let upper)):
      return .list(Array(list.elements[clipped(lower, upper, list.count)]))
    case (.string(let text), .value(let index)):
      let position = try position(index, text.count, "string")
      return .string(text.slice(position..<position + 1))
    case (.string(let text), .range(let lower, let upper)):
      return .string(text.slice(clipped(lower, upper, text.count)))
    case (.range(let range), .value(let index)):
      return .int(range.lower + (try position(index, range.count, "range")))
    case (.range(let range), .range(let lower, let upper)):
      let part = clipped(lower, upper, range.count)
      return .range(RangeValue(range.lower + part.lowerBound, range.lower + part.upperBound))
    case (.map(let map), .value(let key)):
      guard let mapKey = MapKey(key) else { throw Interpreter.wrongKey(key) }
      guard let value = map[mapKey] else { throw missing(key, map) }
      return value
    default:
      throw Fault(.type, "\(object.described) has no elements to read with [ ]")
    }
  }

  static func write(
    _ object: inout Value, _ subscripts: [SubscriptValue], _ value: Value
  ) throws {
    if object.kind == .host {
      try setHost(&object) { try $0.settingIndex(subscripts, to: value, isUniquelyHeld: $1) }
      return
    }
    let item = try single(subscripts, object)
    switch (object, item) {
    case (.list(var list), .value(let index)):
      let position = try position(index, list.count, "list")
      object = .nil
      list.modify(position) { $0 = value }
      object = .list(list)
    case (.list(var list), .range(let lower, let upper)):
      guard let values = try value.asElements() else {
        throw Fault(.type, "a slice takes a list, got \(value.described)")
      }
      object = .nil
      list.replace(clipped(lower, upper, list.count), with: values)
      object = .list(list)
    case (.map(var map), .value(let key)):
      guard let mapKey = MapKey(key) else { throw Interpreter.wrongKey(key) }
      object = .nil
      map[mapKey] = value
      object = .map(map)
    case (.string, _):
      throw Fault(.type, "the characters of a string cannot be assigned", remedy: "s.replace(…)")
    default:
      throw Fault(.type, "\(object.described) has no elements to assign with [ ]")
    }
  }

  /// Changes the element in place.
  static func change(
    _ object: inout Value, _ subscripts: [SubscriptValue], _ body: (inout Value) throws -> Void
  ) throws {
    if object.kind == .host {
      var element = try read(object, subscripts)
      try body(&element)
      if case .host(let inner) = element, !inner.isData { return }
      try write(&object, subscripts, element)
      return
    }
    let item = try single(subscripts, object)
    switch (object, item) {
    case (.list(var list), .value(let index)):
      let position = try position(index, list.count, "list")
      object = .nil
      defer { object = .list(list) }
      try list.modify(position, body)
    case (.map(var map), .value(let key)):
      guard let mapKey = MapKey(key) else { throw Interpreter.wrongKey(key) }
      guard map.has(mapKey) else { throw missing(key, map) }
      object = .nil
      defer { object = .map(map) }
      _ = try map.modify(mapKey, body)
    default:
      var element = try read(object, subscripts)
      try body(&element)
      try write(&object, subscripts, element)
    }
  }

  /// Lets a host object change, or replace, itself, and says whether nothing else holds it.
  static func setHost(
    _ value: inout Value, _ body: (any HostObject, Bool) throws -> any HostObject
  ) throws {
    guard var held = Held(&value) else { return }
    let isUnique = held.isUnique
    do {
      value = .host(try body(held.object, isUnique))
    } catch {
      value = .host(held.object)
      throw error
    }
  }

  /// A host object taken out of its value, so that its references can be counted.
  private struct Held {
    private var counted: Counted<AnyObject>
    /// Kept alive by `counted`.
    unowned(unsafe) let object: any HostObject

    init?(_ value: inout Value) {
      guard case .host(let object) = value else { return nil }
      self.object = object
      counted = Counted(reference: object)
      value = .nil
    }

    var isUnique: Bool { mutating get { counted.isUnique } }
  }

  /// Generic because passing an existential directly opens a copy of it, which is never unique.
  private struct Counted<Object: AnyObject> {
    var reference: Object
    var isUnique: Bool { mutating get { isKnownUniquelyReferenced(&reference) } }
  }

  // MARK: - Positions

  /// The position an index means; negative ones count from the end.
  static func position(_ index: Value, _ count: Int, _ what: String) throws -> Int {
    guard case .int(let number) = index else {
      throw Fault(.type, "an index into a \(what) is an int, got \(index.described)")
    }
    let position = number < 0 ? number &+ count : number
    guard position >= 0, position < count else {
      throw Fault(
        .index, "index \(number) is outside the \(what) of \(count)",
        remedy: count == 0 ? nil : "0 to \(count - 1), or -\(count) to -1 from the end")
    }
    return position
  }

  /// The part of `0..<count` a slice means; negative ends count from the end.
  static func clipped(_ lower: Int?, _ upper: Int?, _ count: Int) -> Range<Int> {
    func clip(_ end: Int) -> Int { min(max(end < 0 ? end &+ count : end, 0), count) }
    let low = clip(lower ?? 0)
    return low..<max(low, clip(upper ?? count))
  }

  static func missing(_ key: Value, _ map: MapValue) -> Fault {
    var nearest: String?
    if case .string(let text) = key {
      nearest = Spelling.nearest(text.string, among: map.keys.compactMap(\.value.asString))
    }
    return Fault(
      .key, "no key \(key.brief) in the map",
      remedy: nearest ?? "m.get(\(key.brief), default)")
  }

  private static func single(
    _ subscripts: [SubscriptValue], _ object: Value
  ) throws -> SubscriptValue {
    guard subscripts.count == 1, let item = subscripts.first else {
      throw Fault(
        .type, "a \(object.typeName) takes one subscript, got \(subscripts.count)",
        remedy: "xs[0][1]")
    }
    if case .ellipsis = item { throw Fault(.type, "`...` is for tensors") }
    return item
  }
}
