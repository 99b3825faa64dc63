import RLXData
import RLXScript

// Datasets that a function makes of another: at once where rows are in memory, row by row as they are
// asked for where they are not.

extension DatasetMethods {
  private static var lazy: ParameterSpec {
    ParameterSpec(
      "lazy", .bool, optional: true, example: "true",
      doc: "whether the function runs only when a row is asked for; unless given, where rows are "
        + "read from a large file. It may then do nothing but compute, and sees names as they are "
        + "now")
  }

  /// Whether the function runs later.
  private static func isLazy(_ data: DatasetObject, _ call: Call) throws -> Bool {
    call.isGiven("lazy") ? try call.bool("lazy") : data.dataset.isLazy
  }

  static var changing: [FunctionSpec] {
    [
      method(
        "filter", "The rows for which a function gives true.",
        parameters: [
          ParameterSpec("keep", .function, example: "fn(row) => row.text.len > 0", doc: "of a row"),
          lazy,
        ], example: "\(rows).filter(fn(row) => row.text != \"b\")"
      ) { data, call in
        let keep = try call.function("keep")
        guard try !isLazy(data, call) else {
          let frozen = call.interpreter.freeze(keep)
          return try Value(
            data.dataset.replacing(FilteredRows(data.dataset.rows, frozen)))
        }
        var places: [Int] = []
        for place in 0..<data.dataset.count {
          try call.effects.point()
          switch try call.call(keep, [try data.row(place)]) {
          case .bool(true): places.append(place)
          case .bool(false), .nil: break
          case let other:
            throw Fault(
              .type, "filter: expected true or false from the function, got \(other.described)")
          }
        }
        return try select(data, places)
      },
      method(
        "map", "The rows a function makes of its rows: maps, or strings for rows {text}.",
        parameters: [
          ParameterSpec(
            "change", .function, example: "fn(row) => {prompt: row.text}", doc: "of a row"),
          lazy,
        ], example: "\(rows).map(fn(row) => {prompt: row.text})"
      ) { data, call in
        let change = try call.function("change")
        if try isLazy(data, call) {
          return try mapped(data.dataset, call.interpreter.freeze(change))
        }
        var rows: [Value] = []
        for place in 0..<data.dataset.count {
          try call.effects.point()
          rows.append(try call.call(change, [try data.row(place)]))
        }
        return try made(of: rows)
      },
    ]
  }

  static var converting: [FunctionSpec] {
    let pairs =
      "pairs = Dataset([{chosen: \"The sky is blue.\", rejected: \"The sky is green.\"}])\npairs"
    return [
      method(
        "extract_prompt",
        "Comparisons whose prompt stands at the head of both answers as {prompt, chosen, rejected}; of "
          + "dialogues the turns they share (TRL's function of this name).",
        example: "\(pairs).extract_prompt()[0].prompt  #> \"The sky is\""
      ) { data, _ in try Value(data.dataset.extractingPrompts()) },
      method(
        "unpair",
        "Comparisons taken apart as {prompt, completion, label}: of each thousand rows first all chosen "
          + "answers, then all rejected ones (TRL's unpair_preference_dataset).",
        example: "\(pairs).unpair().len  #> 2"
      ) { data, _ in try Value(data.dataset.unpairing()) },
    ]
  }

  /// The columns are those of the first row, which is made now: so what is wrong with the function is
  /// said now.
  private static func mapped(_ data: Dataset, _ change: FrozenFunction) throws -> Value {
    guard data.count(upTo: 1) > 0 else { return try Value(Dataset(rows: [], name: data.name)) }
    let rows = MappedRows(data.rows, change)
    return try Value(data.replacing(rows, columns: rows.row(0).keys))
  }
}
