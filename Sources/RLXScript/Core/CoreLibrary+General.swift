extension CoreLibrary {
  static var general: [FunctionSpec] {
    [
      FunctionSpec(
        "print", "Writes the values, separated by spaces, and a newline.",
        parameters: [ParameterSpec("values", .any, rest: true, doc: "What to write.")],
        effects: .prints, example: #"print("loss", 0.5)  #> loss 0.5"#
      ) { call in
        let words = call.rest.map(\.printed)
        try call.effects.print(words.joined(separator: " ") + "\n")
        return .nil
      },
      FunctionSpec(
        "len", "The number of elements, entries or characters.",
        parameters: [ParameterSpec("x", .any, doc: "A list, map, string, range or object.")],
        returns: "int", example: "len([1, 2])  #> 2"
      ) { .int(try length($0.value("x"))) },
      FunctionSpec(
        "type", "The name of the value's type.",
        parameters: [ParameterSpec("x", .any, doc: "Any value.")], returns: "string",
        example: "type(1)  #> \"int\""
      ) { .string($0.value("x").typeName) },
      FunctionSpec(
        "json", "The value as JSON on one line, which reads back equal.",
        parameters: [ParameterSpec("x", .any, doc: "Data, or an object that has a plain form.")],
        returns: "string", example: "json({a: [1, 2]})  #> \"{\\\"a\\\": [1, 2]}\""
      ) { .string(try Json.text(of: $0.value("x"))) },
      FunctionSpec(
        "exit", "Ends the program.",
        parameters: [
          ParameterSpec(
            "code", .int, range: .between(0, 255), default: .int(0), doc: "The exit code.")
        ], example: "exit(1)"
      ) { throw Exit(code: try $0.int("code")) },
    ]
  }

  static var conversions: [FunctionSpec] {
    let x = ParameterSpec("x", .any, doc: "The value to convert.")
    return [
      FunctionSpec(
        "str", "The value as a string, as `print` writes it.", parameters: [x], returns: "string",
        example: "str(1.5)  #> \"1.5\""
      ) { .string($0.value("x").printed) },
      FunctionSpec(
        "int", "A whole number from a string, a bool or a float, whose fraction is cut off.",
        parameters: [x], returns: "int", example: #"int("42")  #> 42"#
      ) { .int(try int($0.value("x"))) },
      FunctionSpec(
        "float", "A floating-point number from a string or an int.", parameters: [x],
        returns: "float", example: #"float("1e-3")  #> 0.001"#
      ) { .float(try float($0.value("x"))) },
    ]
  }

  private static func int(_ value: Value) throws -> Int {
    switch value {
    case .int(let number): return number
    case .bool(let flag): return flag ? 1 : 0
    case .float(let number): return try whole(number, "int", number.rounded(.towardZero))
    case .string(let text):
      if let number = Int(Strings.strip(text.string)) { return number }
      throw Fault(.value, "int: \(value.brief) is not a whole number", remedy: #"int("42")"#)
    default: throw Fault(.type, "int: expected a number or a string, got \(value.described)")
    }
  }

  private static func float(_ value: Value) throws -> Double {
    if let number = value.asDouble { return number }
    guard case .string(let text) = value else {
      throw Fault(.type, "float: expected a number or a string, got \(value.described)")
    }
    if let number = Double(Strings.strip(text.string)) { return number }
    throw Fault(.value, "float: \(value.brief) is not a number", remedy: #"float("1e-3")"#)
  }

  /// `rounded` as an int, if it is one and fits.
  static func whole(_ number: Double, _ function: String, _ rounded: Double) throws -> Int {
    guard let result = Int(exactly: rounded) else {
      throw Fault(
        .arithmetic, "\(function): \(number) does not fit into an int")
    }
    return result
  }
}
