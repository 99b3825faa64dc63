/// A value of the language.
///
/// Everything but functions and host objects is data: copied when assigned or passed, shared until
/// written (Swift's arrays do the sharing). 17 bytes, so that lists of numbers stay flat.
package enum Value {
  case `nil`
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(Text)
  case list(ListValue)
  case map(MapValue)
  case range(RangeValue)
  case function(FunctionValue)
  case error(ErrorValue)
  case host(any HostObject)
}

extension Value {
  package static func string(_ text: String) -> Value { .string(Text(text)) }
  package static func list(_ elements: [Value]) -> Value { .list(ListValue(elements)) }
  package static func map(_ entries: [(String, Value)]) -> Value { .map(MapValue(entries)) }

  package var isNil: Bool { if case .nil = self { true } else { false } }

  /// The kind of the value; host objects have types of their own beyond it.
  package var kind: ValueKind {
    switch self {
    case .nil: .nil
    case .bool: .bool
    case .int: .int
    case .float: .float
    case .string: .string
    case .list: .list
    case .map: .map
    case .range: .range
    case .function: .function
    case .error: .error
    case .host: .host
    }
  }

  /// What `type(x)` says: the kind, or the host object's type.
  package var typeName: String {
    if case .host(let object) = self { object.typeName } else { kind.rawValue }
  }

  /// How many containers lie inside one another; 0 for plain values.
  package var depth: Int {
    switch self {
    case .list(let list): list.depth
    case .map(let map): map.depth
    case .error(let error): error.depth
    case .function(let function): function.depth
    case .nil, .bool, .int, .float, .string, .range, .host: 0
    }
  }

  /// How much work the value is to walk over: the values in it, long strings counted by length.
  package var weight: Int {
    switch self {
    case .list(let list): list.weight
    case .map(let map): map.weight
    case .error(let error): 1 + (error.diagnostic.data?.weight ?? 0)
    case .string(let text): 1 + text.string.utf8.count / Self.bytesPerWeight
    case .nil, .bool, .int, .float, .range, .function, .host: 1
    }
  }

  private static let bytesPerWeight = 64
}

package enum ValueKind: String, CaseIterable, Sendable {
  case `nil`, bool, int, float, string, list, map, range, function, error, host
}

/// The whole numbers from `lower` up to, not including, `upper`; empty where `upper <= lower`.
package struct RangeValue: Equatable, Sendable {
  package let lower: Int
  package let upper: Int

  package init(_ lower: Int, _ upper: Int) {
    self.lower = lower
    self.upper = upper
  }

  /// The number of elements; saturates, since a range may span more than Int holds.
  package var count: Int {
    guard upper > lower else { return 0 }
    let (difference, overflow) = upper.subtractingReportingOverflow(lower)
    return overflow ? Int.max : difference
  }
}

/// An error as a value: what `catch` binds.
package final class ErrorValue {
  package let diagnostic: Diagnostic
  package let depth: Int

  package init(_ diagnostic: Diagnostic) {
    self.diagnostic = diagnostic
    depth = 1 + (diagnostic.data?.depth ?? 0)
  }
}
