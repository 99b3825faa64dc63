extension CoreLibrary {
  static var sequences: [FunctionSpec] {
    [
      FunctionSpec(
        "zip", "Lists of the elements that stand at the same place; as long as the shortest.",
        parameters: [ParameterSpec("lists", .any, rest: true, doc: "Lists or other sequences.")],
        returns: "list of lists", example: "zip([1, 2], [3, 4])  #> [[1, 3], [2, 4]]"
      ) { .list(Lists.zipped(try $0.rest.map(Sequences.elements))) },
      FunctionSpec(
        "enumerate", "Pairs of position and element.",
        parameters: [
          ParameterSpec("x", .any, doc: "A list or other sequence."),
          ParameterSpec("start", .int, default: .int(0), doc: "The first position."),
        ], returns: "list of [int, value]",
        example: "enumerate([\"a\", \"b\"])  #> [[0, \"a\"], [1, \"b\"]]"
      ) { call in
        let elements = try Sequences.elements(call.value("x"))
        let start = try call.int("start")
        guard !start.addingReportingOverflow(elements.count).overflow else {
          throw Fault(.arithmetic, "enumerate: the positions overflow", parameter: "start")
        }
        return .list(elements.enumerated().map { .list([.int(start + $0), $1]) })
      },
      FunctionSpec(
        "range", "The whole numbers from start up to end, which is left out; a list with a step.",
        parameters: [
          ParameterSpec("start", .int, doc: "The first number; the end, if it is the only one."),
          ParameterSpec("end", .int, optional: true, doc: "The first number left out."),
          ParameterSpec("step", .int, default: .int(1), doc: "What is added each time."),
        ], returns: "range or list", example: "range(0, 10, 2)  #> [0, 2, 4, 6, 8]"
      ) { try range($0) },
    ]
  }

  private static func range(_ call: Call) throws -> Value {
    let step = try call.int("step")
    let first = try call.int("start")
    let (start, end) = call.isGiven("end") ? (first, try call.int("end")) : (0, first)
    if step == 1 { return .range(RangeValue(start, end)) }
    guard step != 0 else {
      throw Fault(.value, "range: step: expected an int other than 0", parameter: "step")
    }
    let forward = step > 0
    guard forward ? start < end : start > end else { return .list([]) }
    let (low, high) = forward ? (start, end) : (end, start)
    let count = (RangeValue(low, high).count.magnitude - 1) / step.magnitude + 1
    try call.interpreter.checkSize(Int(clamping: count))
    // start + i * step stays between start and end, so it does not overflow.
    return .list((0..<Int(count)).map { .int(start + $0 * step) })
  }
}
