import RLXData
import RLXScript
import RLXTensor

/// Adds datasets to a session.
package func registerData(_ registry: Registry, core: SessionCore) {
  registry.add(
    HostType(
      DatasetObject.typeName,
      "Rows with named columns, from a file or made of strings and maps. data[0] is a row, "
        + "data[0..10] a dataset, data[\"prompt\"] a column.",
      constructor: DatasetMethods.constructor(core),
      methods: DatasetMethods.choosing(core) + DatasetMethods.changing
        + DatasetMethods.converting + DatasetMethods.leaving(core),
      properties: DatasetMethods.properties))
}

enum DatasetMethods {
  static func constructor(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      DatasetObject.typeName,
      "Rows of a .jsonl, .json, .csv or .txt file (or .gz of one), or of a list: strings are rows "
        + "{text}, maps are rows. Of a large .jsonl file every line is checked and none kept: rows are "
        + "read when they are asked for.",
      parameters: [
        ParameterSpec(
          "source", .oneOf([.string, .list, .host(DatasetObject.typeName)]),
          example: "\"prompts.jsonl\"",
          doc: "a path, a built-in name such as \"nano/text\", or a list of strings or maps"),
        ParameterSpec(
          "on_error", .string, choices: Dataset.OnError.allCases.map(\.rawValue),
          default: .string(Dataset.OnError.fail.rawValue),
          doc: "of rows that cannot be read: \"skip\" leaves them out, skipped says which"),
      ], effects: .reads, returns: "Dataset",
      example: "Dataset([\"Once upon a time\", \"One day\"])"
    ) { [unowned core] call in
      switch call.value("source") {
      case .string(let path):
        try core.files.refuseMisspelt(
          path.string, for: DatasetObject.typeName, kinds: [.dataset, .preferences])
        let onError = Dataset.OnError(rawValue: try call.string("on_error")) ?? .fail
        let (data, hash) = try core.files.reading(path.string) {
          try DatasetMethods.opened($0, as: path.string, onError)
        }
        if let hash { data.know(hash) }
        if !data.skipped.isEmpty { core.warn(leftOut(data.skipped, of: path.string)) }
        return try Value(data)
      case .host(let object): return .host(object)
      case let list: return try made(of: list.asElements() ?? [])
      }
    }
  }

  /// The file at `place`, called `path` in errors.
  private static func opened(_ place: String, as path: String, _ onError: Dataset.OnError) throws
    -> Dataset
  {
    do throws(DataError) {
      return try Dataset.open(place, onError: onError)
    } catch {
      var named = error
      if named.file == place { named.file = path }
      throw named
    }
  }

  private static func leftOut(_ lines: [Int], of path: String) -> String {
    let shown = lines.prefix(5).map { NumberText.grouped($0) }.joined(separator: ", ")
    return "Dataset: \(NumberText.count(lines.count, "broken row")) of \(path) left out: "
      + (path.hasSuffix(".json") ? "element" : "line") + (lines.count == 1 ? " " : "s ") + shown
      + (lines.count > 5 ? ", … (skipped has them all)" : "")
  }

  static func made(of elements: [Value]) throws -> Value { try Value(dataset(of: elements)) }

  static func dataset(of elements: [Value]) throws -> Dataset {
    let rows = try elements.enumerated().map { place, element in
      try JSON(element, for: "Dataset: row \(place)")
    }
    do throws(DataError) {
      return try Dataset(values: rows)
    } catch {
      throw DataError(
        found: error.found, wanted: "strings, or maps like {prompt: \"…\"}",
        remedy: "Dataset([\"Once\", \"One day\"])")
    }
  }

  static var properties: [PropertySpec] {
    [
      PropertySpec(
        "columns", "The names of its columns.", returns: "list of string",
        example: "Dataset([{prompt: \"Once\"}]).columns  #> [\"prompt\"]", of: DatasetObject.self
      ) {
        .list($0.dataset.columns.map { .string($0) })
      },
      PropertySpec(
        "len", "How many rows it has.", returns: "int",
        example: "Dataset([\"Once\", \"One day\"]).len  #> 2", of: DatasetObject.self
      ) {
        .int(try $0.counted() ?? 0)
      },
      PropertySpec(
        "skipped",
        "The lines of its file that could not be read and were left out (on_error: \"skip\"); of a "
          + ".json file the elements, from 1.",
        returns: "list of int", example: "Dataset([\"Once\"]).skipped  #> []",
        of: DatasetObject.self
      ) {
        .list($0.dataset.skipped.map { .int($0) })
      },
      PropertySpec(
        "lazy",
        "Whether its rows are read from their file, or made by a function, each time they are asked for; "
          + "else they are in memory.",
        returns: "bool", example: "Dataset([\"Once\"]).lazy  #> false", of: DatasetObject.self
      ) {
        .bool($0.dataset.isLazy)
      },
      PropertySpec(
        "kind", "TRL's name for what it is for, by its columns; nil if it has none.",
        returns: "string or nil",
        example: "Dataset([{prompt: \"Once\"}]).kind  #> \"prompt-only\"", of: DatasetObject.self
      ) {
        $0.dataset.type.map { .string($0.rawValue) } ?? .nil
      },
    ]
  }

  static func method(
    _ name: String, _ doc: String, parameters: [ParameterSpec] = [],
    effects: FunctionEffects = [], returns: String = "Dataset", example: String,
    _ body: @escaping (DatasetObject, Call) throws -> Value
  ) -> FunctionSpec {
    FunctionSpec(
      name, doc, parameters: parameters, effects: effects, returns: returns, example: example
    ) { call in
      try body(call.object(as: DatasetObject.self), call)
    }
  }

  static var rows: String {
    "Dataset([\"a\", \"b\", \"c\", \"d\"])"
  }

  /// Rows that sampling with replacement may give at most.
  private static let largestSample = 10_000_000

  static func choosing(_ core: SessionCore) -> [FunctionSpec] {
    [
      method(
        "take", "Its first rows.",
        parameters: [ParameterSpec("n", .int, range: .atLeast(0), doc: "at most so many")],
        example: "\(rows).take(2)"
      ) { data, call in
        try Value(data.dataset.take(try call.int("n")))
      },
      method(
        "sample", "Rows drawn at random, each at most once unless replace.",
        parameters: [
          ParameterSpec("n", .int, range: .atLeast(0), doc: "how many"),
          ParameterSpec(
            "replace", .bool, default: .bool(false), doc: "whether a row may come again"),
        ], effects: .draws, example: "\(rows).sample(2)"
      ) { [unowned core] data, call in
        let count = data.dataset.count
        let n = try call.int("n")
        let replace = try call.bool("replace")
        guard n <= (replace && count > 0 ? largestSample : count) else {
          throw Fault(
            .value, "sample: n: asked for \(n) of \(NumberText.count(count, "row"))",
            remedy: "data.sample(\(count)), or replace: true", parameter: "n")
        }
        let draw = core.nextDraw(.shuffle)
        let places =
          replace
          ? (0..<n).map { draw.below(count, row: $0, position: 0) }
          : Array(draw.permutation(count).prefix(n))
        return try select(data, places)
      },
      method(
        "shuffle", "All rows in a random order.", effects: .draws, example: "\(rows).shuffle()"
      ) {
        [unowned core] data, _ in
        try select(data, core.nextDraw(.shuffle).permutation(data.dataset.count))
      },
      method(
        "split", "Two datasets: the first part of the rows, and the rest.",
        parameters: [
          ParameterSpec(
            "fraction", .number, range: .between(0, 1), example: "0.9",
            doc: "of the rows in the first part")
        ], returns: "list of two Datasets", example: "\(rows).split(0.75)"
      ) { data, call in
        let share = Double(data.dataset.count) * (try call.double("fraction"))
        let (first, rest) = data.dataset.split(at: Int(share.rounded()))
        return .list([try Value(first), try Value(rest)])
      },
    ]
  }

  static func select(_ data: DatasetObject, _ places: [Int]) throws -> Value {
    try Value(data.dataset.select(places))
  }

  static func leaving(_ core: SessionCore) -> [FunctionSpec] {
    [
      method("list", "Its rows as maps.", returns: "list of map", example: "\(rows).list()") {
        data, _ in
        try data.plain() ?? .nil
      },
      method("plain", "The same as list().", returns: "list of map", example: "\(rows).plain()") {
        data, _ in
        try data.plain() ?? .nil
      },
      method(
        "save", "Writes the rows to a .jsonl, .json or .csv file, or .gz of one.",
        parameters: [ParameterSpec("path", .string, example: "\"rows.jsonl\"", doc: "the file")],
        effects: .writes, returns: "nil", example: "\(rows).save(\"rows.jsonl\")"
      ) { [unowned core] data, call in
        let place = try core.files.output(try call.string("path"))
        try data.dataset.save(to: place)
        return .nil
      },
    ]
  }
}
