import RLXScript
import RLXTensor

/// A table as a value: shown by the prompt fitted to the terminal.
package final class TableObject: Digestible {
  package let columns: [String]
  package let rows: [[Value]]
  package let title: String?
  package let identity = ObjectIdentity()

  package init(columns: [String], rows: [[Value]], title: String? = nil) {
    self.columns = columns
    self.rows = rows
    self.title = title
  }

  package var typeName: String { "Table" }
  package var isData: Bool { true }
  package var count: Int? { rows.count }

  package func isEqual(to other: any HostObject) -> Bool { self === other }

  package func display(_ style: DisplayStyle) -> String {
    var table = TableView(title: title, columns: columns, rowCount: rows.count) { [rows] row in
      rows[row].map { TableView.Cell($0) }
    }
    table.rowLimit = 40
    return table.text(ViewStyle(style))
  }

  /// The rows as maps.
  package func plain() throws -> Value? {
    .list(rows.map { .map(Array(zip(columns, $0))) })
  }

  package var objectState: ObjectState { ObjectState(holds: rows.flatMap(\.self)) }

  package func absorb(into digest: inout DigestBuilder) {
    digest.text(title ?? "")
    digest.count(columns.count)
    for column in columns { digest.text(column) }
    digest.count(rows.count)
    for cell in rows.joined() { digest.text(cell.shown) }
  }
}

extension TableView.Cell {
  /// A cell for any value: numbers as numbers, strings without quotes, others as they are shown.
  init(_ value: Value) {
    self =
      switch value {
      case .nil: .missing
      case .bool(let flag): .bool(flag)
      case .int(let number): .integer(number)
      case .float(let number): .number(number)
      case .string(let text): .text(text.string)
      case .host(let object):
        if let tensor = (object as? TensorObject)?.tensor, tensor.rank == 0 {
          .number(Double(tensor.item))
        } else {
          .text(value.shown)
        }
      case .list, .map, .range, .function, .error: .text(value.shown)
      }
  }
}

extension SessionFunctions {
  static var table: FunctionSpec {
    FunctionSpec(
      "table",
      "A table of a list of maps (or of lists), of a map of columns, or of an object's rows.",
      parameters: [
        ParameterSpec(
          "rows", .any, example: "[{name: \"a\", score: 1}]",
          doc: "maps with the same keys, lists, a map of lists, a dataset, a matrix"),
        ParameterSpec(
          "columns", .listOf(.string), optional: true, doc: "which columns, in which order"),
        ParameterSpec("title", .string, optional: true, doc: "stands above the table"),
      ], returns: "Table", example: "table([{name: \"a\", score: 1}, {name: \"b\", score: 2}])"
    ) { call in
      let table = try TableRows(call.value("rows"))
      let title = try call.isGiven("title") ? call.string("title") : nil
      guard call.isGiven("columns") else {
        return .host(TableObject(columns: table.columns, rows: table.rows, title: title))
      }
      let chosen = try call.list("columns").compactMap { value in
        if case .string(let text) = value { text.string } else { nil }
      }
      let places = try chosen.map { name in
        guard let place = table.columns.firstIndex(where: { Text($0) == Text(name) }) else {
          throw Fault(
            .key, "table: no column \"\(name)\"",
            remedy: "there are \(table.columns.joined(separator: ", "))")
        }
        return place
      }
      let rows = table.rows.map { row in places.map { row[$0] } }
      return .host(TableObject(columns: chosen, rows: rows, title: title))
    }
  }
}

/// Values brought into the form of a table.
struct TableRows {
  private(set) var columns: [String] = []
  private(set) var rows: [[Value]] = []

  init(_ value: Value) throws {
    switch value {
    case .host(let object):
      guard let plain = try object.plain() else {
        throw Fault(.type, "table: a \(object.typeName) has no rows")
      }
      self = try TableRows(plain)
    case .map(let map): try fill(columns: map)
    case .list, .range: try fill(rows: value.asElements() ?? [])
    default:
      throw Fault(
        .type, "table: expected a list of rows, got \(value.described)",
        remedy: "table([{name: \"a\", score: 1}])")
    }
  }

  /// Each entry a column; entries that are no list make one row.
  private mutating func fill(columns map: MapValue) throws {
    columns = map.keys.map(\.value.printed)
    let lists = try map.entries.map { try $0.value.asElements() }
    guard lists.contains(where: { $0 != nil }) else {
      rows = [map.entries.map(\.value)]
      return
    }
    let length = lists.compactMap { $0?.count }.max() ?? 0
    for (column, list) in zip(columns, lists) where list?.count != length {
      let found = list.map { NumberText.count($0.count, "value") } ?? "no list"
      throw Fault(
        .value,
        "table: column \"\(column)\": expected \(NumberText.count(length, "value")) "
          + "like the longest, got \(found)")
    }
    rows = (0..<length).map { row in lists.map { $0?[row] ?? .nil } }
  }

  private mutating func fill(rows elements: [Value]) throws {
    let plain = try elements.map { element in
      guard case .host(let object) = element, !(object is TensorObject) else { return element }
      return try object.plain() ?? element
    }
    var places: [MapKey: Int] = [:]
    for case .map(let map) in plain {
      for key in map.keys where places[key] == nil {
        places[key] = columns.count
        columns.append(key.value.printed)
      }
    }
    if !columns.isEmpty {
      for case .map(let map) in plain {
        var row = [Value](repeating: .nil, count: columns.count)
        for (key, value) in map.entries { if let place = places[key] { row[place] = value } }
        rows.append(row)
      }
      guard rows.count == plain.count else {
        throw Fault(.type, "table: expected maps only, or lists only", remedy: "table([{a: 1}])")
      }
      return
    }
    rows = try plain.map { try TableRows.cells($0) }
    let width = rows.map(\.count).max() ?? 0
    columns = (0..<width).map { "\($0)" }
    rows = rows.map { $0 + [Value](repeating: .nil, count: width - $0.count) }
  }

  /// The cells of a row that is no map: a list's elements, or the value alone.
  private static func cells(_ value: Value) throws -> [Value] {
    if let tensor = value.tensor, tensor.rank == 1 {
      return tensor.array.map { .float(Double($0)) }
    }
    return try value.asElements() ?? [value]
  }
}
