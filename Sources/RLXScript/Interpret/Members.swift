/// Reading, calling and writing with `.name`.
enum Members {
  static func read(_ name: String, of object: Value, _ registry: Registry) throws -> Value {
    if case .map(let map) = object, let value = map[name] { return value }
    if case .function(let function) = object, case .type(let type) = function.body,
      let spec = type.static(name)
    {
      return .function(FunctionValue(spec))
    }
    let type = registry.type(of: object)
    if let property = type?.property(name) { return try property.body(object) }
    if case .host(let host) = object, name == "len", let count = host.count { return .int(count) }
    if let method = type?.method(name) { throw isMethod(method, of: title(object)) }
    if case .map(let map) = object { throw missing(name, map, type) }
    throw unknown(name, object, type)
  }

  /// The function that `object.name(…)` calls.
  static func callable(
    _ name: String, of object: Value, _ registry: Registry
  ) throws -> FunctionValue {
    let type = registry.type(of: object)
    if let method = type?.method(name) { return FunctionValue(method, receiver: object) }
    if case .host = object, let method = CoreLibrary.hostMethods.first(where: { $0.name == name }) {
      return FunctionValue(method, receiver: object)
    }
    if case .function(let function) = object, case .type(let type) = function.body {
      if let spec = type.static(name) { return FunctionValue(spec) }
      throw unknownStatic(name, of: type)
    }
    if case .map(let map) = object {
      guard let value = map[name] else { throw missing(name, map, type) }
      guard case .function(let function) = value else {
        throw Fault(
          .type, "key \(name) holds \(value.described), which cannot be called",
          remedy: ".\(name)")
      }
      return function
    }
    if type?.property(name) != nil { throw isProperty(name, of: title(object)) }
    throw unknown(name, object, type)
  }

  static func write(_ name: String, of object: inout Value, _ value: Value) throws {
    switch object {
    case .map(var map):
      object = .nil
      map[.string(Text(name))] = value
      object = .map(map)
    case .host:
      try Elements.setHost(&object) {
        try $0.settingProperty(name, to: value, isUniquelyHeld: $1)
      }
    default:
      throw Fault(.type, "\(title(object)): \(name) cannot be assigned")
    }
  }

  /// Changes a field in place.
  static func change(
    _ name: String, of object: inout Value, _ registry: Registry,
    _ body: (inout Value) throws -> Void
  ) throws {
    if case .map(var map) = object {
      guard map.has(.string(Text(name))) else {
        throw missing(name, map, registry.type(of: object))
      }
      object = .nil
      defer { object = .map(map) }
      _ = try map.modify(.string(Text(name)), body)
      return
    }
    var field = try read(name, of: object, registry)
    try body(&field)
    if case .host(let inner) = field, !inner.isData { return }
    try write(name, of: &object, field)
  }

  private static func missing(_ name: String, _ map: MapValue, _ type: HostType?) -> Fault {
    let keys = map.keys.compactMap(\.value.asString)
    let nearest =
      Spelling.nearest(name, among: keys) ?? Spelling.nearest(name, among: type?.memberNames ?? [])
    return Fault(
      .key, "no key \"\(name)\" in the map",
      remedy: nearest.map { ".\($0)" } ?? "m.get(\"\(name)\", default)")
  }

  private static func unknown(_ name: String, _ object: Value, _ type: HostType?) -> Fault {
    if case .function(let function) = object, case .type(let type) = function.body {
      return unknownMember(name, of: type.name, .function, known: type.statics.map(\.name))
    }
    return unknownMember(name, of: object.typeName, object.kind, known: type?.memberNames ?? [])
  }

  private static func title(_ object: Value) -> String {
    if case .function(let function) = object, case .type(let type) = function.body {
      return type.name
    }
    return object.typeName
  }
}
