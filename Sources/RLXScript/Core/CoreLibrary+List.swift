extension CoreLibrary {
  static var list: HostType {
    HostType(
      "list", "Values one after the other. A value itself: changing a copy leaves it as it is.",
      methods: listMethods,
      properties: [lengthProperty("The number of elements.", "[3, 1, 2].len  #> 3")],
      example: "[3, 1, 2].sort()  #> [1, 2, 3]")
  }

  static var listMethods: [FunctionSpec] { callingMethods + reducingMethods + rearrangingMethods }

  private static let functionDoc = "Called with each element."

  private static var callingMethods: [FunctionSpec] {
    let function = ParameterSpec("f", .function, example: "fn(x) => x", doc: functionDoc)
    return [
      FunctionSpec(
        "map", "The function's value for each element.", parameters: [function], returns: "list",
        example: "[1, 2].map(fn(x) => x * x)  #> [1, 4]"
      ) { call in
        let f = try call.function("f")
        return .list(try elements(call).map { try call.call(f, [$0]) })
      },
      FunctionSpec(
        "filter", "The elements for which the function is true.", parameters: [function],
        returns: "list", example: "[1, 2, 3].filter(fn(x) => x > 1)  #> [2, 3]"
      ) { call in
        let f = try call.function("f")
        return .list(
          try elements(call).filter { try isTrue(try call.call(f, [$0]), "filter") })
      },
      FunctionSpec(
        "fold", "f(f(f(start, x0), x1), …): the elements combined into one value.",
        parameters: [
          ParameterSpec("start", .any, doc: "The value before the first element."),
          ParameterSpec(
            "f", .function, example: "fn(sum, x) => sum + x",
            doc: "Called with the value so far and each element."),
        ], returns: "value", example: "[1, 2].fold(0, fn(sum, x) => sum + x)  #> 3"
      ) { call in
        let f = try call.function("f")
        return try elements(call).reduce(call.value("start")) { try call.call(f, [$0, $1]) }
      },
      FunctionSpec(
        "find", "The first element for which the function is true, or nil.",
        parameters: [function], returns: "value", example: "[1, 2, 3].find(fn(x) => x > 1)  #> 2"
      ) { call in
        let f = try call.function("f")
        return try elements(call).first { try isTrue(try call.call(f, [$0]), "find") } ?? .nil
      },
      FunctionSpec(
        "count", "How many elements equal the value, or make the function true.",
        parameters: [ParameterSpec("x", .any, doc: "A value, or a function of an element.")],
        returns: "int", example: "[1, 2, 1].count(1)  #> 2"
      ) { call in
        let wanted = call.value("x")
        guard case .function(let f) = wanted else {
          return .int(try elements(call).count { $0.equals(wanted) })
        }
        return .int(
          try elements(call).filter { try isTrue(try call.call(f, [$0]), "count") }.count)
      },
      FunctionSpec(
        "sort", "In ascending order; equal elements keep theirs.",
        parameters: [
          ParameterSpec(
            "by", .function, optional: true, example: "fn(x) => x.len",
            doc: "Gives the number or string to sort by."),
          ParameterSpec(
            "descending", .bool, default: .bool(false), doc: "Whether the largest come first."),
        ], returns: "list", example: "[3, 1, 2].sort()  #> [1, 2, 3]"
      ) { call in
        let elements = try elements(call)
        let keys =
          call.isGiven("by")
          ? try elements.map { try call.call(try call.function("by"), [$0]) } : elements
        return .list(
          try Lists.sorted(elements, by: keys, descending: try call.bool("descending")))
      },
    ]
  }

  private static var reducingMethods: [FunctionSpec] {
    [
      FunctionSpec(
        "sum", "The sum of the numbers.", returns: "number", example: "[1, 2].sum()  #> 3"
      ) {
        try Lists.sum($0.receiver, "sum")
      },
      FunctionSpec(
        "mean", "The mean of the numbers.", returns: "float", example: "[1, 2].mean()  #> 1.5"
      ) {
        try Lists.mean($0.receiver)
      },
      FunctionSpec("min", "The smallest element.", returns: "value", example: "[1, 2].min()  #> 1")
      {
        try Lists.extreme(try elements($0), "min", -1)
      },
      FunctionSpec("max", "The largest element.", returns: "value", example: "[1, 2].max()  #> 2") {
        try Lists.extreme(try elements($0), "max", 1)
      },
      FunctionSpec("first", "The first element.", returns: "value", example: "[1, 2].first()  #> 1")
      {
        try end(try elements($0).first, "first")
      },
      FunctionSpec("last", "The last element.", returns: "value", example: "[1, 2].last()  #> 2") {
        try end(try elements($0).last, "last")
      },
      FunctionSpec(
        "get", "The element at the index, or the default where there is none.",
        parameters: [
          ParameterSpec("i", .int, doc: "The index; negative ones count from the end."),
          ParameterSpec("default", .any, optional: true, doc: "Given instead; nil if left out."),
        ], returns: "value", example: "[1, 2].get(5, 0)  #> 0"
      ) { call in
        let elements = try elements(call)
        let index = try call.int("i")
        let position = index < 0 ? index &+ elements.count : index
        return elements.indices.contains(position) ? elements[position] : call.value("default")
      },
      FunctionSpec(
        "join", "The elements as one string, with a separator between them.",
        parameters: [ParameterSpec("separator", .string, default: .string(""), doc: "Between.")],
        returns: "string", example: #"["a", "b"].join(", ")  #> "a, b""#
      ) { call in
        let separator = try call.string("separator")
        let parts = try elements(call).map(\.printed)
        try checkSize(of: parts, separator: separator, call)
        return .string(parts.joined(separator: separator))
      },
    ]
  }

  private static var rearrangingMethods: [FunctionSpec] {
    [
      FunctionSpec(
        "reverse", "Back to front.", returns: "list", example: "[1, 2].reverse()  #> [2, 1]"
      ) {
        .list(try elements($0).reversed())
      },
      FunctionSpec(
        "unique", "Each element once, at its first place.", returns: "list",
        example: "[1, 2, 1].unique()  #> [1, 2]"
      ) { call in .list(unique(try elements(call))) },
      FunctionSpec(
        "flat", "The elements of its lists, one level deep.", returns: "list",
        example: "[[1], [2, 3]].flat()  #> [1, 2, 3]"
      ) { call in
        .list(try elements(call).flatMap { try $0.asElements() ?? [$0] })
      },
      FunctionSpec(
        "zip", "Pairs of the elements at the same place; as long as the shorter list.",
        parameters: [ParameterSpec("other", .any, doc: "A list or other sequence.")],
        returns: "list of lists", example: "[1, 2].zip([3, 4])  #> [[1, 3], [2, 4]]"
      ) { call in
        .list(Lists.zipped([try elements(call), try Sequences.elements(call.value("other"))]))
      },
      FunctionSpec(
        "list", "The elements as a list.", returns: "list", example: "(0..3).list()  #> [0, 1, 2]"
      ) {
        .list(try elements($0))
      },
    ]
  }

  // MARK: - Shared

  private static func elements(_ call: Call) throws -> [Value] {
    try call.receiver.asElements() ?? []
  }

  private static func end(_ element: Value?, _ name: String) throws -> Value {
    guard let element else {
      throw Fault(.index, "\(name): the list is empty", remedy: "xs.get(0, default)")
    }
    return element
  }

  private static func isTrue(_ value: Value, _ name: String) throws -> Bool {
    switch value {
    case .bool(let flag): return flag
    case .nil: return false
    default:
      throw Fault(
        .type, "\(name): the function gave \(value.described) instead of true or false",
        parameter: "f")
    }
  }

  /// By hash for strings, ints and bools, by comparison for the rest.
  private static func unique(_ elements: [Value]) -> [Value] {
    var seen: Set<MapKey> = []
    var others: [Value] = []
    return elements.filter { element in
      var key = MapKey(element)
      if case .float(let number) = element { key = Int(exactly: number).map(MapKey.int) }
      if let key { return seen.insert(key).inserted }
      if others.contains(where: { $0.equals(element) }) { return false }
      others.append(element)
      return true
    }
  }
}
