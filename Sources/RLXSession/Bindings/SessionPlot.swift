import RLXScript
import RLXTensor

/// An object with named series of numbers, one value a step: a trainer's log.
package protocol SeriesSource: HostObject {
  var seriesNames: [String] { get }
  func series(_ name: String) -> [Double]?
}

/// A plot as a value: shown by the prompt as a drawing, as wide as the terminal is then.
package final class PlotObject: Unchanging {
  package let plot: LinePlot
  package let identity = ObjectIdentity()

  package init(_ plot: LinePlot) {
    self.plot = plot
  }

  package var typeName: String { "Plot" }
  package var isData: Bool { true }

  package func isEqual(to other: any HostObject) -> Bool {
    (other as? PlotObject).map { $0.plot.series == plot.series } ?? false
  }

  package func display(_ style: DisplayStyle) -> String {
    var view = ViewStyle(style)
    if view.width > 1000 { view.width = 80 }  // printed: no terminal to fit
    return plot.text(view)
  }

  /// The series as lists by name.
  package func plain() throws -> Value? {
    .map(plot.series.map { ($0.name, .list($0.values.map { .float($0) })) })
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.text(plot.title ?? "")
    digest.count(plot.series.count)
    for series in plot.series {
      digest.text(series.name)
      digest.count(series.values.count)
      for value in series.values { digest.number(value) }
    }
    digest.flag(plot.isLogarithmic)
  }
}

extension PlotObject: JSONShown {
  var jsonForm: Value {
    .map([
      ("title", plot.title.map { .string($0) } ?? .nil), ("x", .string(plot.xLabel)),
      ("first", .int(plot.firstStep)),
      (
        "series",
        .list(
          plot.series.map { series in
            .map([("name", .string(series.name)), ("values", .numbers(series.values))])
          })
      ),
    ])
  }
}

extension SessionFunctions {
  static var plot: FunctionSpec {
    FunctionSpec(
      "plot",
      "A line plot, shown as text: of a log's series, of a list of numbers or a tensor, or of "
        + "several in a map or list.",
      parameters: [
        ParameterSpec("what", .any, doc: "a log, numbers, a tensor, or lists of numbers by name"),
        ParameterSpec(
          "names", .string, rest: true, example: "\"objective/kl\"",
          doc: "which series; without, all there are"),
        ParameterSpec("title", .string, optional: true, doc: "stands above the plot"),
        ParameterSpec(
          "height", .int, range: .between(3, 60), default: .int(12), doc: "rows of the drawing"),
        ParameterSpec(
          "log", .bool, default: .bool(false),
          doc: "whether equal heights are equal ratios; values not above 0 are gaps"),
      ], returns: "Plot", example: "plot([3, 2, 1.5, 1.2], title: \"loss\")"
    ) { call in
      let names = try call.rest.map { value in
        guard case .string(let name) = value else { throw call.wrong("names", "names of series") }
        return name.string
      }
      let series = try PlotSeries.all(of: call.value("what"), names)
      let title = try call.isGiven("title") ? call.string("title") : PlotSeries.title(series)
      try PlotSeries.requireValues(series, of: call.value("what"))
      return .host(
        PlotObject(
          LinePlot(
            title: title, series: series, height: try call.int("height"),
            isLogarithmic: try call.bool("log"))))
    }
  }
}

/// Finding series of numbers in values.
enum PlotSeries {
  /// What numbers without a name are called.
  private static let unnamedSeries = "value"

  /// The name of a series that stands alone, if it was given one.
  static func title(_ series: [LinePlot.Series]) -> String? {
    guard series.count == 1, series[0].name != unnamedSeries else { return nil }
    return series[0].name
  }

  /// Throws where there is not one value to draw.
  static func requireValues(_ series: [LinePlot.Series], of value: Value) throws {
    guard series.allSatisfy({ $0.values.isEmpty }) else { return }
    if case .host(let object) = value, object is any SeriesSource {
      throw Fault(
        .value, "plot: the \(object.typeName) has no steps yet", remedy: "run some steps first",
        parameter: "what")
    }
    throw Fault(
      .value, "plot: expected numbers, got none", remedy: "plot([3, 2, 1.5])", parameter: "what")
  }

  static func all(of value: Value, _ names: [String]) throws -> [LinePlot.Series] {
    if case .host(let object) = value, !(object is TensorObject) {
      return try series(of: object, names)
    }
    var found = try unnamed(value)
    guard !names.isEmpty else { return found }
    if case .map = value {
      return try names.map { name in
        guard let one = found.first(where: { Text($0.name) == Text(name) }) else {
          throw missing(name, in: found.map(\.name))
        }
        return one
      }
    }
    guard names.count == found.count else {
      throw Fault(
        .value,
        "plot: \(NumberText.count(names.count, "name")) for "
          + NumberText.count(found.count, "series", "series"))
    }
    for index in names.indices { found[index].name = names[index] }
    return found
  }

  private static func series(of object: any HostObject, _ names: [String]) throws
    -> [LinePlot.Series]
  {
    let source = object as? any SeriesSource
    guard source != nil || !names.isEmpty else {
      if let plain = try object.plain() { return try unnamed(plain) }
      throw Fault(
        .type, "plot: which series of the \(object.typeName)?",
        remedy: "plot(ppo.log, \"objective/kl\")")
    }
    return try (names.isEmpty ? source?.seriesNames ?? [] : names).map { name in
      if let source {
        guard let values = source.series(name) else {
          throw missing(name, in: source.seriesNames)
        }
        return LinePlot.Series(name, values)
      }
      return LinePlot.Series(name, try numbers(try object.index([.value(.string(name))])))
    }
  }

  private static func unnamed(_ value: Value) throws -> [LinePlot.Series] {
    switch value {
    case .map(let map):
      return try map.entries.map { LinePlot.Series($0.key.value.printed, try numbers($0.value)) }
    case .list(let list) where list.elements.first.map(isSeries) == true:
      return try list.elements.enumerated().map { LinePlot.Series("\($0)", try numbers($1)) }
    default:
      if let tensor = value.tensor, tensor.rank == 2 {
        return try (0..<tensor.shape[0]).map { row in
          LinePlot.Series("\(row)", try numbers(Value(TensorRules.rows(tensor, [row]))))
        }
      }
      return [LinePlot.Series(unnamedSeries, try numbers(value))]
    }
  }

  private static func isSeries(_ value: Value) -> Bool {
    if case .list = value { return true }
    return value.tensor.map { $0.rank > 0 } ?? false
  }

  private static func numbers(_ value: Value) throws -> [Double] {
    if let tensor = value.tensor { return tensor.array.map { Double($0) } }
    guard let elements = try value.asElements() else {
      throw Fault(
        .type, "plot: expected numbers, got \(value.described)", remedy: "plot([1, 2, 3])")
    }
    return try elements.map { element in
      if element.isNil { return .nan }
      if let number = element.asDouble { return number }
      if let tensor = element.tensor, tensor.count == 1 { return Double(tensor.item) }
      throw Fault(.type, "plot: expected numbers, got \(element.described) among them")
    }
  }

  private static func missing(_ name: String, in names: [String]) -> Fault {
    Fault(
      .key, "plot: no series \"\(name)\"",
      remedy: names.isEmpty ? nil : "there are \(names.joined(separator: ", "))")
  }
}
