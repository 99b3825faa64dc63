extension Value {
  /// An int or float as a float.
  package var asDouble: Double? {
    switch self {
    case .int(let number): Double(number)
    case .float(let number): number
    default: nil
    }
  }

  package var asInt: Int? { if case .int(let number) = self { number } else { nil } }
  package var asString: String? { if case .string(let text) = self { text.string } else { nil } }

  /// The elements of a list or range, nil for anything else. A range too long for a list throws.
  package func asElements() throws -> [Value]? {
    switch self {
    case .list(let list): return list.elements
    case .range(let range):
      guard range.count <= Limits().size else { throw Limit.size.fault(Limits().size) }
      return (0..<range.count).map { .int(range.lower + $0) }
    default: return nil
    }
  }

  /// The value as errors name it: `string "high"`, `int 3`, `list of 2`, `Model`.
  package var described: String {
    switch self {
    case .nil: "nil"
    case .bool, .int, .float, .range, .string: "\(typeName) \(brief)"
    case .list(let list): "list of \(list.count)"
    case .map(let map): "map of \(map.count)"
    case .function(let function): function.name.map { "function \($0)" } ?? "a function"
    case .error: "an error"
    case .host(let object): object.typeName
    }
  }

  /// `shown`, cut to a length that fits into a message.
  var brief: String {
    let text =
      switch self {
      case .list(let list) where list.count > 8: "list of \(list.count)"
      case .map(let map) where map.count > 8: "map of \(map.count)"
      case .host(let object): object.typeName
      default: shown
      }
    let scalars = text.unicodeScalars
    guard scalars.count > Self.briefLength else { return text }
    return String(scalars.prefix(Self.briefLength)) + "…"
  }

  private static let briefLength = 60
}
