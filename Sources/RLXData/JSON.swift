/// A JSON value (RFC 8259). Objects keep their order, integers that fit 64 bits stay integers.
///
/// Equality is exact: strings by bytes, `1` is not `1.0`, the order of keys counts.
package enum JSON: Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case array([JSON])
  case object(JSONObject)
}

extension JSON {
  package static func object(_ entries: [JSONObject.Entry]) -> JSON {
    .object(JSONObject(entries))
  }

  /// The value of a key; nil if there is none or if this is no object.
  package subscript(key: String) -> JSON? { objectValue?[key] }

  /// The element at a place; nil outside, or if this is no array.
  package subscript(place: Int) -> JSON? {
    guard case .array(let values) = self, values.indices.contains(place) else { return nil }
    return values[place]
  }

  package var isNull: Bool { if case .null = self { true } else { false } }
  package var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var stringValue: String? { if case .string(let value) = self { value } else { nil } }
  package var arrayValue: [JSON]? { if case .array(let value) = self { value } else { nil } }
  package var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// An integer, also one written as `2048.0` or `1e3`.
  package var intValue: Int? {
    switch self {
    case .int(let value): value
    case .double(let value): Int(exactly: value)
    default: nil
    }
  }

  /// Any number as a double.
  package var doubleValue: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// What this is, with an article, for error messages: "an array of 3".
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): "the number \(value)"
    case .double(let value): "the number \(value)"
    case .string: "a string"
    case .array(let values): "an array of \(values.count)"
    case .object(let object): "an object of \(object.count)"
    }
  }
}

extension JSON: Equatable {
  package static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.double(let a), .double(let b)): a == b
    case (.string(let a), .string(let b)): a.isExactly(b)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    case (.null, _), (.bool, _), (.int, _), (.double, _), (.string, _), (.array, _), (.object, _):
      false
    }
  }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(nilLiteral: ()) { self = .null }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(integerLiteral value: Int) { self = .int(value) }
  package init(floatLiteral value: Double) { self = .double(value) }
  package init(stringLiteral value: String) { self = .string(value) }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { (key: $0.0, value: $0.1) })
  }
}
