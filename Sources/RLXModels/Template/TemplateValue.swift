import RLXData

/// A value while a template is evaluated, with the meaning it has in Python, which Jinja is made of.
enum TemplateValue {
  /// A name or attribute that is not there; what it is called.
  case undefined(String)
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case list([TemplateValue])
  case tuple([TemplateValue])
  case map(TemplateMap)
  /// What filters such as `selectattr` give: to be walked through once.
  case iterator(TemplateIterator)
  /// The one thing a template can change: `namespace(…)`.
  case namespace(TemplateNamespace)
  case loop(TemplateLoop)
  case callable(TemplateCallable)
}

// Values of one run, with parts that change: they stay in it.
@available(*, unavailable)
extension TemplateValue: Sendable {}
@available(*, unavailable)
extension TemplateMap: Sendable {}
@available(*, unavailable)
extension TemplateEntry: Sendable {}

/// A dictionary in the order of its making. Keys are strings, numbers, booleans or none.
struct TemplateMap {
  private(set) var entries: [TemplateEntry] = []
  /// The places of string keys, once there are more than `scanned`.
  private var index: [TemplateKey: Int]?
  private static let scanned = 12

  init() {}

  /// The value of a key, nil if there is none.
  subscript(key: TemplateValue) -> TemplateValue? { place(of: key).map { entries[$0].value } }

  subscript(key: String) -> TemplateValue? { self[.string(key)] }

  /// Sets a value, at the place the key has or at the end.
  mutating func set(_ key: TemplateValue, _ value: TemplateValue) {
    if let place = self.place(of: key) {
      entries[place].value = value
      return
    }
    entries.append(TemplateEntry(key: key, value: value))
    if index != nil {
      if let key = TemplateKey(key) { index?[key] = entries.count - 1 }
    } else if entries.count > Self.scanned {
      var places: [TemplateKey: Int] = [:]
      for (place, entry) in entries.enumerated() {
        if let key = TemplateKey(entry.key) { places[key] = place }
      }
      index = places
    }
  }

  mutating func set(_ key: String, _ value: TemplateValue) { set(.string(key), value) }

  private func place(of key: TemplateValue) -> Int? {
    if let index, let key = TemplateKey(key) { return index[key] }
    return entries.firstIndex { $0.key.equals(key) }
  }
}

struct TemplateEntry {
  let key: TemplateValue
  var value: TemplateValue
}

/// A string key of a map, equal by its bytes.
private struct TemplateKey: Hashable {
  let string: String

  init?(_ value: TemplateValue) {
    guard case .string(let string) = value else { return nil }
    self.string = string
  }

  static func == (left: Self, right: Self) -> Bool { left.string.isExactly(right.string) }

  func hash(into hasher: inout Hasher) {
    var copy = string
    copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

final class TemplateIterator {
  private var items: ArraySlice<TemplateValue>

  init(_ items: [TemplateValue]) {
    self.items = items[...]
  }

  func takeFirst() -> TemplateValue? { items.popFirst() }

  func takeAll() -> [TemplateValue] {
    defer { items = [] }
    return Array(items)
  }
}

final class TemplateNamespace {
  var attributes: TemplateMap

  init(_ attributes: TemplateMap) {
    self.attributes = attributes
  }
}

/// What `loop` is within a for loop.
final class TemplateLoop {
  let items: [TemplateValue]
  let depth: Int
  var index = 0
  /// What `loop.changed` saw last.
  var last: [TemplateValue]?
  /// Renders the loop again over other items, for `recursive` loops.
  let again: (syntax: TemplateLoopSyntax, scope: TemplateScope)?

  init(
    _ items: [TemplateValue], depth: Int, again: (syntax: TemplateLoopSyntax, scope: TemplateScope)?
  ) {
    self.items = items
    self.depth = depth
    self.again = again
  }
}

/// Something to be called.
enum TemplateCallable {
  /// `range`, `namespace`, `raise_exception` and so on.
  case function(String)
  /// A method of a value: `text.split`.
  indirect case method(TemplateValue, String)
  case macro(TemplateMacro)
}

/// A macro and the scope it was made in, whose names it sees.
final class TemplateMacro {
  let syntax: TemplateMacroSyntax
  let scope: TemplateScope

  init(_ syntax: TemplateMacroSyntax, scope: TemplateScope) {
    self.syntax = syntax
    self.scope = scope
  }
}

/// The names of a stretch of a template and, behind them, those of what surrounds it.
final class TemplateScope {
  private var values = TemplateMap()
  let parent: TemplateScope?

  init(parent: TemplateScope?) {
    self.parent = parent
  }

  func value(of name: String) -> TemplateValue? {
    var scope: TemplateScope? = self
    while let here = scope {
      if let value = here.values[name] { return value }
      scope = here.parent
    }
    return nil
  }

  func set(_ name: String, _ value: TemplateValue) { values.set(name, value) }
}

extension TemplateValue {
  init(_ constant: TemplateConstant) {
    switch constant {
    case .none: self = .none
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .double(let value): self = .double(value)
    case .string(let value): self = .string(value)
    }
  }

  init(_ json: JSON) {
    switch json {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .double(let value): self = .double(value)
    case .string(let value): self = .string(value)
    case .array(let values): self = .list(values.map(TemplateValue.init))
    case .object(let object): self = .map(TemplateMap(object))
    }
  }

  /// Whether a condition holds with this value.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .int(let value): value != 0
    case .double(let value): value != 0
    case .string(let value): !value.isEmpty
    case .list(let items), .tuple(let items): !items.isEmpty
    case .map(let map): !map.entries.isEmpty
    case .iterator, .namespace, .loop, .callable: true
    }
  }

  /// As an error calls it.
  var described: String {
    switch self {
    case .undefined(let name): "\(name), which is undefined"
    case .none: "none"
    case .bool(let value): value ? "true" : "false"
    case .int: "an integer"
    case .double: "a float"
    case .string: "a string"
    case .list: "a list"
    case .tuple: "a tuple"
    case .map: "a mapping"
    case .iterator: "a sequence to be walked through once"
    case .namespace: "a namespace"
    case .loop: "the loop"
    case .callable: "a function"
    }
  }

  /// Python's `==`: numbers and booleans by value, strings by their characters, never an error.
  func equals(_ other: TemplateValue) -> Bool {
    if let a = number, let b = other.number {
      if case .int(let x) = a, case .int(let y) = b { return x == y }
      return a.asDouble == b.asDouble
    }
    switch (self, other) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.string(let a), .string(let b)): return a.isExactly(b)
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      return a.count == b.count && zip(a, b).allSatisfy { $0.equals($1) }
    case (.map(let a), .map(let b)):
      return a.entries.count == b.entries.count
        && a.entries.allSatisfy { entry in b[entry.key].map { entry.value.equals($0) } ?? false }
    case (.iterator(let a), .iterator(let b)): return a === b
    case (.namespace(let a), .namespace(let b)): return a === b
    case (.loop(let a), .loop(let b)): return a === b
    default: return false
    }
  }

  /// The value as a number: booleans are 0 and 1.
  var number: TemplateNumber? {
    switch self {
    case .bool(let value): .int(value ? 1 : 0)
    case .int(let value): .int(value)
    case .double(let value): .double(value)
    default: nil
    }
  }
}

enum TemplateNumber {
  case int(Int)
  case double(Double)

  var asDouble: Double {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    }
  }
}

extension TemplateMap {
  init(_ object: JSONObject) {
    self.init()
    for entry in object { set(entry.key, TemplateValue(entry.value)) }
  }
}
