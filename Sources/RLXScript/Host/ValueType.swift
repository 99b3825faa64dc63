/// The values a parameter accepts.
package indirect enum ValueType: CustomStringConvertible, Sendable {
  case any
  case `nil`
  case bool
  case int
  /// int or float; an int arrives as it is.
  case number
  case string
  case list
  /// A list (or range) whose every element is of the type.
  case listOf(ValueType)
  case map
  case range
  case function
  case error
  /// A host object of the type, by name.
  case host(String)
  case oneOf([ValueType])

  package func accepts(_ value: Value) -> Bool {
    switch (self, value) {
    case (.any, _), (.nil, .nil), (.bool, .bool), (.int, .int), (.number, .int), (.number, .float),
      (.string, .string), (.list, .list), (.list, .range), (.map, .map), (.range, .range),
      (.function, .function), (.error, .error):
      true
    case (.listOf(let element), .list(let list)): list.elements.allSatisfy(element.accepts)
    case (.listOf(let element), .range): element.accepts(.int(0))
    case (.host(let name), .host(let object)): object.typeName == name
    case (.oneOf(let types), _): types.contains { $0.accepts(value) }
    default: false
    }
  }

  package var description: String {
    switch self {
    case .any: "any value"
    case .nil: "nil"
    case .bool: "true or false"
    case .int: "an int"
    case .number: "a number"
    case .string: "a string"
    case .list: "a list"
    case .listOf(let element): "a list of \(element.plural)"
    case .map: "a map"
    case .range: "a range"
    case .function: "a function"
    case .error: "an error"
    case .host(let name): "a \(name)"
    case .oneOf(let types): types.map(\.description).joined(separator: " or ")
    }
  }

  private var plural: String {
    switch self {
    case .any: "values"
    case .nil: "nil"
    case .bool: "bools"
    case .int: "ints"
    case .number: "numbers"
    case .string: "strings"
    case .list: "lists"
    case .listOf(let element): "lists of \(element.plural)"
    case .map: "maps"
    case .range: "ranges"
    case .function: "functions"
    case .error: "errors"
    case .host(let name): name
    case .oneOf(let types): types.map(\.plural).joined(separator: " or ")
    }
  }
}
