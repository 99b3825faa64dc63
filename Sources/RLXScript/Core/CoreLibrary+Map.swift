extension CoreLibrary {
  static var map: HostType {
    HostType(
      "map", "Values by key, in the order the keys came. A key may follow a dot: m.key.",
      methods: mapMethods,
      properties: [lengthProperty("The number of keys.", "{a: 1, b: 2}.len  #> 2")],
      example: "m = {prompt: \"Once\", n: 2}\nm.prompt  #> \"Once\"")
  }

  private static var mapMethods: [FunctionSpec] {
    let key = ParameterSpec("key", .any, doc: "A string, an int or a bool.")
    return [
      FunctionSpec("keys", "The keys.", returns: "list", example: "{a: 1}.keys()  #> [\"a\"]") {
        .list(try receiver($0).entries.map(\.key.value))
      },
      FunctionSpec("values", "The values.", returns: "list", example: "{a: 1}.values()  #> [1]") {
        .list(try receiver($0).entries.map(\.value))
      },
      FunctionSpec(
        "items", "Pairs of key and value.", returns: "list of lists",
        example: "{a: 1}.items()  #> [[\"a\", 1]]"
      ) { .list(try receiver($0).entries.map { .list([$0.key.value, $0.value]) }) },
      FunctionSpec(
        "get", "The value of the key, or the default where there is no such key.",
        parameters: [
          key,
          ParameterSpec("default", .any, optional: true, doc: "Given instead; nil if left out."),
        ], returns: "value", example: #"{a: 1}.get("b", 0)  #> 0"#
      ) { try receiver($0)[try mapKey($0)] ?? $0.value("default") },
      FunctionSpec(
        "has", "Whether there is such a key.", parameters: [key], returns: "bool",
        example: #"{a: 1}.has("a")  #> true"#
      ) { .bool(try receiver($0).has(try mapKey($0))) },
      FunctionSpec(
        "without", "The map without the keys.",
        parameters: [ParameterSpec("keys", .any, rest: true, doc: "Keys to leave out.")],
        returns: "map", example: #"{a: 1, b: 2}.without("a")  #> {b: 2}"#
      ) { call in
        var map = try receiver(call)
        for key in call.rest {
          guard let key = MapKey(key) else { throw Interpreter.wrongKey(key) }
          map[key] = nil
        }
        return .map(map)
      },
      FunctionSpec(
        "merge", "The map with the other's entries, which win.",
        parameters: [ParameterSpec("other", .map, doc: "The entries to add.")],
        returns: "map", example: "{a: 1}.merge({b: 2})  #> {a: 1, b: 2}"
      ) { call in
        var map = try receiver(call)
        for entry in try call.map("other").entries { map[entry.key] = entry.value }
        return .map(map)
      },
    ]
  }

  private static func receiver(_ call: Call) throws -> MapValue {
    guard case .map(let map) = call.receiver else {
      throw Fault(.type, "\(call.spec.qualifiedName): called on \(call.receiver.described)")
    }
    return map
  }

  private static func mapKey(_ call: Call) throws -> MapKey {
    guard let key = MapKey(call.value("key")) else {
      throw Interpreter.wrongKey(call.value("key"))
    }
    return key
  }
}
