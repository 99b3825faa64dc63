import RLXScript

/// The types of what `plot`, `table`, `help` and `explain` give.
enum SessionViews {
  static var types: [HostType] {
    [
      HostType(
        "Plot", "A line plot of numbers, drawn as wide as the terminal is when it is shown.",
        methods: [
          method(
            "plain", "Its series as lists of numbers by name.", "map",
            "plot([1, 2]).plain()  #> {value: [1.0, 2.0]}")
        ],
        properties: [
          PropertySpec(
            "names", "The names of its series.", returns: "list of string",
            example: "plot({up: [1, 2], down: [2, 1]}).names  #> [\"up\", \"down\"]",
            of: PlotObject.self
          ) {
            .list($0.plot.series.map { .string($0.name) })
          }
        ], example: "plot({up: [1, 2, 3], down: [3, 2, 1]})"),
      HostType(
        "Table", "Rows of values under named columns, fitted to the terminal when it is shown.",
        methods: [
          method("list", "Its rows as maps.", "list of map", "table([{a: 1}]).list()  #> [{a: 1}]"),
          method(
            "plain", "The same as list().", "list of map", "table([{a: 1}]).plain()  #> [{a: 1}]"),
        ],
        properties: [
          PropertySpec(
            "columns", "The names of its columns.", returns: "list of string",
            example: "table([{a: 1, b: 2}]).columns  #> [\"a\", \"b\"]", of: TableObject.self
          ) {
            .list($0.columns.map { .string($0) })
          },
          PropertySpec(
            "len", "How many rows it has.", returns: "int",
            example: "table([[1, 2], [3, 4]]).len  #> 2", of: TableObject.self
          ) {
            .int($0.rows.count)
          },
        ], example: "table([{name: \"a\", score: 1}, {name: \"b\", score: 2.5}])"),
      HostType(
        "Page", "Text shown as it is: what help and explain give.",
        methods: [method("plain", "The text as a string.", "string", "help(\"abs\").plain()")],
        properties: [
          PropertySpec("text", "The text as a string.", returns: "string", of: PageObject.self) {
            .string($0.text)
          }
        ], example: "help(\"abs\")"),
    ]
  }

  /// A method that gives the plain form of its receiver.
  private static func method(
    _ name: String, _ doc: String, _ returns: String, _ example: String
  ) -> FunctionSpec {
    FunctionSpec(name, doc, returns: returns, example: example) { call in
      guard case .host(let object) = call.receiver else { return .nil }
      return try object.plain() ?? .nil
    }
  }
}
