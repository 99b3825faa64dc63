extension CoreLibrary {
  static var string: HostType {
    HostType(
      "string", "Text: a sequence of Unicode scalars.",
      methods: stringMethods,
      properties: [lengthProperty("The number of scalars.", #""tea".len  #> 3"#)],
      example: #""tea" + "pot"  #> "teapot""#)
  }

  private static var stringMethods: [FunctionSpec] { searchMethods + pieceMethods }

  private static var searchMethods: [FunctionSpec] {
    let part = ParameterSpec("part", .string, doc: "The text to look for.")
    return [
      FunctionSpec(
        "count", "How often the part occurs, without overlaps.", parameters: [part],
        returns: "int", example: #""banana".count("an")  #> 2"#
      ) { call in
        .int(Strings.split(try text(call), try nonEmpty(call, "part")).count - 1)
      },
      FunctionSpec(
        "find", "The position of the first occurrence, or nil.", parameters: [part],
        returns: "int", example: #""banana".find("n")  #> 2"#
      ) { call in
        Strings.find(Text(try call.string("part")), in: Text(try text(call))).map { .int($0) }
          ?? .nil
      },
      FunctionSpec(
        "starts", "Whether the string begins with the part.", parameters: [part], returns: "bool",
        example: #""banana".starts("ba")  #> true"#
      ) { .bool(try text($0).utf8.starts(with: try $0.string("part").utf8)) },
      FunctionSpec(
        "ends", "Whether the string ends with the part.", parameters: [part], returns: "bool",
        example: #""banana".ends("na")  #> true"#
      ) { .bool(try text($0).utf8.reversed().starts(with: try $0.string("part").utf8.reversed())) },
      FunctionSpec(
        "replace", "Every occurrence of the part replaced.",
        parameters: [part, ParameterSpec("by", .string, doc: "What to put there.")],
        returns: "string", example: #""banana".replace("n", "m")  #> "bamama""#
      ) { call in
        let pieces = Strings.split(try text(call), try nonEmpty(call, "part"))
        let replacement = try call.string("by")
        try checkSize(of: pieces, separator: replacement, call)
        return .string(pieces.joined(separator: replacement))
      },
    ]
  }

  private static var pieceMethods: [FunctionSpec] {
    [
      FunctionSpec(
        "split", "The pieces between the separators; between white space if none is given.",
        parameters: [
          ParameterSpec("separator", .string, optional: true, doc: "What stands between.")
        ], returns: "list of strings", example: #""a,b".split(",")  #> ["a", "b"]"#
      ) { call in
        guard call.isGiven("separator") else { return strings(Strings.words(try text(call))) }
        return strings(Strings.split(try text(call), try nonEmpty(call, "separator")))
      },
      FunctionSpec(
        "words", "The pieces between white space.", returns: "list of strings",
        example: #""a  b".words()  #> ["a", "b"]"#
      ) { strings(Strings.words(try text($0))) },
      FunctionSpec(
        "lines", "The lines, without newlines.", returns: "list of strings",
        example: #""a\nb".lines()  #> ["a", "b"]"#
      ) { strings(Strings.lines(try text($0))) },
      FunctionSpec(
        "strip", "Without white space at both ends.", returns: "string",
        example: #"" a ".strip()  #> "a""#
      ) { .string(Strings.strip(try text($0))) },
      FunctionSpec("lower", "In lower case.", returns: "string", example: #""A".lower()  #> "a""#) {
        .string(try text($0).lowercased())
      },
      FunctionSpec("upper", "In upper case.", returns: "string", example: #""a".upper()  #> "A""#) {
        .string(try text($0).uppercased())
      },
    ]
  }

  private static func strings(_ texts: [String]) -> Value { .list(texts.map { .string($0) }) }

  private static func text(_ call: Call) throws -> String {
    guard let text = call.receiver.asString else {
      throw Fault(.type, "\(call.spec.qualifiedName): called on \(call.receiver.described)")
    }
    return text
  }

  /// Throws if the pieces joined would be too long a string.
  static func checkSize(of pieces: [String], separator: String, _ call: Call) throws {
    var size = 0
    for piece in pieces {
      size += piece.utf8.count + separator.utf8.count
      try call.interpreter.checkSize(size)
    }
  }

  private static func nonEmpty(_ call: Call, _ parameter: String) throws -> String {
    let text = try call.string(parameter)
    guard !text.isEmpty else {
      throw Fault(
        .value, "\(call.spec.qualifiedName): \(parameter): the text is empty",
        parameter: parameter)
    }
    return text
  }
}
