import RLXData
import RLXScript

/// Rows with named columns, as scripts hold them. Nothing changes a dataset: its methods make
/// others that share its rows.
package final class DatasetObject: Unchanging {
  package let dataset: Dataset
  package let identity = ObjectIdentity()

  package static let typeName = "Dataset"

  /// Rows in the layout of the HH set become {prompt, chosen, rejected}.
  package init(_ dataset: Dataset) throws(DataError) {
    self.dataset = try dataset.isHHDialogues ? dataset.extractingPrompts() : dataset
  }

  package var typeName: String { DatasetObject.typeName }
  package var count: Int? { dataset.count }

  /// Where rows had to be found first, the last one says whether that failed.
  package func counted() throws -> Int? {
    let wasCounted = dataset.isCounted
    let count = dataset.count
    if !wasCounted, count > 0 { _ = try dataset.row(count - 1) }
    return count
  }

  /// A row as a map.
  package func row(_ place: Int) throws -> Value {
    Value(.object(try dataset.row(place)))
  }

  /// `data[0]` is a row, `data[0..10]` a dataset, `data["prompt"]` a column as a list.
  package func index(_ subscripts: [SubscriptValue]) throws -> Value {
    guard subscripts.count == 1, let only = subscripts.first else {
      throw Fault(
        .type, "Dataset: expected one index, got \(subscripts.count)",
        remedy: "data[0][\"prompt\"] or data[0].prompt")
    }
    switch only {
    case .value(.int(let asked)):
      let place = asked < 0 ? asked &+ dataset.count : asked
      guard place >= 0, place < dataset.count(upTo: place == .max ? place : place + 1) else {
        throw Fault(
          .index,
          "Dataset: row \(asked) of \(NumberText.count(dataset.count, "row")) does not exist",
          remedy: dataset.count > 0 ? "rows go from 0 to \(dataset.count - 1)" : nil)
      }
      return try row(place)
    case .value(.string(let name)): return .list(try column(name.string))
    case .value(.range(let range)): return try slice(range.lower, range.upper)
    case .range(let lower, let upper): return try slice(lower, upper)
    case .value, .ellipsis:
      throw Fault(
        .type, "Dataset: expected an int, a range or a column's name",
        remedy: "data[0], data[0..10], data[\"prompt\"]")
    }
  }

  private func slice(_ lower: Int?, _ upper: Int?) throws -> Value {
    if let upper, 0 <= lower ?? 0, lower ?? 0 <= upper {
      return try .init(dataset.slice((lower ?? 0)..<upper))
    }
    func end(_ asked: Int?, _ open: Int) -> Int {
      guard let asked else { return open }
      let place = asked < 0 ? asked &+ dataset.count : asked
      return min(max(place, 0), dataset.count)
    }
    let from = end(lower, 0)
    return try .init(dataset.slice(from..<max(from, end(upper, dataset.count))))
  }

  private func column(_ name: String) throws -> [Value] {
    guard dataset.columns.contains(where: { $0.isExactly(name) }) else {
      throw Fault(
        .key, "Dataset: no column \"\(name)\"",
        remedy: "its columns are \(dataset.columns.joined(separator: ", "))")
    }
    return try (0..<dataset.count).map { place in
      let row = try dataset.row(place)
      return row[name].map { Value($0) } ?? .nil
    }
  }

  package func makeIterator() throws -> (() throws -> Value?)? {
    var next = 0
    return { [self] in
      guard next < dataset.count(upTo: next + 1) else { return nil }
      defer { next += 1 }
      return try row(next)
    }
  }

  /// A table of the first and last rows under what the dataset is.
  package func display(_ style: DisplayStyle) -> String {
    let view = ViewStyle(style)
    let kind =
      dataset.type.map { $0.rawValue }
      ?? (dataset.columns.isEmpty ? "no columns" : "columns of no known type")
    // Rows a filter has still to find are not sought for a display, but for the few it shows.
    let rowCount = dataset.isCounted ? dataset.count : dataset.count(upTo: 10)
    let size =
      dataset.isCounted ? NumberText.count(rowCount, "row") : "rows not counted, the first of them"
    let title = ["Dataset", size, kind]
      .joined(separator: view.drawsUnicode ? " · " : ", ")
    if dataset.columns.isEmpty { return title }
    var table = TableView(title: title, columns: dataset.columns, rowCount: rowCount) {
      [dataset] place in
      guard let row = try? dataset.row(place) else { return [.text("unreadable row")] }
      return dataset.columns.map { TableView.Cell(row[$0]) }
    }
    table.rowLimit = 10
    table.showsIndex = true
    return table.text(view)
  }

  /// Every row as a map, in a list.
  package func plain() throws -> Value? {
    .list(try (0..<dataset.count).map { try row($0) })
  }

  package func absorb(into digest: inout DigestBuilder) {
    digest.count(dataset.columns.count)
    for column in dataset.columns { digest.text(column) }
    if dataset.isLazy {
      // Not its rows, which may be more than fit: what they follow from.
      digest.text((try? dataset.digest())??.hex ?? "unreadable")
      return
    }
    digest.count(dataset.count)
    for place in 0..<dataset.count {
      guard let row = try? dataset.row(place) else {
        digest.tag("unreadable")
        continue
      }
      digest.absorb(.object(row))
    }
  }
}

extension Value {
  init(_ dataset: Dataset) throws(DataError) { self = .host(try DatasetObject(dataset)) }
}

extension DigestBuilder {
  /// A JSON value by content, floats by bit pattern.
  mutating func absorb(_ json: JSON) {
    switch json {
    case .null: tag("null")
    case .bool(let value):
      tag("bool")
      flag(value)
    case .int(let value):
      tag("int")
      count(value)
    case .double(let value):
      tag("double")
      number(value)
    case .string(let value):
      tag("string")
      text(value)
    case .array(let values):
      tag("array")
      count(values.count)
      for value in values { absorb(value) }
    case .object(let object):
      tag("object")
      count(object.count)
      for (key, value) in object {
        text(key)
        absorb(value)
      }
    }
  }
}
