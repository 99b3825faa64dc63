/// The functions and methods that need neither tensors nor a session.
enum CoreLibrary {
  static var functions: [FunctionSpec] { general + conversions + numbers + sequences }
  static var types: [HostType] { [list, map, string, range, function, error] + plainTypes }

  /// Kinds without members, so that errors and help know them.
  private static var plainTypes: [HostType] {
    [
      HostType("nil", "No value."), HostType("bool", "true or false."),
      HostType("int", "A whole number of 64 bits."),
      HostType("float", "A floating-point number of 64 bits."),
    ]
  }

  static var function: HostType {
    HostType(
      "function", "A function, of the program or of the host.",
      properties: [
        PropertySpec("name", "The name it was declared under, or nil.", returns: "string") {
          guard case .function(let function) = $0 else { return .nil }
          return function.name.map { .string($0) } ?? .nil
        },
        PropertySpec("doc", "Its documentation, or nil.", returns: "string") {
          guard case .function(let function) = $0 else { return .nil }
          return function.documentation.map { .string($0) } ?? .nil
        },
      ])
  }

  static var error: HostType {
    HostType("error", "What `catch` binds: .kind .message .place .data.")
  }

  static var range: HostType {
    let methods = listMethods.filter { !["flat", "join"].contains($0.name) }
    return HostType(
      "range", "Whole numbers from one end up to the other.", methods: methods,
      properties: [lengthProperty("The number of elements.")])
  }

  /// What every host object can do, unless its own table says otherwise.
  static var hostMethods: [FunctionSpec] {
    [
      FunctionSpec("plain", "The object as plain data.", returns: "value") { call in
        guard case .host(let object) = call.receiver, let plain = try object.plain() else {
          throw Fault(.type, "plain: a \(call.receiver.typeName) has no plain form")
        }
        return plain
      },
      FunctionSpec("list", "The elements as a list.", returns: "list") {
        .list(try Sequences.elements($0.receiver))
      },
    ]
  }

  static func lengthProperty(_ doc: String) -> PropertySpec {
    PropertySpec("len", doc, returns: "int") { .int(try length($0)) }
  }

  /// `len(x)`.
  static func length(_ value: Value) throws -> Int {
    switch value {
    case .list(let list): return list.count
    case .map(let map): return map.count
    case .string(let text): return text.count
    case .range(let range): return range.count
    case .host(let object):
      if let count = object.count { return count }
    default: break
    }
    throw Fault(.type, "len: \(value.described) has no length")
  }
}
