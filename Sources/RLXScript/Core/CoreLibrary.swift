/// The functions and methods that need neither tensors nor a session.
enum CoreLibrary {
  static var functions: [FunctionSpec] { general + conversions + numbers + sequences }
  static var types: [HostType] { [list, map, string, range, function, error] + plainTypes }

  /// Kinds without members, so that errors and help know them.
  private static var plainTypes: [HostType] {
    [
      HostType("nil", "No value.", example: "nil ?? \"nothing\"  #> \"nothing\""),
      HostType("bool", "true or false.", example: "not true  #> false"),
      HostType(
        "int", "A whole number of 64 bits; overflow is an error.", example: "7 // 2  #> 3"),
      HostType("float", "A floating-point number of 64 bits.", example: "7 / 2  #> 3.5"),
    ]
  }

  static var function: HostType {
    HostType(
      "function", "A function, of the program or of the host.",
      properties: [
        PropertySpec(
          "name", "The name it was declared under, or nil.", returns: "string",
          example: "abs.name  #> \"abs\""
        ) {
          guard case .function(let function) = $0 else { return .nil }
          return function.name.map { .string($0) } ?? .nil
        },
        PropertySpec(
          "doc", "Its documentation, or nil.", returns: "string",
          example: "## Twice x.\nfn twice(x) => 2 * x\ntwice.doc  #> \"Twice x.\""
        ) {
          guard case .function(let function) = $0 else { return .nil }
          return function.documentation.map { .string($0) } ?? .nil
        },
      ], example: "fn twice(x) => 2 * x\ntwice(21)  #> 42")
  }

  static var error: HostType {
    func field(
      _ name: String, _ doc: String, _ returns: String, _ example: String,
      _ read: @escaping (Diagnostic) -> Value?
    ) -> PropertySpec {
      PropertySpec(
        name, doc, returns: returns, example: example
      ) {
        guard case .error(let error) = $0 else { return .nil }
        return read(error.diagnostic) ?? .nil
      }
    }
    return HostType(
      "error", "What `catch` binds: what went wrong, where, and of which kind.",
      properties: [
        field(
          "kind", "The sort of error, a word: `?errors` lists them.", "string",
          "try { [1][5] } catch e { print(e.kind) }  #> index"
        ) {
          .string($0.kind.rawValue)
        },
        field(
          "message", "What is wrong, in words.", "string",
          "try { fail \"no tea\" } catch e { print(e.message) }  #> no tea"
        ) {
          .string($0.message)
        },
        field(
          "place", "File, line and column.", "string or nil",
          "try { [1][5] } catch e { print(e.place) }"
        ) {
          $0.place.map { .string($0.description) }
        },
        field(
          "data", "What `fail` was given, where that is no string.", "value",
          "try { fail {code: 7} } catch e { print(e.data.code) }  #> 7"
        ) {
          $0.data
        },
      ], example: "try { [1][5] } catch e { print(e.kind) }  #> index")
  }

  static var range: HostType {
    let methods = listMethods.filter { !["flat", "join"].contains($0.name) }
    return HostType(
      "range", "Whole numbers from one end up to the other.", methods: methods,
      properties: [lengthProperty("The number of elements.", "(0..5).len  #> 5")],
      example: "(0..5).list()  #> [0, 1, 2, 3, 4]")
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

  static func lengthProperty(_ doc: String, _ example: String) -> PropertySpec {
    PropertySpec("len", doc, returns: "int", example: example) { .int(try length($0)) }
  }

  /// `len(x)`.
  static func length(_ value: Value) throws -> Int {
    switch value {
    case .list(let list): return list.count
    case .map(let map): return map.count
    case .string(let text): return text.count
    case .range(let range): return range.count
    case .host(let object):
      if let count = try object.counted() { return count }
    default: break
    }
    throw Fault(.type, "len: \(value.described) has no length")
  }
}
