/// What is known of an expression's value before anything runs.
enum Known {
  case unknown
  /// The value itself: a literal, or what literals make up.
  case value(Value)
  /// Its type, by the name that `type(x)` says.
  case type(String)
  /// A function of the host.
  case function(FunctionSpec)
  /// A type's name, which makes objects when it is called.
  case constructor(HostType)
  /// A function of the program, and the scope it stands in; nil for one of another file.
  case script(FunctionSyntax, in: CheckScope?)
  /// What `use … as` brings: a map of what the file defines.
  case module([String: Known])

  /// What `type(x)` will say; nil if that is not known.
  var typeName: String? {
    switch self {
    case .unknown: nil
    case .value(let value): value.typeName
    case .type(let name): name
    case .function, .constructor, .script: ValueKind.function.rawValue
    case .module: ValueKind.map.rawValue
    }
  }

  /// The kind of the value, `.host` for every host object.
  var kind: ValueKind? { typeName.map { ValueKind(rawValue: $0) ?? .host } }

  /// The value as errors name it; nil if nothing is known of it.
  var described: String? {
    switch self {
    case .value(let value): value.described
    case .constructor(let type): "function \(type.name)"
    case .function(let spec): "function \(spec.name)"
    case .script(let function, _): function.name.map { "function \($0)" } ?? "a function"
    case .unknown, .type, .module: typeName.map { "a value of type \($0)" }
    }
  }

  /// What a name stands for that is given this: the content of a list or map may change later.
  var named: Known {
    switch self {
    case .value(.list), .value(.map): .type(typeName ?? "")
    default: self
    }
  }

  /// What is known of a value that is one of several.
  static func oneOf(_ all: [Known]) -> Known {
    guard all.count != 1 else { return all[0] }
    let names = Set(all.map(\.typeName))
    guard names.count == 1, let name = names.first ?? nil, name != ValueKind.function.rawValue
    else { return .unknown }
    return .type(name)
  }
}

extension ValueType {
  /// Whether a value of the named type may be accepted; of a list, its elements are not asked.
  func mayAccept(typeName name: String) -> Bool {
    switch self {
    case .any: true
    case .nil: name == "nil"
    case .bool: name == "bool"
    case .int: name == "int"
    case .number: name == "int" || name == "float"
    case .string: name == "string"
    case .list, .listOf: name == "list" || name == "range"
    case .map: name == "map"
    case .range: name == "range"
    case .function: name == "function"
    case .error: name == "error"
    case .host(let wanted): name == wanted
    case .oneOf(let types): types.contains { $0.mayAccept(typeName: name) }
    }
  }
}
